"""What people see of the default network: its words are offered, and other networks are named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import discord
import pytest

from bot import wording
from bot.components import autocomplete
from bot.requests import derivation
from bot.requests import message_options as typed
from engine.catalog import network_files
from engine.catalog.catalog import shipped_catalog
from engine.params import Concept, Dream, See, Zoom
from tests.catalogs import catalog


@pytest.fixture(autouse=True)
def _default(tmp_path: Path) -> Iterator[None]:
    """The product's own default."""
    catalog.include(tmp_path / "before")
    yield
    catalog.include(tmp_path / "after")


def typing(**before: str) -> discord.Interaction[Any]:
    client = SimpleNamespace(service=SimpleNamespace(catalog=shipped_catalog()))
    return cast(
        discord.Interaction[Any], SimpleNamespace(namespace=SimpleNamespace(**before), client=client, guild_id=None)
    )


async def values(find: autocomplete.Find, typed: str, **before: str) -> list[str]:
    return [choice.value for choice in await find(typing(**before), typed)]


async def test_the_words_of_the_default_are_offered_until_another_is_typed() -> None:
    assert await values(autocomplete.layers, "block14") == ["block14"]
    assert await values(autocomplete.layers, "mixed4a") == []
    assert await values(autocomplete.layers, "mixed4a", model="pocket") == ["mixed4a"]
    assert await values(autocomplete.subjects, "goldfish") == ["goldfish"]
    assert "eyes" in await values(autocomplete.subjects, "eyes", model="pocket")


async def test_where_it_cannot_be_used_pockets_words_are_offered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network_files, "_package_folders", lambda module: [])
    catalog.include(tmp_path / "none")
    assert await values(autocomplete.networks, "") == ["pocket"]
    assert await values(autocomplete.layers, "mixed4a") == ["mixed4a"]
    assert typed.read("mixed4a", shipped_catalog()).options == {"layer": "mixed4a"}
    assert wording.credit(Dream(seed=7)) == "/dream layer:high seed:7"


def test_a_preset_always_keeps_its_network() -> None:
    assert derivation.preset_options(Dream(layer="mid")) == {"network": "lite2", "layer": "mid"}
    assert derivation.preset_options(Dream(network="pocket", subject="eyes")) == {
        "network": "pocket",
        "subject": "eyes",
    }
    assert derivation.preset_options(Zoom(layer="low", strength=2)) == {
        "network": "lite2",
        "layer": "low",
        "strength": 2,
    }
    assert derivation.preset_options(See()) == {"network": "lite2"}


def test_a_dream_by_another_network_than_the_default_is_credited_with_it() -> None:
    assert wording.credit(Dream(seed=7)) == "/dream layer:high seed:7"
    assert wording.credit(Dream(network="pocket", seed=7)) == "/dream layer:high model:pocket seed:7"


def test_buttons_keep_the_network_of_the_job() -> None:
    old = Dream(network="pocket", layer="mixed4a")
    assert derivation.with_new_seed(old).network == "pocket"
    assert derivation.next_deeper(old) == {"network": "pocket", "layer": "mixed4a"}
    assert derivation.dream_like(Concept(network="pocket", subject="owl"), 1).network == "pocket"


def test_a_mention_means_the_words_of_the_default() -> None:
    assert typed.read("block14", shipped_catalog()).options == {"layer": "block14"}
    assert typed.read("mixed4a", shipped_catalog()) == typed.Wish(unknown="mixed4a")
    assert typed.read("mixed4a network:pocket", shipped_catalog()).options == {
        "layer": "mixed4a",
        "network": "pocket",
    }
