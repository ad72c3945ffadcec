"""What tests of the torch side share: a small network of pocket's kind, and a runtime that knows only it.

Torch is imported where it is needed: the folders beside these, of the queue and the settings, do without.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor, nn

    from engine.networks.network import Network
    from engine.runtime import Runtime


@pytest.fixture(autouse=True)
def _default(pocket_by_default: None) -> None:
    """Tests here say eyes, mixed4a and mid, and mean pocket's. test_default_network.py has the default's."""


@pytest.fixture(scope="session")
def small_stages() -> nn.ModuleDict:
    """Random stages of pocket's kinds, a few channels each: conv1, pool1, mixed2."""
    from tests.engine import small_networks

    return small_networks.stages()


@pytest.fixture(scope="session")
def small_network(small_stages: nn.ModuleDict) -> Network:
    """A Network of those stages with a head of five classes."""
    from tests.engine import small_networks

    return small_networks.network(small_stages)


@pytest.fixture(scope="session")
def pocket_network() -> Network:
    """Pocket with random weights: its shape and its labels, none of its knowledge."""
    from tests.engine import small_networks

    return small_networks.pocket()


@pytest.fixture
def runtime(pocket_network: Network) -> Runtime:
    """A runtime whose every network is that pocket, in float32."""
    from engine.runtime import Runtime

    return Runtime("cpu", "float32", loader=lambda _name: pocket_network)


@pytest.fixture(scope="session")
def load_shipped() -> Callable[[str], Network]:
    """The networks that are shipped, each unpacked once: they are only read."""
    from engine.catalog.catalog import shipped_catalog
    from engine.networks.loading import load

    return cache(lambda name: load(name, catalog=shipped_catalog()))


@pytest.fixture
def shipped(load_shipped: Callable[[str], Network]) -> Runtime:
    """A runtime with the networks that are shipped: for what a random one does not know."""
    from engine.runtime import Runtime

    return Runtime("cpu", "float32", loader=load_shipped)


@pytest.fixture
def photo() -> Tensor:
    """A picture [3, 90, 120] in [0, 1] that is different everywhere."""
    import torch

    from engine.canvas.noise import coloured_noise

    return coloured_noise((90, 120), torch.Generator().manual_seed(5))
