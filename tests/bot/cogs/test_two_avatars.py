"""A dream of one person's avatar, guided by another's: `/dream user: guide_user:`. Each of the two has a say in it."""

import pytest

from bot import wording
from bot.playground.world import Message
from engine.errors import NotYours, OptedOut
from engine.queue.job import JobRow
from tests.bot.requests.test_personal_data import delete, forgotten
from tests.bot.requests.test_service import (  # noqa: F401
    Stage,
    _drawn_avatars,
    png,
    specification,
    stage,
    words,
)

pytestmark = pytest.mark.slow


async def of_both(stage: Stage) -> tuple[Message, JobRow]:  # noqa: F811
    """Sam's dream of Ada's avatar, guided by Mod's."""
    message = await stage.ask("You", "dream", user="Ada", guide_user="Mod")
    return message, await stage.finish(message, png(11, 11))


@pytest.mark.parametrize("persona", ["Ada", "Mod", "You"])
async def test_either_may_remove_it_and_so_may_who_asked(stage: Stage, persona: str) -> None:  # noqa: F811
    world = stage.playground.world
    message, row = await of_both(stage)
    ada, mod = (int(world.persona(one).id) for one in ("Ada", "Mod"))
    assert set(row.posting["owners"]) == {ada, mod}
    assert set(row.job.others) == {"guide"}
    world.persona("Mod").permissions = world.persona("Ada").permissions  # no moderator, so that it is by being in it
    world.servers[world.guild_id].owner = world.bot.id
    world.servers[world.guild_id].roles.clear()
    assert wording.DELETED in words(await delete(stage, persona, message))
    assert message.id not in world.messages
    await forgotten(stage, row)


async def test_who_is_not_in_it_may_not(stage: Stage) -> None:  # noqa: F811
    message = await stage.ask("You", "dream", user="You", guide_user="Mod")
    await stage.finish(message)
    assert NotYours.code in words(await delete(stage, "Ada", message))
    assert message.id in stage.playground.world.messages


@pytest.mark.parametrize("persona", ["Ada", "Mod"])
async def test_what_either_does_not_want_is_not_made(stage: Stage, persona: str) -> None:  # noqa: F811
    settings, world = stage.client.service.user_settings, stage.playground.world
    message, _ = await of_both(stage)
    await settings.change(world.persona(persona).id, opted_out=True)
    refused = await stage.ask("You", "dream", user="Ada", guide_user="Mod")
    assert OptedOut.code in words(refused)
    assert OptedOut.code in words(await stage.press("You", message, "Deeper")), "nor is a dream of it"
    assert await stage.rows() == []


async def test_what_is_made_of_it_is_theirs_as_well(stage: Stage) -> None:  # noqa: F811
    message, _ = await of_both(stage)
    await stage.press("You", message, "Re-roll")
    (row,) = await stage.queued(1)
    assert len(row.posting["owners"]) == 2
