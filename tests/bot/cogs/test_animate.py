"""Animate, and the dreams before a dream, against the stand-in Discord, with the engine's part done by hand."""

from __future__ import annotations

import pytest

from bot import wording
from bot.playground.world import Message
from engine.files.blobs import BlobKey
from engine.params import MOST_DREAMS, Animate, Concept, Dream, PastDream
from engine.queue.history import History
from engine.queue.job import JobRow, Limits
from tests.bot.cogs.test_variations import sheet
from tests.bot.requests.test_service import (  # noqa: F401
    Stage,
    _drawn_avatars,
    alts,
    labels,
    made,
    png,
    specification,
    stage,
    walk_all,
    words,
)

pytestmark = pytest.mark.slow


async def deeper(stage: Stage, message: Message, data: bytes, persona: str = "Sam") -> tuple[Message, JobRow]:  # noqa: F811
    """A finished dream of a dream."""
    answer = await stage.press(persona, message, "Deeper")
    return answer, await stage.finish(answer, data)


async def animate(stage: Stage, message: Message, persona: str = "Sam") -> JobRow:  # noqa: F811
    """The job of an animation of a message."""
    panel = await stage.press(persona, message, "More")
    stage.playground.press(persona, panel, "Animate")
    (row,) = await stage.queued(1)
    return row


async def refusal(stage: Stage, message: Message) -> str:  # noqa: F811
    panel = await stage.press("Sam", message, "More")
    answer = await stage.press("Sam", panel, "Animate")
    assert answer.ephemeral
    assert await stage.rows() == []
    return words(answer)


async def test_a_dream_of_a_dream_knows_the_dreams_before_it(stage: Stage) -> None:  # noqa: F811
    guide, mask = (stage.playground.upload(f"{name}.png", png(40, 30 + at)) for at, name in enumerate("ab"))
    message, first = await stage.dreamed("Sam", guide=guide, mask=mask)
    assert first.job.history == History()
    message, second = await deeper(stage, message, png(9, 9), "Ada")
    assert second.job.history.dreams == (PastDream(params=first.job.params, others=("guide", "mask")),)
    message, third = await deeper(stage, message, png(10, 10))
    assert [dream.params for dream in third.job.history.dreams] == [first.job.params, second.job.params]
    assert dict(third.job.history.pictures) == {"picture": first.job.picture, **first.job.others}
    again = await stage.press("Ada", message, "Re-roll")
    rerolled = await stage.finish(again)
    assert rerolled.job.history == third.job.history, "the same picture, so the same dreams before"
    assert rerolled.job.picture == third.job.picture


async def test_a_reply_with_words_keeps_the_dreams_before(stage: Stage) -> None:  # noqa: F811
    message, first = await stage.dreamed("Sam", layer="low")
    stage.playground.say("Sam", "dreams", "eyes", reply_to=message, ping=True)
    (row,) = await stage.queued(1)
    assert row.job.params.aim == ("subject", "eyes")
    assert [dream.params for dream in row.job.history.dreams] == [first.job.params]


async def test_what_is_dreamed_of_one_of_a_sheet_began_with_the_sheets_picture(stage: Stage) -> None:  # noqa: F811
    stage.dispatch.ledger.limits = Limits()
    message, row = await sheet(stage)
    taken = await stage.press("Ada", message, "3")
    await stage.press("Ada", taken, "Deeper")
    (queued,) = await stage.queued(1)
    assert [dream.params for dream in queued.job.history.dreams] == [Dream(layer="low", seed=9)]
    assert queued.job.history.pictures == {"picture": row.job.picture}


async def test_animate_goes_from_the_first_picture_to_here_as_a_reply_to_it(stage: Stage) -> None:  # noqa: F811
    message, first = await stage.dreamed("Sam", layer="low", seed=4821)
    message, second = await deeper(stage, message, png(9, 9))
    row = await animate(stage, message, "Ada")
    params = row.job.params
    assert isinstance(params, Animate)
    assert [dream.params for dream in params.dreams] == [first.job.params, second.job.params]
    assert (row.job.picture, row.job.parent) == (first.job.picture, second.id)
    assert row.job.requester == stage.playground.world.persona("Ada").id
    status = next(one for one in stage.playground.world.messages.values() if one.id == str(row.posting["message_id"]))
    assert status.reference == message.id
    assert "You're next" in words(status)
    stage.dispatch.start()
    stage.dispatch.progress(row.id, 2, 5, b"\xff\xd8 preview")
    await stage.shows(status, "Animating… 40%")
    assert labels(status) == ["Cancel"], "a film that is not finished is none"
    stage.dispatch.finish(row.id, b"RIFF    WEBP", mime="image/webp")
    await stage.shows(status, f"`/dream layer:low seed:4821 → /dream layer:low seed:{second.job.params.seed}`")
    assert labels(status) == ["More"]
    assert wording.TO_HERE in words(status)
    assert [item.filename for item in status.attachments] == ["dream.webp"]
    assert alts(status)[0].startswith("An animation of how Sam's avatar became a dream")
    panel = await stage.press("Ada", status, "More")
    assert labels(panel) == ["Make it ours", "Original", "Save as preset", "Report", "Delete"]


