"""What is offered while an option is typed: only what can be done here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import discord
import pytest

from bot import completion
from engine.jobs import catalog

SHIPPED = ["pocket", "lite2", "lite1"]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder of networks that is looked into during a test."""
    catalog.include(tmp_path, default="pocket")
    yield tmp_path
    catalog.include(tmp_path / "nowhere")


def typing(**before: str) -> discord.Interaction[Any]:
    """An interaction in which these options were typed before."""
    return cast(discord.Interaction[Any], SimpleNamespace(namespace=SimpleNamespace(**before)))


async def test_only_networks_that_are_ready_are_offered(folder: Path) -> None:
    assert [choice.value for choice in await completion.networks(typing(), "")] == SHIPPED
    (folder / "googlenet.safetensors").touch()
    assert [choice.value for choice in await completion.networks(typing(), "")] == [*SHIPPED, "googlenet"]
    assert [choice.value for choice in await completion.networks(typing(), "goo")] == ["googlenet"]


async def test_layers_and_subjects_are_those_of_the_network_that_was_typed(folder: Path) -> None:
    (folder / "places365.safetensors").touch()
    layers = await completion.layers(typing(network="places365"), "")
    assert "inception_4c" in [choice.value for choice in layers]
    assert [choice.value for choice in await completion.subjects(typing(network="places365"), "pagoda")] == ["pagoda"]


async def test_a_network_that_is_not_ready_offers_pockets_words(folder: Path) -> None:
    (layer, *_) = await completion.layers(typing(network="vgg16"), "mixed5b")
    assert layer.value == "mixed5b"


async def test_every_network_fits_discords_limits(folder: Path) -> None:
    for name in catalog.networks():
        (folder / f"{name}.safetensors").touch()
    offered = await completion.networks(typing(), "")
    assert len(offered) == len(catalog.networks())
    for name in catalog.networks():
        for choice in [*offered, *await completion.layers(typing(network=name), "")]:
            assert 1 <= len(choice.name) <= 100
            assert 1 <= len(str(choice.value)) <= completion.VALUE_LIMIT
        words = [choice.value for choice in await completion.layers(typing(network=name), "")]
        assert {"low", "mid", "high"} <= set(words)
        assert len(words) == min(len(catalog.choices(name)), completion.LIMIT)
