"""What Discord offers while an option is typed: `text => choices`.

discord.py swallows what an autocomplete raises and Discord then shows an error, so these never raise.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Coroutine
from typing import Any, cast

import discord
from discord.app_commands import Choice

from bot.client import Client
from engine.jobs import catalog, mixture
from engine.jobs.errors import Refusal

Find = Callable[[discord.Interaction[Any], str], Coroutine[Any, Any, list[Choice[str]]]]

LIMIT = 25
"""Choices that Discord takes."""
VALUE_LIMIT = 100
"""Characters of a choice's value that Discord takes."""


def offered(find: Find) -> Find:
    """Makes `find` never raise: an error is logged where all errors are, and nothing is offered."""

    @functools.wraps(find)
    async def safe(interaction: discord.Interaction[Any], current: str) -> list[Choice[str]]:
        try:
            return await find(interaction, str(current))  # a forged request may hold anything
        except Exception as error:
            cast(Client, interaction.client).explain(error)
            return []

    return safe


def asked(interaction: discord.Interaction[Any]) -> str:
    """The network whose words are wanted: the one that was typed before, if it is ready, else the default."""
    typed = getattr(interaction.namespace, "network", None)
    return typed if typed in catalog.ready() else catalog.default_network()


@offered
async def networks(interaction: discord.Interaction[Any], current: str) -> list[Choice[str]]:
    """Networks that can dream at once, by name or by what they are."""
    typed = current.split("·")[0].strip().casefold()
    offers = ((f"{name} · {catalog.network(name).about}", name) for name in catalog.ready())
    return [Choice(name=label[:100], value=name) for label, name in offers if typed in label.casefold()][:LIMIT]


@offered
async def layers(interaction: discord.Interaction[Any], current: str) -> list[Choice[str]]:
    """Layers by name or by what they see; of several, the last one is completed."""
    network = asked(interaction)
    kept, last = _begun(network, current)
    typed = last.split("·")[0].strip().casefold()
    found = [(label, f"{kept}{word}") for label, word in catalog.choices(network) if typed in label.casefold()]
    fitting = [Choice(name=f"{kept}{label}"[:100], value=word) for label, word in found if len(word) <= VALUE_LIMIT]
    return fitting[:LIMIT]


def _begun(network: str, typed: str) -> tuple[str, str]:
    """What is said already of several layers, and the one that is being typed: "high + mi" => "high + ", "mi"."""
    before, plus, last = typed.rpartition("+")
    try:
        return (f"{mixture.canonical(network, before)} + ", last) if plus else ("", typed)
    except Refusal:
        return "", typed


@offered
async def subjects(interaction: discord.Interaction[Any], current: str) -> list[Choice[str]]:
    """Subjects and classes by name, emoji or what one will see; of several, the last one is completed."""
    found = catalog.subject_choices(asked(interaction), current)[:LIMIT]
    return [Choice(name=label[:100], value=word) for label, word in found if len(word) <= VALUE_LIMIT]


@offered
async def own_presets(interaction: discord.Interaction[Any], current: str) -> list[Choice[str]]:
    """The user's own presets."""
    kept = await cast(Client, interaction.client).desk.presets.all(str(interaction.user.id))
    typed = current.strip().casefold()
    return [Choice(name=one.name, value=one.name) for one in kept if typed in one.name.casefold()][:LIMIT]
