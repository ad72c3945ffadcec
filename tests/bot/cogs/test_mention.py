"""What a message with our name asks for: words, options, people, links, help."""

from __future__ import annotations

import pytest

from bot import wording
from bot.cogs import mention
from bot.playground.world import Message
from engine.errors import UnreadableReply
from engine.queue.job import JobRow
from tests.bot.requests.test_service import (  # noqa: F401
    Stage,
    _drawn_avatars,
    find_reply,
    png,
    specification,
    stage,
    walk,
    words,
)

CAT = "https://example.org/cat.png"


def say(stage: Stage, text: str, reply_to: Message | None = None, files: tuple[object, ...] = ()) -> Message:  # noqa: F811
    """Ada writes."""
    return stage.playground.say("Ada", "dreams", text, files, reply_to)  # type: ignore[arg-type]


async def answer(stage: Stage, said: Message) -> Message:  # noqa: F811
    """The reply to it."""
    return await stage.playground.world.until(lambda: find_reply(stage, said), within=60)


async def asked(stage: Stage, text: str, reply_to: Message | None = None) -> JobRow:  # noqa: F811
    """The job of a message."""
    await answer(stage, say(stage, text, reply_to))
    (row,) = await stage.queued(1)
    return row


def alt(message: Message) -> str:
    """What is said of the picture."""
    return next(str(media["description"]) for item in walk(message.components) for media in item.get("items", ()))


@pytest.mark.parametrize(
    ("text", "aim", "options"),
    [
        ("High!", ("layer", "high"), {}),
        ("“High”", ("layer", "high"), {}),
        ("**high**", ("layer", "high"), {}),
        ("ｈｉｇｈ", ("layer", "high"), {}),
        ("high size:256", ("layer", "high"), {"size": 256}),
        ("high size: 256!", ("layer", "high"), {"size": 256}),
        ("high ＳＩＺＥ：２５６ seed=7", ("layer", "high"), {"size": 256, "seed": 7}),
        ("size:256", ("layer", "high"), {"size": 256}),
        ("block3 network:Lite2", ("layer", "block3"), {"network": "lite2"}),
        ("eyes + castle size:256 strength:1,5", ("subject", "eyes + castle"), {"size": 256, "strength": 1.5}),
        ("eyes and owls", ("subject", "eyes + owl"), {}),
        ("subject:owl castle look:vivid", ("subject", "owl + castle"), {"look": "vivid"}),
        ("high*0.7 + mid:21 keep:0.5", ("layer", "high*0.7 + mid:21"), {"keep": 0.5}),
        ("-high", ("layer", "-high"), {}),
        ("`/dream layer:mid seed:4821`", ("layer", "mid"), {"seed": 4821}),
        ("dream", ("layer", "high"), {}),
        ("<:owl:123> <#1> <@&2>", ("subject", "owl"), {}),
        ("🐻\u200d❄️", ("subject", "bear + snowflake"), {}),
        ("!!", ("layer", "high"), {}),
    ],
)
async def test_words_and_options_as_people_write_them(
    stage: Stage,  # noqa: F811
    text: str,
    aim: tuple[str, str],
    options: dict[str, object],
) -> None:
    row = await asked(stage, f"@Pareidolia {text}")
    assert row.job.params.aim == aim
    assert {name: getattr(row.job.params, name) for name in options} == options


async def test_a_preset_may_be_named(stage: Stage) -> None:  # noqa: F811
    await stage.ask("Ada", "preset save", name="My fur", layer="mid", strength=0.5)
    row = await asked(stage, "@Pareidolia preset:ＭＹ FUR size:200")
    params = row.job.params.model_dump()
    assert (params["layer"], params["strength"], params["size"]) == ("mid", 0.5, 200)


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("high size:9999", "R13"),
        ("high subject:eyes", "R23"),
        ("high network:dall-e", "R11"),
        ("preset:nothing", "R14"),
        ("xyzzy", "R22"),
        ("layer:xyzzy", "R10"),
    ],
)
async def test_what_cannot_be_done_is_a_sentence(stage: Stage, text: str, refusal: str) -> None:  # noqa: F811
    assert words(await answer(stage, say(stage, f"@Pareidolia {text}"))).endswith(refusal)
    assert await stage.rows() == []


@pytest.mark.parametrize("text", ["help", "Help!", "/help", "?", "hi", "what can you do?", "**help**"])
async def test_who_asks_for_help_is_helped(stage: Stage, text: str) -> None:  # noqa: F811
    assert words(await answer(stage, say(stage, f"@Pareidolia {text}"))) == wording.HELP
    assert await stage.rows() == []


