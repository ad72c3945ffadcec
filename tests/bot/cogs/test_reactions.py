"""❌ and ✉️ under a result, against the stand-in Discord."""

from __future__ import annotations

import asyncio

import pytest

from bot import wording
from bot.playground.faults import Fault
from bot.playground.world import Message
from engine.errors import OptedOut, UserBlocked
from tests.bot.cogs.test_moderation import block_user
from tests.bot.cogs.test_server import dreamed, id_of, rule, told_directly
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

pytestmark = pytest.mark.slow

CROSS, ENVELOPE = "❌", "✉️"


def directly(stage: Stage, persona: str) -> list[Message]:  # noqa: F811
    """What the bot sent somebody."""
    world = stage.playground.world
    return world.history(world.channel("dm", world.persona(persona)))


async def sent(stage: Stage, persona: str, text: str) -> Message:  # noqa: F811
    """The direct message that says so."""
    return await stage.playground.world.until(
        lambda: next((one for one in directly(stage, persona) if text in words(one)), None)
    )


async def gone(stage: Stage, message: Message) -> None:  # noqa: F811
    await stage.playground.world.until(lambda: message.id not in stage.playground.world.messages)


async def heard(stage: Stage) -> None:  # noqa: F811
    """Until the bot has dealt with every reaction so far: one more, whose answer is seen, comes after them."""
    message, _ = await stage.dreamed("Mod", seed=99)
    stage.playground.react("Mod", message, CROSS)
    await gone(stage, message)


async def test_a_cross_by_who_asked_takes_the_dream_away_and_nobody_elses_does(stage: Stage) -> None:  # noqa: F811
    await rule(stage, log_channel=id_of(stage, "lab"))
    dream, row = await stage.dreamed("You")
    for persona in ("Ada", "Mod"):
        stage.playground.react(persona, dream, CROSS)
    stage.playground.react("You", dream, "👍")
    await heard(stage)
    assert dream.id in stage.playground.world.messages
    assert directly(stage, "Ada") == [], "an opinion needs no answer"
    stage.playground.react("You", dream, CROSS)
    await gone(stage, dream)
    world = stage.playground.world
    await world.until(lambda: any("deleted" in words(one) for one in world.history("lab")) or None)
    async with asyncio.timeout(60):
        while await stage.dispatch.row(row.id) is not None:
            await asyncio.sleep(0.005)


async def test_a_cross_cancels_what_is_under_way(stage: Stage) -> None:  # noqa: F811
    message = await dreamed(stage, "You")
    stage.playground.react("You", message, CROSS)
    await stage.shows(message, wording.CANCELLED)
    await stage.playground.world.until(lambda: labels(message) == [wording.VERBS["retry"]] or None)
    stage.playground.react("You", message, CROSS)
    stage.playground.react("You", message, CROSS)
    await gone(stage, message)


async def test_an_envelope_sends_the_result_to_whoever_reacts(stage: Stage) -> None:  # noqa: F811
    image = stage.playground.upload("SPOILER_cat.png", png(9, 5))
    dream = await dreamed(stage, "You", image=image)
    row = await stage.finish(dream, png(11, 7))
    stage.playground.react("Ada", dream, "✉")  # as some clients write it
    copy = await sent(stage, "Ada", f"/{dream.channel_id}/{dream.id}")
    (file,) = copy.attachments
    assert (file.data, file.filename) == (png(11, 7), "SPOILER_dream.png"), "a spoiler stays one"
    assert alts(copy) == alts(dream)
    assert labels(copy) == [], "buttons belong to the place where it was dreamed"
    stage.playground.react("Ada", copy, CROSS)
    await gone(stage, copy)
    assert await stage.dispatch.row(row.id), "only the copy"
    assert dream.id in stage.playground.world.messages


async def test_all_images_of_a_batch_are_sent(stage: Stage) -> None:  # noqa: F811
    dream, _ = await stage.dreamed("You", variations=2)
    stage.playground.react("You", dream, ENVELOPE)
    copy = await sent(stage, "You", dream.id)
    assert len(copy.attachments) == len(dream.attachments)


async def test_what_is_not_there_yet_or_not_any_more_is_said(stage: Stage) -> None:  # noqa: F811
    message = await dreamed(stage, "You")
    stage.playground.react("Ada", message, ENVELOPE)
    await sent(stage, "Ada", wording.NOT_DONE_YET)
    row = await stage.finish(message)
    assert row.result
    del stage.dispatch._blobs[row.result.blob]
    stage.playground.react("You", message, ENVELOPE)
    link = f"https://discord.com/channels/{stage.playground.world.guild_id}/{message.channel_id}/{message.id}"
    await sent(stage, "You", wording.copy_without_image_words(link))


async def test_what_is_too_large_for_a_direct_message_is_linked(stage: Stage) -> None:  # noqa: F811
    message, _ = await stage.dreamed("You")
    stage.playground.rest.faults.plan(Fault("too_large", "POST", "/channels/{channel}/messages"))
    stage.playground.react("Ada", message, ENVELOPE)
    assert (await sent(stage, "Ada", message.id)).attachments == []


async def test_who_opted_out_and_who_is_blocked_are_respected(stage: Stage) -> None:  # noqa: F811
    world = stage.playground.world
    dream, _ = await stage.dreamed("You")
    await stage.client.service.user_settings.change(world.persona("You").id, opted_out=True)
    stage.playground.react("Ada", dream, ENVELOPE)
    await told_directly(stage, "Ada", OptedOut)
    stage.playground.react("You", dream, ENVELOPE)
    await sent(stage, "You", dream.id)
    hers, _ = await stage.dreamed("Ada")
    await block_user(stage, "You")
    stage.playground.react("You", hers, ENVELOPE)
    await told_directly(stage, "You", UserBlocked)


async def test_nothing_is_done_where_the_bot_does_not_serve(stage: Stage) -> None:  # noqa: F811
    dream, _ = await stage.dreamed("You")
    home = stage.playground.world.guild_id
    stage.client._blocked_guild_ids = frozenset({int(home)})
    stage.playground.react("You", dream, CROSS)
    mine = await dreamed(stage, "You", "dm")
    await stage.finish(mine)
    stage.playground.react("You", mine, CROSS)
    await gone(stage, mine)
    assert dream.id in stage.playground.world.messages
