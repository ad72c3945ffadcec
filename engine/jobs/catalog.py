"""The catalogue of networks: `name => what is known of it without torch`.

The data is `catalog.toml`; this file reads it and finds names in it.
"""

from __future__ import annotations

import difflib
import tomllib
from functools import cache
from importlib import resources

from pydantic import BaseModel, ConfigDict

from engine.jobs.errors import UnknownLayer, UnknownNetwork


class Friendly(BaseModel):
    """A word people use for a layer, and what that layer sees."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    layer: str
    about: str
    classes: tuple[str, ...] = ()
    """Labels, where the word means what these classes look like to the whole network, rather than all of a layer."""


class Entry(BaseModel):
    """One network of the catalogue."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    title: str
    about: str
    licence: str
    layers: tuple[str, ...]
    friendly: dict[str, Friendly]


@cache
def networks() -> dict[str, Entry]:
    """All entries by name."""
    text = resources.files("engine.jobs").joinpath("catalog.toml").read_text("utf-8")
    return {name: Entry.model_validate(entry) for name, entry in tomllib.loads(text).items()}


def network(name: str) -> Entry:
    """One entry. Raises `UnknownNetwork`."""
    try:
        return networks()[name]
    except KeyError:
        raise UnknownNetwork(name=name[:40], known=", ".join(networks())) from None


def friendly(network_name: str, text: str) -> str:
    """The canonical word for a layer as a person typed it: a friendly name, or an exact layer's name.

    "High", "high · faces, animals, towers" => "high". Raises `UnknownLayer`, which names the nearest.
    """
    entry = network(network_name)
    word = text.split("·")[0].strip().lower()
    names = {name.lower(): name for name in (*entry.friendly, *entry.layers)}
    if word in names:
        return names[word]
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.0)[0]
    raise UnknownLayer(name=word[:40], nearest=names[near])


def meaning(network_name: str, text: str) -> Friendly:
    """What a word means: a friendly name's entry, or an exact layer as a whole. Raises `UnknownLayer`."""
    word = friendly(network_name, text)
    return network(network_name).friendly.get(word) or Friendly(layer=word, about=word)


def choices(network_name: str) -> list[tuple[str, str]]:
    """(label, word) of every layer, friendly ones first: ("high · faces, animals, towers", "high")."""
    entry = network(network_name)
    named = [(f"{word} · {name.about}", word) for word, name in entry.friendly.items()]
    return named + [(name, name) for name in entry.layers]
