"""Every recipe keeps to the device that it was given: on a GPU, tensors of the CPU would be refused."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import Tensor

from engine import recipes
from engine.ascent.progress import Frame
from engine.catalog.catalog import shipped_catalog
from engine.networks.loading import load
from engine.networks.network import Network
from engine.params import AnyParams, Channel, Concept, Dream, Morph, See, Style, Upscale, Zoom, make
from engine.runtime import Runtime
from tests.engine import small_networks
from tests.engine.other_device import NAME, OtherDevice

QUICK: dict[str, Any] = {"octaves": 1, "iterations": 1, "network": "lite2"}
ASKED: dict[str, tuple[type[AnyParams], dict[str, Any]]] = {
    "a layer": (Dream, QUICK | {"size": 128, "layer": "high", "protect": "centre", "keep": 0.2, "colours": "match"}),
    "a vivid layer": (Dream, QUICK | {"size": 128, "layer": "mid", "look": "vivid", "variations": 2}),
    "subjects": (Dream, QUICK | {"size": 128, "subject": "goldfish + castle"}),
    "a guide": (Dream, QUICK | {"size": 128, "layer": "mid"}),
    "all pixels": (Dream, QUICK | {"size": 128, "layer": "mid", "network": "pocket"}),
    "the notebook": (Dream, QUICK | {"size": 128, "layer": "mid", "look": "2015"}),
    "a concept": (Concept, {"size": 128, "subject": "goldfish", "iterations": 16, "network": "lite2"}),
    "a channel": (Channel, {"size": 128, "layer": "block14", "channel": 7, "iterations": 2, "network": "lite2"}),
    "an atlas": (Channel, {"size": 128, "layer": "block14", "top": 2, "iterations": 2, "network": "lite2"}),
    "a page": (See, {"network": "lite2"}),
    "a zoom": (Zoom, QUICK | {"size": 128, "frames": 8, "layer": "low"}),
    "a morph": (Morph, {"size": 128, "subject": "banana > eel", "frames": 8, "iterations": 2, "network": "lite2"}),
    "a style": (Style, {"size": 128, "painting": "swirls", "iterations": 2, "network": "lite2"}),
    "a larger one": (Upscale, {"size": 256, "iterations": 2, "network": "lite2"}),
}
WITHOUT_SOURCE = (Concept, Morph)


@pytest.fixture(scope="module")
def networks() -> dict[str, Network]:
    """Small ones of the catalogue's names. Made on the CPU: torch's own uses of "meta" would be taken for another."""
    made = {name: small_networks.narrow_lite(name) for name in ("lite1", "lite2")}
    return {**made, "pocket": small_networks.pocket(), "shipped": load("lite2")}


@pytest.fixture
def other_device() -> Iterator[None]:
    """There is a device beside the CPU; what its runtime sets is undone."""
    before = torch.get_deterministic_debug_mode()
    with OtherDevice():
        yield
    torch.set_deterministic_debug_mode(before)


@pytest.mark.parametrize("asked", ASKED)
def test_a_recipe_stays_on_its_device(
    asked: str,
    networks: dict[str, Network],
    photo: Tensor,
    other_device: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kind, options = ASKED[asked]
    source = None if issubclass(kind, WITHOUT_SOURCE) else photo
    others = {"guide": photo.flip(2)} if asked == "a guide" else {"mask": photo} if asked == "a layer" else {}
    for name, count in (("finding", 5), ("DETAILING", 1)):
        monkeypatch.setattr(Concept, name, count)
    shipped = kind is See  # of the shipped one a page has its small pictures
    runtime = Runtime(NAME, "float32", loader=lambda name: copy.deepcopy(networks["shipped" if shipped else name]))
    reports = list(recipes.run(make(kind, shipped_catalog(), seed=3, **options), source, runtime, others))
    pictures = [one.picture if isinstance(one, Frame) else one.full_size() for one in reports[-2:]]
    assert all(one.isfinite().all() for one in pictures)
