""" "Copy settings" against the stand-in Discord, with the engine's part done by hand."""

import asyncio
import io

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from bot import wording
from bot.playground.world import Message
from bot.requests import service
from engine.files import generation_metadata
from engine.params import AnyParams, Channel, Concept, Dream, See, Zoom
from engine.queue.job import JobRow
from tests.bot.requests.test_service import (  # noqa: F401
    Option,
    Stage,
    _drawn_avatars,
    alts,
    climb,
    png,
    specification,
    stage,
    words,
)
from tests.engine.files.forged_metadata import FORGED

pytestmark = pytest.mark.slow


async def like(stage: Stage, persona: str, message: Message, channel: str = "dreams") -> tuple[Message, str]:  # noqa: F811
    """The answer to the menu, and what was told beside it."""
    known = set(stage.playground.world.messages)
    answer = await stage.response_to(stage.playground.menu(persona, channel, wording.LIKE_THIS, message))
    if answer.ephemeral:
        return answer, ""
    await stage.followed()

    def told() -> str | None:
        fresh = (one for id, one in stage.playground.world.messages.items() if id not in known and id != answer.id)
        return next((words(one) for one in fresh if one.ephemeral), None)

    return answer, await stage.playground.world.until(told)


async def newest(stage: Stage) -> JobRow:  # noqa: F811
    """The row that was queued last."""
    return max(await stage.rows(), key=lambda row: row.created)


def noted(params: AnyParams, *others: str) -> bytes:
    """A file of ours."""
    return with_text(generation_metadata.write(params, others))


def with_text(text: str | bytes) -> bytes:
    out, info = io.BytesIO(), PngInfo()
    info.add(b"tEXt", b"pareidolia\0" + (text.encode() if isinstance(text, str) else text))
    Image.new("RGB", (8, 8)).save(out, "PNG", pnginfo=info)
    return out.getvalue()


def said(stage: Stage, data: bytes, persona: str = "Ada") -> Message:  # noqa: F811
    return stage.playground.say(persona, "dreams", "look", [stage.playground.upload("a.png", data)])


async def test_the_ledger_knows_how_a_dream_was_made_though_its_file_was_stripped(stage: Stage) -> None:  # noqa: F811
    asked: dict[str, Option] = {"subject": "owl", "strength": 1.6, "size": 256, "seed": 4821}
    message, row = await stage.dreamed("You", original=0.2, **asked)
    answer, told = await like(stage, "Ada", message)
    liked = await newest(stage)
    assert liked.job.params == row.job.params == Dream(keep=0.2, **asked)
    assert liked.job.requester == stage.playground.world.persona("Ada").id
    assert liked.job.picture != row.job.picture, "Ada's own avatar"
    assert liked.job.parent is None
    assert "`/dream subject:owl strength:1.6 size:256 original:0.2 seed:4821`, on Ada\\'s avatar" in told
    assert alts(answer) == ["Ada's avatar, before the dream"]


async def test_the_last_picture_that_was_chosen_in_this_channel_is_dreamed(stage: Stage) -> None:  # noqa: F811
    theirs, _ = await stage.dreamed("You", layer="low")
    mine = stage.playground.upload("cat.png", png(40, 30))
    message, first = await stage.dreamed("Ada", image=mine)
    await stage.press("You", theirs, "Deeper")  # nothing of this is Ada's choice, nor what a button makes of hers
    await stage.press("Ada", message, "Deeper")
    for row in await stage.queued(2):
        await stage.dispatch.cancel(row.id)
    _, told = await like(stage, "Ada", theirs)
    liked = await newest(stage)
    assert (liked.job.picture, climb(liked).layer) == (first.job.picture, "low")
    assert "on Ada\\'s picture" in told


@pytest.mark.parametrize(("where", "options"), [("dreams", {"private": True}), ("elsewhere", {})])
async def test_a_picture_from_elsewhere_or_from_a_private_dream_is_not_shown_here(
    stage: Stage,  # noqa: F811
    where: str,
    options: dict[str, Option],
) -> None:
    theirs, _ = await stage.dreamed("You", layer="low")
    image = stage.playground.upload("secret.png", png(40, 30))
    await stage.ask("Ada", "dream", where, image=image, **options)
    secret = await newest(stage)
    _, told = await like(stage, "Ada", theirs)
    liked = await newest(stage)
    assert secret.job.picture != liked.job.picture
    assert "avatar" in told


async def test_a_picture_that_is_gone_gives_way_to_the_avatar(stage: Stage) -> None:  # noqa: F811
    theirs, _ = await stage.dreamed("You", layer="low")
    _, mine = await stage.dreamed("Ada", image=stage.playground.upload("cat.png", png(40, 30)))
    assert mine.job.picture is not None
    stage.dispatch._blobs.pop(mine.job.picture)
    _, told = await like(stage, "Ada", theirs)
    assert "avatar" in told


async def test_a_dream_under_way_can_be_followed_and_a_private_one_stays_private(stage: Stage) -> None:  # noqa: F811
    message = await stage.ask("You", "dream", layer="mid", seed=7)
    await like(stage, "Ada", message)
    assert (await newest(stage)).job.params == Dream(layer="mid", seed=7)
    private = await stage.ask("You", "dream", layer="low", private=True)
    row = await newest(stage)
    answer, _ = await like(stage, "You", private)
    assert answer.ephemeral
    liked = await newest(stage)
    assert liked.id != row.id
    assert (liked.job.params, liked.posting["ephemeral"]) == (row.job.params, True)


async def test_a_guide_goes_along_and_a_mask_stays(stage: Stage) -> None:  # noqa: F811
    guide, mask = (stage.playground.upload(f"{name}.png", png(40, 30 + at)) for at, name in enumerate("ab"))
    message, row = await stage.dreamed("You", guide=guide, mask=mask)
    await like(stage, "Ada", message)
    assert (await newest(stage)).job.others == {"guide": row.job.others["guide"]}


