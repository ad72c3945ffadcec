"""Where games are played: `interaction => the place, if the server gave it for games`."""

from __future__ import annotations

from typing import Any

import discord

from bot import play_wording
from bot.requests.limits import ServerGate, ServerPlace
from bot.requests.service import place_of
from bot.views.message_card import ANSWER
from engine.errors import GamesOff, NoServer, StillSecret


async def game_place(interaction: discord.Interaction[Any], gate: ServerGate) -> ServerPlace:
    """Where somebody plays. Raises `NoServer`, `GamesOff`, and what `ServerGate.check_place` raises."""
    place = place_of(interaction)
    if place is None:
        raise NoServer
    rules = await gate.check_place(place)
    if place.channel_id not in rules.games:
        raise GamesOff(hint=play_wording.games_off_hint(rules.games))
    return place


def refuse_open_round(message: discord.Message) -> None:
    """Raise `StillSecret` for a message of ours with answers to guess: the network would say which is right."""
    shown = (child for row in message.components for child in getattr(row, "children", ()))
    if message.author.bot and any(str(getattr(one, "custom_id", "")).startswith(ANSWER) for one in shown):
        raise StillSecret


async def open_place(interaction: discord.Interaction[Any], gate: ServerGate) -> ServerPlace:
    """Where somebody begins what everybody sees. Raises as `game_place`, and `QuietHoursNow`."""
    place = await game_place(interaction, gate)
    gate.check_quiet(await gate.rules.load(place.guild_id))
    return place
