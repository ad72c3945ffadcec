"""The bot with two connections, as Discord wants it from 2,500 servers on: each server is heard by one of them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.app import _client
from bot.gateway.client import Client, ShardedClient
from bot.operations import questions
from bot.operations.metrics import Metrics
from bot.playground.world import World
from engine import settings
from tests.bot.cogs.test_server import dreamed, until_member
from tests.bot.requests.test_service import (  # noqa: F401
    Stage,
    _drawn_avatars,
    specification,
    stage,
    words,
)
from tests.playground_bot import of_another_shard

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _two_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Discord advises two, and the settings follow it."""
    settle = World._settle

    def settle_for_two(world: World) -> None:
        settle(world)
        world.shards = 2

    monkeypatch.setattr(World, "_settle", settle_for_two)
    monkeypatch.setenv("PAREIDOLIA_DISCORD__SHARDS", "0")


async def test_both_connections_bring_dreams_and_come_back(stage: Stage) -> None:  # noqa: F811
    playground, client = stage.playground, stage.client
    other = of_another_shard(playground.world)
    await until_member(stage, other)
    shards = {playground.world.guild_id: 0, other.id: 0}
    for id in shards:
        guild = client.get_guild(int(id))
        assert guild is not None
        shards[id] = guild.shard_id
    assert sorted(shards.values()) == [0, 1]
    for persona, channel, id in (("Mod", "dreams", playground.world.guild_id), ("Ada", "annex", other.id)):
        (finding,) = questions.shard_findings(shards[id], [True, True])
        assert finding.what in words(await stage.ask(persona, "server check", channel))
    for persona, channel in (("You", "dreams"), ("Ada", "annex"), ("Mod", "dm")):
        message = await dreamed(stage, persona, channel)
        await stage.finish(message)
    async with asyncio.timeout(60):
        while not client.connected:
            await asyncio.sleep(0.005)
    identified = playground.gateway.identified
    playground.gateway.ask_reconnect()
    async with asyncio.timeout(60):
        while playground.gateway.resumed < 2 or not client.connected:
            await asyncio.sleep(0.005)
    assert playground.gateway.identified == identified == 2, "sessions are resumed"
    await dreamed(stage, "Ada", "annex")


@pytest.mark.parametrize(
    ("shards", "kind", "count"), [(1, Client, None), (0, ShardedClient, None), (3, ShardedClient, 3)]
)
async def test_the_settings_say_how_many(
    shards: int, kind: type[Client], count: int | None, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAREIDOLIA_DISCORD__SHARDS", str(shards))
    async with _client(settings.load(data_dir=data_dir), Metrics()) as client:
        assert (type(client), client.shard_count) == (kind, count)
