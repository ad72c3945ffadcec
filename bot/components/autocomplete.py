"""What Discord offers while an option is typed: `text => choices`.

discord.py swallows what an autocomplete raises and Discord then shows an error, so these never raise.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Coroutine
from typing import Any, cast

import discord
from discord.app_commands import Choice

from bot import wording
from bot.components.client_protocol import ServiceClient
from bot.requests.service import place_of
from bot.store.presets import lookup_key
from engine.catalog import subject_sequence, weighted_terms
from engine.catalog.catalog import Catalog
from engine.errors import Refusal
from engine.params.sensitive_subjects import APES, is_hidden

Find = Callable[[discord.Interaction[Any], str], Coroutine[Any, Any, list[Choice[str]]]]

LIMIT = 25
"""Choices that Discord takes."""
VALUE_LIMIT = 100
"""Characters of a choice's value that Discord takes."""


def guard(find: Find) -> Find:
    """Makes `find` never raise: an error is logged where all errors are, and nothing is offered."""

    @functools.wraps(find)
    async def safe(interaction: discord.Interaction[Any], current: str) -> list[Choice[str]]:
        try:
            return await find(interaction, str(current))  # a forged request may hold anything
        except Exception as error:
            cast(ServiceClient, interaction.client).explain(error)
            return []

    return safe


def _catalog(interaction: discord.Interaction[Any]) -> Catalog:
    return cast(ServiceClient, interaction.client).service.catalog


async def chosen_network(interaction: discord.Interaction[Any]) -> str | None:
    """The network that was chosen before: by its option, else by the preset; None if that is none that is ready."""
    catalog = _catalog(interaction)
    said = catalog.match_network(str(getattr(interaction.namespace, "model", None) or ""))
    chosen = said or await _network_of_preset(interaction)
    return chosen if chosen in catalog.ready() else None


async def _network_of_preset(interaction: discord.Interaction[Any]) -> str:
    """The network of the preset that was chosen before; "" if there is none."""
    name = getattr(interaction.namespace, "preset", None)
    if not isinstance(name, str) or not name:
        return ""
    kept = await cast(ServiceClient, interaction.client).service.presets.all(str(interaction.user.id))
    return next((str(one.options.get("network", "")) for one in kept if lookup_key(one.name) == lookup_key(name)), "")


@guard
async def networks(interaction: discord.Interaction[Any], current: str) -> list[Choice[str]]:
    """Networks that can dream at once, by name or by what they are."""
    catalog, typed = _catalog(interaction), current.split("·")[0].strip().casefold()
    offers = ((f"{name} · {catalog.network(name).about}", name) for name in catalog.ready())
    found = [(label, name) for label, name in offers if typed in label.casefold()]
    return [Choice(name=label[:100], value=name) for label, name in wording.offers(found)][:LIMIT]


@guard
async def layers(interaction: discord.Interaction[Any], current: str) -> list[Choice[str]]:
    """Layers by name or by what they see; of several, the last one is completed."""
    catalog = _catalog(interaction)
    network = await chosen_network(interaction) or catalog.default_network()
    kept, last = _split_typed(catalog, network, current)
    typed = last.split("·")[0].strip().casefold()
    found = [(label, f"{kept}{word}") for label, word in catalog.choices(network) if typed in label.casefold()]
    shown = wording.offers(found)
    fitting = [Choice(name=f"{kept}{label}"[:100], value=word) for label, word in shown if len(word) <= VALUE_LIMIT]
    return fitting[:LIMIT]


def _split_typed(catalog: Catalog, network: str, typed: str) -> tuple[str, str]:
    """What is said already of several layers, and the one that is being typed: "high + mi" => "high + ", "mi"."""
    before, plus, last = typed.rpartition("+")
    try:
        return (f"{weighted_terms.canonical(catalog, network, before)} + ", last) if plus else ("", typed)
    except Refusal:
        return "", typed


@guard
async def subjects(interaction: discord.Interaction[Any], current: str) -> list[Choice[str]]:
    """Subjects and classes by name, emoji or what one will see; of several, the last one is completed."""
    catalog, network = _catalog(interaction), await chosen_network(interaction)
    return _choices(await _without_hidden(interaction, network, _complete(catalog, network)(current)))


@guard
async def subject_sequences(interaction: discord.Interaction[Any], current: str) -> list[Choice[str]]:
    """The same of the last of several subjects that follow one another."""
    catalog, network = _catalog(interaction), await chosen_network(interaction)
    found = subject_sequence.choices(_complete(catalog, network), current)
    return _choices(await _without_hidden(interaction, network, found))


def _complete(catalog: Catalog, network: str | None) -> Callable[[str], list[tuple[str, str]]]:
    return functools.partial(catalog.subject_choices, network) if network else catalog.open_choices


@guard
async def searches(interaction: discord.Interaction[Any], current: str) -> list[Choice[str]]:
    """The same of one network only, where no other is taken for a word that it does not know."""
    catalog = _catalog(interaction)
    network = await chosen_network(interaction) or catalog.default_network()
    return _choices(await _without_hidden(interaction, network, catalog.subject_choices(network, current)))


async def _without_hidden(
    interaction: discord.Interaction[Any], network: str | None, found: list[tuple[str, str]]
) -> list[tuple[str, str]]:
    """Without what the server hides everywhere; apes are hidden on avatars only. As many as are offered."""
    place = place_of(interaction)
    if place is None:
        return found
    rules = await cast(ServiceClient, interaction.client).service.gate.rules.load(place.guild_id)
    catalog, hidden = _catalog(interaction), {*rules.hidden} - {APES}
    shown = (
        (label, word)
        for label, word in found
        if not is_hidden(catalog, network or catalog.network_for(word, catalog.default_network()), word, hidden)
    )
    return list(itertools.islice(shown, LIMIT))


def _choices(found: list[tuple[str, str]]) -> list[Choice[str]]:
    shown = wording.offers(found[:LIMIT])
    return [Choice(name=label[:100], value=word) for label, word in shown if len(word) <= VALUE_LIMIT]


@guard
async def own_presets(interaction: discord.Interaction[Any], current: str) -> list[Choice[str]]:
    """The user's own presets."""
    kept = await cast(ServiceClient, interaction.client).service.presets.all(str(interaction.user.id))
    return [Choice(name=one.name, value=one.name) for one in kept if lookup_key(current) in lookup_key(one.name)][
        :LIMIT
    ]
