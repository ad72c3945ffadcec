"""Upscale against the stand-in Discord, with the engine's part done by hand."""

from __future__ import annotations

import pytest

from bot import wording
from bot.playground.world import Message
from engine.errors import LargestAlready, LongUpscale
from engine.params import Animate, Dream, PastDream, Upscale
from engine.queue.job import JobRow
from tests.bot.requests.test_service import (  # noqa: F401
    Stage,
    _drawn_avatars,
    labels,
    made,
    png,
    specification,
    stage,
    words,
)


async def press(stage: Stage, message: Message, persona: str = "Sam") -> Message:  # noqa: F811
    """What is answered to Upscale of a message: a status, or a refusal."""
    panel = await stage.press(persona, message, "More")
    return await stage.press(persona, panel, wording.VERBS["upscale"])


async def upscaled(
    stage: Stage,  # noqa: F811
    message: Message,
    data: bytes,
    width: int = 1024,
    height: int = 1024,
) -> tuple[Message, JobRow]:
    """A finished upscale of a message."""
    panel = await stage.press("Sam", message, "More")
    stage.playground.press("Sam", panel, wording.VERBS["upscale"])
    (row,) = await stage.queued(1)
    status = next(one for one in stage.playground.world.messages.values() if one.id == str(row.posting["message_id"]))
    stage.dispatch.start()
    stage.dispatch.finish(row.id, data, width=width, height=height)
    await stage.shows(status, "seed:")
    return status, row


def plain(message: Message) -> str:
    return words(message).replace("\\", "")


async def test_a_dream_becomes_twice_as_large_as_it_was_made(stage: Stage) -> None:  # noqa: F811
    message, first = await stage.dreamed("Sam", layer="low", strength=1.5, look="vivid")
    status, row = await upscaled(stage, message, png(9, 9))
    old, new = first.job.params, row.job.params
    assert isinstance(old, Dream)
    assert new == Upscale(network=old.network, layer="low", seed=old.seed, strength=1.5, look="vivid", size=1024)
    assert row.job.picture == made(first).blob
    assert row.job.history.dreams == (PastDream(params=old),)
    assert status.reference == message.id
    assert labels(status) == ["Deeper", "Re-roll", "Zoom", "More"]
    assert "`Upscale layer:low" in plain(status)


async def test_under_way_it_says_so_and_can_be_stopped_and_kept(stage: Stage) -> None:  # noqa: F811
    message, _ = await stage.dreamed("Sam", layer="low")
    panel = await stage.press("Sam", message, "More")
    stage.playground.press("Sam", panel, wording.VERBS["upscale"])
    (row,) = await stage.queued(1)
    status = next(one for one in stage.playground.world.messages.values() if one.id == str(row.posting["message_id"]))
    stage.dispatch.start()
    stage.dispatch.progress(row.id, 2, 5, b"\xff\xd8 preview")
    await stage.shows(status, f"{wording.PROGRESS_VERBS['upscale']}… 40%")
    assert labels(status) == [wording.VERBS["cancel"], wording.VERBS["keep"]]


async def test_up_to_the_largest_and_then_a_sentence(stage: Stage) -> None:  # noqa: F811
    message, first = await stage.dreamed("Sam", layer="low")
    message, second = await upscaled(stage, message, png(9, 9), width=1024, height=700)
    message, third = await upscaled(stage, message, png(10, 9), width=2048, height=1400)
    assert third.job.params == second.job.params.model_copy(update={"size": 2048})
    assert [dream.params for dream in third.job.history.dreams] == [first.job.params, second.job.params]
    answer = await press(stage, message)
    assert answer.ephemeral
    assert str(LargestAlready(size=2048)) in plain(answer)
    assert await stage.rows() == []


async def test_what_is_dreamed_of_it_is_as_large_as_a_dream_can_be(stage: Stage) -> None:  # noqa: F811
    message, _ = await stage.dreamed("Sam", layer="low", size=1024)
    message, large = await upscaled(stage, message, png(9, 9), width=2048, height=2048)
    await stage.press("Ada", message, "Deeper")
    (row,) = await stage.queued(1)
    assert isinstance(row.job.params, Dream)
    assert (row.job.params.size, row.job.params.layer) == (1024, "low")
    assert [type(dream.params) for dream in row.job.history.dreams] == [Dream, Upscale]
    assert row.job.picture is not None
    assert row.job.picture != large.job.picture


async def test_an_animation_of_it_is_of_the_dream(stage: Stage) -> None:  # noqa: F811
    message, first = await stage.dreamed("Sam", layer="low")
    message, _ = await upscaled(stage, message, png(9, 9))
    panel = await stage.press("Ada", message, "More")
    stage.playground.press("Ada", panel, "Animate")
    (row,) = await stage.queued(1)
    assert isinstance(row.job.params, Animate)
    assert row.job.params.dreams == (PastDream(params=first.job.params),)


async def test_a_private_dream_stays_private(stage: Stage) -> None:  # noqa: F811
    message, _ = await stage.dreamed("Sam", layer="low", private=True)
    _, row = await upscaled(stage, message, png(9, 9))
    assert row.posting["ephemeral"]


async def test_what_would_take_longer_than_the_owner_allows_is_refused(
    stage: Stage,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    message, _ = await stage.dreamed("Sam", layer="low")

    async def estimate(_job: object) -> float:
        return 130.0

    monkeypatch.setattr(stage.dispatch, "estimate", estimate)
    answer = await press(stage, message)
    assert str(LongUpscale(minutes=3, limit="2")) in plain(answer)
    assert await stage.rows() == []


@pytest.mark.parametrize("command", ["zoom", "see"])
async def test_what_is_no_single_picture_does_not_offer_it(stage: Stage, command: str) -> None:  # noqa: F811
    message = await stage.ask("Sam", command)
    await stage.finish(message)
    panel = await stage.press("Sam", message, "More")
    assert wording.VERBS["upscale"] not in labels(panel)
