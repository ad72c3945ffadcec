"""The least memory of a request, known without torch, beside what recipes find once they have loaded a network."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache, partial
from typing import Any

import pytest
import torch

from engine import recipes
from engine.ascent import memory_budget
from engine.benchmark import layer_memory
from engine.catalog.catalog import shipped_catalog
from engine.networks.network import Network
from engine.params import AnyParams, Channel, Concept, Dream, Morph, P, See, Style, Zoom, make
from engine.queue.memory_need import FLOAT_BYTES, SQUARE, least_bytes
from engine.runtime import Runtime

NETWORKS = shipped_catalog().networks()


@pytest.mark.parametrize("name", [name for name, one in NETWORKS.items() if not one.architecture.startswith("vgg")])
def test_what_a_pixel_costs_is_what_is_measured(name: str) -> None:
    assert layer_memory.measure(name, shipped_catalog()) == pytest.approx(NETWORKS[name].pixel_bytes, rel=0.02)


def test_every_layer_of_every_network_was_measured() -> None:
    for name, entry in NETWORKS.items():
        assert len(entry.pixel_bytes) == len(entry.layers) + 1, name
        assert entry.bytes_a_pixel([entry.layers[0], entry.layers[2]]) == entry.pixel_bytes[2]
        assert entry.bytes_a_pixel(["nowhere"]) == 0


network = cache(partial(layer_memory.without_weights, catalog=shipped_catalog()))


def asked(kind: type[P], **options: Any) -> P:
    return make(kind, shipped_catalog(), **options)


PIXELS = [
    asked(Dream, network="pocket", layer="high"),
    asked(Dream, network="googlenet", layer="low + high*0.5"),
    asked(Dream, network="lite2", layer="mid", look="2015"),
    asked(Zoom, network="googlenet", layer="mid"),
    asked(Style, network="lite2", painting="glass"),
    asked(Style, network="googlenet", painting="glass"),
]
OTHERS = [
    asked(Dream, network="lite2", layer="high"),
    asked(Dream, network="lite2", subject="goldfish"),
    asked(Zoom, network="lite2", subject="goldfish"),
    asked(See, network="lite2"),
    asked(Channel, network="pocket", layer="mid", channel=3),
    asked(Channel, network="pocket", layer="mid", top=9),
    asked(Channel, network="pocket", layer="mid", pairs="1, 2, 3"),
    asked(Concept, network="pocket", subject="eyes", variations=2),
    asked(Concept, network="lite2", subject="goldfish"),
    asked(Morph, network="lite2", subject="goldfish > banana"),
]


@pytest.mark.parametrize("params", [*PIXELS, *OTHERS], ids=lambda one: f"{one.recipe} {one.network} {one.aim[1]}")
def test_the_least_is_never_more_than_what_the_recipe_finds(params: AnyParams, monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[int] = []
    measure = memory_budget.estimate_bytes

    def estimate(network: Network, layers: Collection[str], *given: Any) -> int:
        found.append(measure(network, layers, *given) - network.packed_bytes(layers))
        return 0

    monkeypatch.setattr(memory_budget, "estimate_bytes", estimate)
    photo = torch.rand(3, 300, params.size)
    next(recipes.run(params, photo, Runtime("cpu", "float32", loader=load)))
    least = least_bytes(params, (params.size, 300), (), lambda _name: FLOAT_BYTES)
    assert 0 < least <= max(found)
    if params in PIXELS:
        assert least > 0.7 * max(found), "the rest are weights"


@cache
def load(name: str) -> Network:
    return Runtime("cpu").network(name) if shipped_catalog().is_ready(name) else network(name)


def test_shapes_and_numbers_count() -> None:
    style = asked(Style, network="lite2", size=1024)

    def need(edges: tuple[int, int] | None, number: int = FLOAT_BYTES) -> int:
        return least_bytes(style, edges, (), lambda _name: number)

    assert need((800, 400)) == need((400, 800)) == need(SQUARE) // 2 == need(SQUARE, 2)
    assert 0 < need(None) < need((10, 1)) < need((800, 400)), "of what nobody knows, the thinnest strip"
    guided = asked(Dream, network="lite2", size=1024)
    assert least_bytes(guided, SQUARE, ["guide"], lambda _: 4) > 5 * least_bytes(guided, SQUARE, (), lambda _: 4)
