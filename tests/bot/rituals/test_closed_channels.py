"""Where a ritual may not post any more, it ends, and the server's log channel says so, whichever kind it is."""

import asyncio

import pytest

from bot import ritual_words
from bot.playground.world import SEND_MESSAGES
from bot.store.schedules import DAILY, EXHIBITION, EXQUISITE, GAME
from tests.bot.requests.test_service import (  # noqa: F401
    Stage,
    _drawn_avatars,
    specification,
    stage,
    words,
)
from tests.bot.rituals.ritual_stage import Rituals

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("kind", [DAILY, EXHIBITION, GAME])
async def test_a_channel_without_permission_ends_in_a_sentence_in_the_log_channel(stage: Stage, kind: str) -> None:  # noqa: F811
    rituals = Rituals(stage)
    world, place = rituals.world, rituals.world.channel("dreams")
    await stage.client.service.gate.rules.change(
        world.guild_id, lambda rules: type(rules)(log_channel=world.channel("lab").id)
    )
    await rituals.switch_on(EXQUISITE if kind == GAME else kind)
    if kind == GAME:
        await stage.shows(await stage.ask("Ada", "play exquisite"), ritual_words.EXQUISITE_BEGUN)
    world.deny_bot(place, SEND_MESSAGES)
    guild = stage.client.get_guild(int(world.guild_id))
    assert guild is not None
    async with asyncio.timeout(60):
        while guild.get_channel(int(place.id)).permissions_for(guild.me).send_messages:  # type: ignore[union-attr]
            await asyncio.sleep(0.005)
    (before,) = await rituals.schedules.of_server(world.guild_id, kind)
    await rituals.tick(1.1)
    await world.until(lambda: rituals.those("lab", lambda one: ritual_words.rest_line(before, "closed") in words(one)))
    left = await rituals.schedules.of_server(world.guild_id, kind)
    assert [one.state["paused"] for one in left] == ([] if kind == GAME else ["closed"])
    await rituals.tick(3)
    assert len(rituals.those("lab", lambda one: ritual_words.REST_REASONS["closed"] in words(one))) == 1
    assert await stage.rows() == []
