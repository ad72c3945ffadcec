"""What is offered while an option is typed: only what can be done here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import discord
import pytest
from discord.app_commands import Choice

from bot.components import autocomplete
from bot.store.presets import Preset
from engine.catalog.catalog import shipped_catalog
from tests.catalogs import catalog

SHIPPED = ["pocket", "lite2", "lite1"]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder of networks that is looked into during a test."""
    catalog.include(tmp_path, default="pocket")
    yield tmp_path
    catalog.include(tmp_path / "nowhere")


@pytest.fixture
def lite2() -> Iterator[None]:
    """The product's default."""
    catalog.include(catalog.folder or Path("nowhere"), default="lite2")
    yield
    catalog.include(catalog.folder or Path("nowhere"), default="pocket")


class Kept:
    """The presets of everybody."""

    async def all(self, _user_id: str) -> list[Preset]:
        """Of networks that are ready and of one that is not."""
        return [
            Preset("Fur", {"network": "pocket", "layer": "mid"}),
            Preset("Café", {"network": "lite1", "subject": "owls"}),
            Preset("gone", {"network": "vgg16"}),
        ]


def typing(**before: str) -> discord.Interaction[Any]:
    """An interaction in which these options were typed before."""
    client = SimpleNamespace(service=SimpleNamespace(presets=Kept(), catalog=shipped_catalog()), explain=wrong)
    options, user = SimpleNamespace(**before), SimpleNamespace(id=7)
    return cast(discord.Interaction[Any], SimpleNamespace(namespace=options, client=client, user=user, guild_id=None))


def wrong(error: Exception) -> str:
    """Nothing goes wrong unseen."""
    raise error


def words(choices: list[Choice[str]]) -> list[str]:
    """What is offered."""
    return [choice.value for choice in choices]


async def test_only_networks_that_are_ready_are_offered(folder: Path) -> None:
    assert [choice.value for choice in await autocomplete.networks(typing(), "")] == SHIPPED
    (folder / "googlenet.safetensors").touch()
    assert [choice.value for choice in await autocomplete.networks(typing(), "")] == [*SHIPPED, "googlenet"]
    assert [choice.value for choice in await autocomplete.networks(typing(), "goo")] == ["googlenet"]


async def test_layers_and_subjects_are_those_of_the_network_that_was_typed(folder: Path) -> None:
    (folder / "places365.safetensors").touch()
    layers = await autocomplete.layers(typing(model="places365"), "")
    assert "inception_4c" in [choice.value for choice in layers]
    assert [choice.value for choice in await autocomplete.subjects(typing(model="places365"), "pagoda")] == ["pagoda"]


async def test_a_network_that_is_not_ready_offers_pockets_words(folder: Path) -> None:
    (layer, *_) = await autocomplete.layers(typing(model="vgg16"), "mixed5b")
    assert layer.value == "mixed5b"


async def test_every_network_fits_discords_limits(folder: Path) -> None:
    for name in catalog.networks():
        (folder / f"{name}.safetensors").touch()
    offered = await autocomplete.networks(typing(), "")
    assert len(offered) == len(catalog.networks())
    for name in catalog.networks():
        for choice in [*offered, *await autocomplete.layers(typing(model=name), "")]:
            assert 1 <= len(choice.name) <= 100
            assert 1 <= len(str(choice.value)) <= autocomplete.VALUE_LIMIT
        words = [choice.value for choice in await autocomplete.layers(typing(model=name), "")]
        assert {"low", "mid", "high"} <= set(words)
        assert len(words) == min(len(catalog.choices(name)), autocomplete.LIMIT)


async def test_what_only_pocket_knows_is_offered_where_no_network_is_chosen(lite2: None) -> None:
    assert words(await autocomplete.subjects(typing(), "eye"))[:1] == ["eyes"]
    assert "skulls" in words(await autocomplete.subjects(typing(), "skul"))
    assert words(await autocomplete.subjects(typing(model="lite2"), "skul")) == []
    assert words(await autocomplete.searches(typing(), "skul")) == [], "no other network is taken for a search"
    assert len(await autocomplete.subjects(typing(), "")) == autocomplete.LIMIT


@pytest.mark.parametrize("name", ["lite1", "LITE1 ", "lite1 · what it is", "ｌｉｔｅ１"])
async def test_a_network_may_be_typed_as_people_type(lite2: None, name: str) -> None:
    assert words(await autocomplete.subjects(typing(model=name), "skul")) == []
    assert "block3" in words(await autocomplete.layers(typing(model=name), "block"))


async def test_layers_and_subjects_are_those_of_the_presets_network(lite2: None) -> None:
    assert "mixed4a" in words(await autocomplete.layers(typing(preset="fur"), "mixed4"))
    assert "mixed4a" not in words(await autocomplete.layers(typing(preset="fur", model="lite2"), "mixed4"))
    assert words(await autocomplete.subjects(typing(preset="ＦＵＲ"), "skul")) == ["skulls", "skull", "bone"]
    assert words(await autocomplete.subjects(typing(preset="cafe\u0301"), "skul")) == []
    for other in ("gone", "none of mine"):
        assert "skulls" in words(await autocomplete.subjects(typing(preset=other), "skul"))


@pytest.mark.parametrize("typed", ["ｆｕ", "FU\u200b", " fu"])
async def test_presets_are_offered_in_any_spelling(typed: str) -> None:
    assert words(await autocomplete.own_presets(typing(), typed)) == ["Fur"]
