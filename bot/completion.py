"""What Discord offers while an option is typed: `text => choices`.

discord.py swallows what an autocomplete raises and Discord then shows an error, so these never raise.
"""

from __future__ import annotations

import logging
from typing import Any, cast

import discord
from discord.app_commands import Choice

from bot.client import Client
from engine.jobs import catalog
from engine.jobs.params import Dream

log = logging.getLogger(__name__)

NETWORK: str = Dream.model_fields["network"].default
LIMIT = 25
"""Choices that Discord takes."""


async def layers(interaction: discord.Interaction[Any], current: str) -> list[Choice[str]]:
    """Layers by name or by what they see."""
    typed = current.split("·")[0].strip().casefold()
    found = [Choice(name=label[:100], value=word) for label, word in catalog.choices(NETWORK)]
    return [choice for choice in found if typed in choice.name.casefold()][:LIMIT]


async def own_presets(interaction: discord.Interaction[Any], current: str) -> list[Choice[str]]:
    """The user's own presets."""
    try:
        kept = await cast(Client, interaction.client).desk.presets.all(str(interaction.user.id))
    except Exception:
        log.exception("presets could not be offered")
        return []
    typed = current.strip().casefold()
    return [Choice(name=one.name, value=one.name) for one in kept if typed in one.name.casefold()][:LIMIT]