async def test_one_dream_alone_is_animated_and_what_was_stopped_stops_there(stage: Stage) -> None:  # noqa: F811
    message = await stage.ask("Sam", "dream", layer="low")
    row = stage.start()
    stage.dispatch.finish(row.id, png(), facts={"stopped": 7})
    await stage.shows(message, "seed:")
    film = await animate(stage, message)
    assert isinstance(film.job.params, Animate)
    assert film.job.params.dreams == (PastDream(params=row.job.params, stopped=7),)
    assert film.job.picture == row.job.picture


async def test_what_the_network_imagined_out_of_nothing_is_animated(stage: Stage) -> None:  # noqa: F811
    message = await stage.ask("Sam", "concept", subject="eyes")
    await stage.finish(message)
    film = await animate(stage, message)
    assert isinstance(film.job.params, Animate)
    assert isinstance(film.job.params.last, Concept)
    assert film.job.picture is None


async def test_a_guide_goes_along(stage: Stage) -> None:  # noqa: F811
    message, first = await stage.dreamed("Sam", guide=stage.playground.upload("g.png", png(40, 30)))
    film = await animate(stage, message)
    assert film.job.others == first.job.others


@pytest.mark.parametrize("which", ["picture", "guide"])
async def test_where_what_it_began_with_is_gone_a_sentence_says_so(stage: Stage, which: str) -> None:  # noqa: F811
    message, first = await stage.dreamed("Sam", guide=stage.playground.upload("g.png", png(40, 30)))
    message, _ = await deeper(stage, message, png(9, 9))
    gone = first.job.picture if which == "picture" else first.job.others["guide"]
    assert gone is not None
    stage.dispatch._blobs.pop(gone)
    assert "no longer have the image that this began with" in await refusal(stage, message)


async def test_a_longer_row_of_dreams_than_is_remembered_is_refused(stage: Stage) -> None:  # noqa: F811
    message, first = await stage.dreamed("Sam", layer="low")
    dreams = tuple(PastDream(params=Dream(seed=seed)) for seed in range(MOST_DREAMS))
    history = History(dreams, 0, {"picture": BlobKey("f" * 64)})
    longer = history.followed_by(PastDream(params=Dream(seed=99)), {"picture": made(first).blob})
    assert (len(longer.dreams), longer.omitted, longer.pictures) == (MOST_DREAMS, 1, history.pictures)
    with stage.dispatch.ledger._db.begin() as db:
        db.exec_driver_sql("UPDATE jobs SET history = ? WHERE id = ?", (longer.to_json(), first.id))
    assert wording.TOO_OFTEN in (await refusal(stage, message)).replace("\\", "")


@pytest.mark.parametrize("command", ["zoom", "see"])
async def test_what_is_no_single_picture_does_not_offer_it(stage: Stage, command: str) -> None:  # noqa: F811
    message = await stage.ask("Sam", command)
    await stage.finish(message)
    panel = await stage.press("Sam", message, "More")
    assert "Animate" not in labels(panel)
    for item in walk_all(stage.playground.world.messages[panel.id].components):
        if str(item.get("custom_id", "")).startswith("original:"):
            item["custom_id"] = item["custom_id"].replace("original:", "animate:")
    answer = await stage.press("Sam", panel, "Original")  # an earlier version's button, or a forger's
    assert wording.NOT_SINGLE.replace("'", "") in words(answer).replace("'", "").replace("\\", "")


async def test_of_a_private_dream_it_is_private(stage: Stage) -> None:  # noqa: F811
    message, _ = await stage.dreamed("Sam", layer="low", private=True)
    row = await animate(stage, message)
    assert row.posting["ephemeral"]


async def test_words_in_reply_to_an_animation_are_about_its_first_picture(stage: Stage) -> None:  # noqa: F811
    message, first = await stage.dreamed("Sam", layer="low", strength=1.5)
    film = await animate(stage, message)
    status = stage.playground.world.messages[str(film.posting["message_id"])]
    await stage.finish(status, b"RIFF    WEBP")
    for said, aim in (("eyes", ("subject", "eyes")), ("another", ("layer", "low")), ("zoom", ("layer", "low"))):
        stage.playground.say("Sam", "dreams", said, reply_to=status, ping=True)
        (row,) = await stage.queued(1)
        assert row.job.params.aim == aim
        assert row.job.picture == first.job.picture
        assert wording.TO_HERE not in row.posting["frame"]
        await stage.dispatch.cancel(row.id)
        await stage.posted(row.id)


async def test_copy_settings_of_an_animation_copies_those_of_its_dream(stage: Stage) -> None:  # noqa: F811
    message, first = await stage.dreamed("Sam", layer="low", strength=1.5)
    film = await animate(stage, message)
    status = stage.playground.world.messages[str(film.posting["message_id"])]
    await stage.finish(status, b"RIFF    WEBP")
    await stage.response_to(stage.playground.menu("Ada", "dreams", wording.LIKE_THIS, status))
    (row,) = await stage.queued(1)
    assert row.job.params == first.job.params


async def test_it_counts_in_what_one_may_have_waiting(stage: Stage) -> None:  # noqa: F811
    message, _ = await stage.dreamed("Sam", layer="low")
    for _ in range(3):
        await stage.ask("Sam", "dream", layer="low")
    panel = await stage.press("Sam", message, "More")
    stage.playground.press("Sam", panel, "Animate")
    world = stage.playground.world
    await world.until(lambda: next((one for one in world.messages.values() if "the limit is" in words(one)), None))
    assert len(await stage.rows()) == 3