@pytest.mark.parametrize(
    ("made", "dreamed"),
    [
        (Concept(subject="owl + castle", seed=7, size=256), Dream(subject="owl + castle", seed=7, size=256)),
        (Channel(layer="mixed3b", channel=21, seed=7), Dream(layer="mixed3b:21", seed=7, size=768)),
        (Channel(layer="mid", seed=7), Dream(layer="mid", seed=7, size=768)),
        (See(seed=7), See(seed=7)), (Zoom(layer="low", frames=20, seed=7), Zoom(layer="low", frames=20, seed=7)),
        (Dream(iterations=20, octaves=5, seed=7), Dream(iterations=20, octaves=5, seed=7)),
    ],
    ids=lambda params: params.recipe,
)  # fmt: skip
async def test_a_file_says_it_where_the_ledger_knows_nothing(stage: Stage, made: AnyParams, dreamed: AnyParams) -> None:  # noqa: F811
    _, told = await like(stage, "You", said(stage, noted(made)))
    (row,) = await stage.rows()
    assert row.job.params == dreamed
    assert row.job.picture is not None
    assert wording.settings(dreamed) in told


async def test_what_no_command_offers_is_told_and_what_is_not_in_the_file(stage: Stage) -> None:  # noqa: F811
    made = Dream(layer="mid", iterations=20, jitter=8, seed=7)
    _, told = await like(stage, "You", said(stage, noted(made, "guide", "mask")))
    assert "`/dream layer:mid seed:7 iterations:20 jitter:8`" in told
    assert "Its guide is not in the file" in told
    (row,) = await stage.rows()
    assert row.job.others == {}


async def refused(stage: Stage, message: Message) -> str:  # noqa: F811
    answer, _ = await like(stage, "You", message)
    assert answer.ephemeral
    assert await stage.rows() == []
    return words(answer)


@pytest.mark.parametrize("name", list(FORGED)[::4])
async def test_a_forged_file_is_refused_in_private(stage: Stage, caplog: pytest.LogCaptureFixture, name: str) -> None:  # noqa: F811
    told = await refused(stage, said(stage, with_text(FORGED[name])))
    assert any(f"-# {code}" in told for code in ("R27", "R28", "R29"))
    assert "EVIL" not in told
    assert "unexpected error" not in caplog.text


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (png(), "isn't one of my dreams"), (b"text", "open that file as an image"), (b"", "empty"),
        (noted(Dream(iterations=100, size=1024)), "8.3 times as much work as is allowed here"),
        (noted(Zoom(iterations=100, octaves=8, frames=90)), "times as much work"),
        (noted(Dream(network="googlenet")), 'The model "googlenet" is not installed here'),
    ],
)  # fmt: skip
async def test_what_a_file_asks_for_faces_the_same_limits_as_what_is_typed(
    stage: Stage,  # noqa: F811
    data: bytes,
    sentence: str,
) -> None:
    assert sentence in (await refused(stage, said(stage, data))).replace("\\", "")


async def test_words_alone_cannot_be_followed(stage: Stage) -> None:  # noqa: F811
    assert "I see no image" in await refused(stage, stage.playground.say("Ada", "dreams", "no picture here"))


async def test_a_file_that_does_not_come_in_time_is_a_sentence(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    async def never(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(service, "READ_S", 0.05)
    monkeypatch.setattr(stage.client.service.downloader, "imprint", never)
    assert "couldn't download that" in await refused(stage, said(stage, noted(Dream())))
    assert not stage.client.service._quota.busy


async def test_following_takes_a_place_in_the_quota(stage: Stage) -> None:  # noqa: F811
    message, _ = await stage.dreamed("You", layer="low")
    for _ in range(3):
        await like(stage, "Ada", message)
    answer, _ = await like(stage, "Ada", message)
    assert "and the limit is" in words(answer)


async def test_a_dream_is_made_though_nobody_hears_with_which_options(
    stage: Stage,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def fails(*_: object) -> None:
        raise ConnectionError

    message, _ = await stage.dreamed("You", layer="low")
    monkeypatch.setattr("bot.gateway.client.say", fails)
    answer = await stage.response_to(stage.playground.menu("Ada", "dreams", wording.LIKE_THIS, message))
    assert not answer.ephemeral
    await stage.followed()
    row = await stage.finish(answer)
    assert row.job.params.aim == ("layer", "low")


def box(kind: bytes, body: bytes) -> bytes:
    return (8 + len(body)).to_bytes(4, "big") + kind + body


def mp4(text: str) -> bytes:
    """As much of an MP4 as says how it was made."""
    body = box(b"data", b"\0\0\0\1\0\0\0\0" + text.encode())
    for kind, before in ((b"\xa9cmt", b""), (b"ilst", b""), (b"meta", b"\0\0\0\0"), (b"udta", b""), (b"moov", b"")):
        body = box(kind, before + body)
    return box(b"ftyp", b"isom\0\0\2\0isomavc1") + body


async def test_an_mp4_says_how_it_was_made(stage: Stage) -> None:  # noqa: F811
    film = stage.playground.upload("film.mp4", mp4(generation_metadata.write(Zoom(subject="owl", seed=7))))
    _answer, told = await like(stage, "You", stage.playground.say("Ada", "dreams", "look", [film]))
    assert (await newest(stage)).job.params == Zoom(subject="owl", seed=7)
    assert "owl" in told
    other = stage.playground.upload("film.mp4", box(b"ftyp", b"isom\0\0\2\0isomavc1"))
    answer, _told = await like(stage, "You", stage.playground.say("Ada", "dreams", "look", [other]))
    assert answer.ephemeral
