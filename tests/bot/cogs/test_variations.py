"""Several variations and what is taken out of their sheet, against the stand-in Discord."""

from __future__ import annotations

import asyncio
from dataclasses import asdict

import pytest

from bot.playground.world import Message
from bot.requests.actions import pick_id
from engine.params import Dream
from engine.queue.job import JobRow, Limits, Result
from tests.bot.requests.test_service import (  # noqa: F401
    Stage,
    _drawn_avatars,
    alts,
    labels,
    png,
    specification,
    stage,
    words,
)


@pytest.fixture(autouse=True)
def _limits_of_the_settings(stage: Stage) -> None:  # noqa: F811
    stage.dispatch.ledger.limits = Limits()


SHEET = ["1", "2", "3", "4", "Re-roll", "More"]


async def finish_sheet(stage: Stage, message: Message, count: int = 4) -> JobRow:  # noqa: F811
    """Do the engine's part for a job with several variations, of which so many were made."""
    row = stage.start()
    each = []
    for at in range(count):
        data = png(20 + at, 20)
        each.append(asdict(Result(await stage.dispatch.put_blob(data), "image/png", 20 + at, 20, len(data))))
    stage.dispatch.finish(row.id, png(), facts={"variations": each})
    await stage.shows(message, "seed:")
    return await stage.posted(row.id)


async def sheet(stage: Stage, **options: object) -> tuple[Message, JobRow]:  # noqa: F811
    message = await stage.ask("Sam", "dream", layer="low", variations=4, seed=7, **options)  # type: ignore[arg-type]
    return message, await finish_sheet(stage, message)


async def test_a_sheet_offers_its_pictures_and_is_not_dreamed_on_as_a_whole(stage: Stage) -> None:  # noqa: F811
    message, row = await sheet(stage)
    assert row.job.params == Dream(layer="low", variations=4, seed=7)
    assert labels(message) == SHEET
    assert "`/dream layer:low variations:4 seed:7`" in words(message)
    stage.playground.world.messages[message.id].components[-1]["components"][0]["custom_id"] = f"deeper:{row.id}"
    refused = await stage.press("Ada", message, "Re-roll")  # an earlier version's button
    assert "no longer have" in words(refused)
    assert await stage.rows() == []


async def test_one_is_taken_out_as_a_message_of_its_own(stage: Stage) -> None:  # noqa: F811
    message, row = await sheet(stage)
    taken = await stage.press("Ada", message, "3")
    assert labels(taken) == ["Deeper", "Re-roll", "Zoom", "More"]
    assert [item.width for item in taken.attachments] == [22]
    assert "`/dream layer:low seed:9`" in words(taken)
    assert "Ada" in words(taken)
    assert alts(taken) == alts(message)
    child = await stage.posted(pick_id(row.id, 2, 0))
    assert (child.job.requester, child.job.parent, child.posted) == (str(taken_by(stage, "Ada")), row.id, taken.id)
    deeper = await stage.press("Mod", taken, "Deeper")
    (queued,) = await stage.queued(1)
    assert queued.job.picture == child.result.blob if child.result else None
    assert "from the dream above" in words(deeper)


def taken_by(stage: Stage, persona: str) -> str:  # noqa: F811
    return stage.playground.world.persona(persona).id


async def test_pressed_twice_it_is_a_link_to_the_first(stage: Stage) -> None:  # noqa: F811
    message, _ = await sheet(stage)
    taken = await stage.press("Ada", message, "1")
    again = await stage.press("Mod", message, "1")
    assert again.ephemeral
    assert taken.id in words(again)
    del stage.playground.world.messages[taken.id]
    anew = await stage.press("Mod", message, "1")
    assert labels(anew) == ["Deeper", "Re-roll", "Zoom", "More"]
    assert anew.id in words(await stage.press("Ada", message, "1"))


async def test_a_double_click_takes_one_out(stage: Stage) -> None:  # noqa: F811
    message, _ = await sheet(stage)
    before = len(stage.playground.world.messages)
    pressed = [stage.playground.press(persona, message, "2") for persona in ("Ada", "Ada")]
    async with asyncio.timeout(60):
        while not all(one.acknowledged is not None for one in pressed):
            await asyncio.sleep(0.005)
    public = [one for one in stage.playground.world.messages.values() if not one.ephemeral]
    assert len([one for one in public if one.attachments]) == 2
    assert len(stage.playground.world.messages) - before <= 2


async def test_of_a_private_sheet_they_are_private(stage: Stage) -> None:  # noqa: F811
    message, _ = await sheet(stage, private=True)
    assert (await stage.press("Sam", message, "4")).ephemeral


async def test_what_was_made_of_a_sheet_is_posted_where_some_failed(stage: Stage) -> None:  # noqa: F811
    message = await stage.ask("Sam", "dream", layer="low", variations=4)
    await finish_sheet(stage, message, 2)
    assert labels(message) == ["1", "2", "Re-roll", "More"]


async def test_variations_count_each_in_what_one_may_have_waiting(stage: Stage) -> None:  # noqa: F811
    await stage.ask("Sam", "dream", layer="low", variations=2)
    refused = await stage.ask("Sam", "dream", layer="low", variations=4)
    assert "You have 2 in the queue, and the limit is 4" in words(refused)
    assert refused.ephemeral
    assert "queue" not in words(await stage.ask("Sam", "dream", layer="low", variations=2))


@pytest.mark.parametrize("command", ["dream", "concept"])
async def test_the_counts_that_fill_a_sheet_are_offered(stage: Stage, command: str) -> None:  # noqa: F811
    offered = next(one for one in stage.client.tree.get_commands() if one.name == command).to_dict(stage.client.tree)
    (option,) = (one for one in offered["options"] if one["name"] == "variations")
    assert [choice["value"] for choice in option["choices"]] == [1, 2, 4]
