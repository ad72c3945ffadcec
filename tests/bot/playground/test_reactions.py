"""Reactions in the stand-in: by the page, by REST, and what the gateway tells a real client."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote

import discord
import pytest

from bot.playground.options import Mistake
from bot.playground.server import Playground
from bot.playground.world import EPHEMERAL, Message

from .wire_client import Api, Client, aim, connected


class Listener(Client):
    """Hears of reactions, and keeps those."""

    def __init__(self) -> None:
        super().__init__()
        self._connection._intents.guild_reactions = self._connection._intents.dm_reactions = True
        self.heard: list[tuple[str, discord.RawReactionActionEvent]] = []

    async def on_raw_reaction_add(self, event: discord.RawReactionActionEvent) -> None:
        self.heard.append(("add", event))

    async def on_raw_reaction_remove(self, event: discord.RawReactionActionEvent) -> None:
        self.heard.append(("remove", event))


async def test_a_client_hears_who_reacted_where(playground: Playground, monkeypatch: Any) -> None:
    aim(monkeypatch, playground)
    world = playground.world
    message = playground.say("Ada", "dreams", "look")
    direct = playground.say("Ada", "dm", "hello")
    async with connected(Listener(), playground) as client:
        assert isinstance(client, Listener)
        for where in (message, direct, message):
            playground.react("Ada", where, "❌")
        async with asyncio.timeout(60):
            while len(client.heard) < 3:
                await asyncio.sleep(0.005)
    (kind, first), (_, second), (last, third) = client.heard
    assert (kind, last) == ("add", "remove")
    assert first.member is not None
    assert (first.member.display_name, first.guild_id, first.message_author_id) == (
        "Ada", int(world.guild_id), int(world.persona("Ada").id),
    )  # fmt: skip
    assert (first.emoji.name, first.message_id) == ("❌", int(message.id))
    assert (second.guild_id, second.member, second.user_id) == (None, None, first.user_id)
    assert third.message_id == int(message.id)
    assert message.reactions == {}


async def test_reactions_by_rest_follow_discords_rules(playground: Playground, api: Api) -> None:
    world, message = playground.world, playground.say("Ada", "dreams", "look")
    base = f"{api.messages}/{message.id}/reactions"
    wave = f"{base}/{quote('👋')}"
    assert (await api("PUT", f"{wave}/@me"))[1]["code"] == 50013, "needs Add Reactions"
    playground.react("Ada", message, "👋")
    playground.rest.limiter._windows.clear()  # one goes through in a quarter of a second
    assert (await api("PUT", f"{wave}/@me"))[0] == 204, "but not for what somebody reacted with"
    status, people = await api("GET", wave)
    assert (status, [one["username"] for one in people]) == (200, ["ada", "pareidolia"])
    _, shown = await api("GET", f"{api.messages}/{message.id}")
    (reaction,) = shown["reactions"]
    assert (reaction["count"], reaction["me"], reaction["emoji"]) == (2, True, {"id": None, "name": "👋"})
    playground.rest.limiter._windows.clear()
    assert (await api("DELETE", f"{wave}/{world.persona('Ada').id}"))[1]["code"] == 50013, "needs Manage Messages"
    playground.rest.limiter._windows.clear()
    assert (await api("DELETE", f"{wave}/@me"))[0] == 204
    assert message.reactions == {"👋": [world.persona("Ada").id]}
    playground.rest.limiter._windows.clear()
    assert (await api("PUT", f"{base}/words/@me"))[1]["code"] == 10014


async def test_nobody_reacts_to_what_only_one_sees(playground: Playground) -> None:
    world = playground.world
    secret = Message(world.mint(), world.channel("dreams").id, world.bot.id, flags=EPHEMERAL)
    with pytest.raises(Mistake, match="only you"):
        playground.react("Ada", secret, "❌")