@pytest.mark.parametrize("text", ["@Pareidolia @Sam", "@Sam @Pareidolia eyes", "@Pareidolia high @Sam @Mod"])
async def test_a_person_who_is_named_is_dreamed(stage: Stage, text: str) -> None:  # noqa: F811
    message = await answer(stage, say(stage, text))
    assert alt(message) == "Sam's avatar, before the dream"
    (row,) = await stage.queued(1)
    assert row.job.requester == stage.playground.world.persona("Ada").id


async def test_a_picture_goes_before_a_person_and_a_person_before_the_picture_of_a_reply(stage: Stage) -> None:  # noqa: F811
    files = (stage.playground.upload("cat.png", png()),)
    attached = await answer(stage, say(stage, "@Pareidolia @Sam", files=files))
    assert alt(attached) == "Ada's picture, before the dream"
    shown = stage.playground.say("Mod", "dreams", "@Pareidolia high", [stage.playground.upload("cat.png", png())])
    assert alt(await answer(stage, shown)) == "Mod's picture, before the dream"
    assert alt(await answer(stage, say(stage, "@Pareidolia", shown))) == "Mod's picture, before the dream"
    assert alt(await answer(stage, say(stage, "@Pareidolia @Mod", shown))) == "Mod's avatar, before the dream"


async def test_a_reply_to_what_discord_keeps_from_us_says_what_to_do(stage: Stage) -> None:  # noqa: F811
    shown = stage.playground.say("Mod", "dreams", "look", [stage.playground.upload("cat.png", png())])
    assert words(await answer(stage, say(stage, "@Pareidolia high", shown))).endswith(UnreadableReply.code)
    assert await stage.rows() == []
    own = (stage.playground.upload("cat.png", png()),)
    assert alt(await answer(stage, say(stage, "@Pareidolia", shown, own))) == "Ada's picture, before the dream"
    direct = stage.playground.say("Ada", "dm", "look", [stage.playground.upload("cat.png", png())])
    said = stage.playground.say("Ada", "dm", "@Pareidolia", reply_to=direct)
    told = await stage.playground.world.until(
        lambda: next((one for one in stage.playground.world.messages.values() if one.reference == said.id), None)
    )
    assert alt(told) == "Ada's picture, before the dream"


@pytest.mark.parametrize("delay_s", [0.0, 0.3])
async def test_a_link_that_discord_shows_is_a_picture_also_where_it_is_shown_later(
    stage: Stage,  # noqa: F811
    delay_s: float,
) -> None:
    stage.playground.put_online(CAT, png(40, 30), delay_s)
    message = await answer(stage, say(stage, f"@Pareidolia {CAT} mid size:200"))
    assert alt(message) == "Ada's picture, before the dream"
    (row,) = await stage.queued(1)
    assert row.job.params.aim == ("layer", "mid")
    data = await stage.dispatch.get_blob(row.job.picture)  # type: ignore[arg-type]
    assert data is not None
    assert (int.from_bytes(data[16:20]), int.from_bytes(data[20:24])) == (200, 150)


async def test_a_link_whose_picture_was_shown_unheard_is_read_again(
    stage: Stage,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mention, "UNFURL_S", 0.2)
    monkeypatch.setattr(stage.client._connection, "parse_message_update", lambda data: None)
    stage.client.ws._discord_parsers["MESSAGE_UPDATE"] = lambda data: None
    stage.playground.put_online(CAT, png())
    assert alt(await answer(stage, say(stage, f"@Pareidolia {CAT}"))) == "Ada's picture, before the dream"


async def test_any_other_link_is_answered_with_what_to_do(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setattr(mention, "UNFURL_S", 0.2)
    refused = await answer(stage, say(stage, "@Pareidolia high https://example.org/page"))
    assert "Attach the picture itself" in words(refused)
    said = stage.playground.say("Mod", "dreams", "https://example.org/page @Pareidolia")
    assert "Attach the picture itself" in words(await answer(stage, said))
    assert "Attach the picture itself" in words(await answer(stage, say(stage, "@Pareidolia", said)))
    for menu in (wording.DREAM_THIS, wording.SEE_THIS, wording.LIKE_THIS):
        told = await stage.response_to(stage.playground.menu("Ada", "dreams", menu, said))
        assert "Attach the picture itself" in words(told)
        assert told.ephemeral
    assert await stage.rows() == []


async def test_a_link_is_dreamed_by_the_menu_and_by_a_reply(stage: Stage) -> None:  # noqa: F811
    stage.playground.put_online(CAT, png())
    said = stage.playground.say("Mod", "dreams", f"look @Pareidolia {CAT}")
    await stage.playground.world.until(lambda: said.embeds)
    dreamed = await stage.response_to(stage.playground.menu("You", "dreams", wording.DREAM_THIS, said))
    assert alt(dreamed) == "Mod's picture, before the dream"
    assert alt(await answer(stage, say(stage, "@Pareidolia", said))) == "Mod's picture, before the dream"
