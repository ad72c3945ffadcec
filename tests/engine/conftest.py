"""What tests of the torch side share: a small network of pocket's kind, and a studio that knows only it."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from engine.canvas.noise import clouds
from engine.jobs import catalog
from engine.networks.loading import from_pocket
from engine.networks.network import Network
from engine.networks.pocket import MEAN, STD, Conv, Mixed, Pocket, pool
from engine.studio import Studio


@pytest.fixture(autouse=True)
def _default(pocket_by_default: None) -> None:
    """Tests here say eyes, mixed4a and mid, and mean pocket's. Those of the default itself are in test_default.py."""


def settled(module: nn.Module) -> nn.Module:
    """Give every batch norm statistics of its own, as training would have: else folding could not go wrong."""
    generator = torch.Generator().manual_seed(7)
    for norm in module.modules():
        if isinstance(norm, nn.BatchNorm2d) and norm.running_mean is not None and norm.running_var is not None:
            norm.running_mean.copy_(torch.randn(norm.num_features, generator=generator) * 0.1)
            norm.running_var.copy_(torch.rand(norm.num_features, generator=generator) + 0.5)
    return module.eval()


@pytest.fixture(scope="session")
def small_stages() -> nn.ModuleDict:
    """Random stages of pocket's kinds, a few channels each: conv1, pool1, mixed2."""
    with torch.random.fork_rng():
        torch.manual_seed(1)
        stages = nn.ModuleDict({"conv1": Conv(3, 8, 7, 2), "pool1": pool(), "mixed2": Mixed(8, 8, 8, 12, 4, 4)})
    settled(stages)
    return stages


@pytest.fixture(scope="session")
def small_network(small_stages: nn.ModuleDict) -> Network:
    """A Network of those stages with a head of five classes."""
    with torch.random.fork_rng():
        torch.manual_seed(2)
        head = nn.Linear(24, 5)
    return Network(dict(small_stages.items()), mean=MEAN, std=STD, head=head, labels=tuple("abcde"))


@pytest.fixture(scope="session")
def pocket_network() -> Network:
    """Pocket with random weights: its shape and its labels, none of its knowledge."""
    labels = list(catalog.labels("pocket"))
    with torch.random.fork_rng():
        torch.manual_seed(3)
        model = Pocket(len(labels))
    settled(model)
    return from_pocket(model, labels)


@pytest.fixture
def studio(pocket_network: Network) -> Studio:
    """A studio whose every network is that pocket, in float32."""
    return Studio("cpu", "float32", loader=lambda _name: pocket_network)


@pytest.fixture
def shipped() -> Studio:
    """A studio with the networks that are shipped: for what a random one does not know."""
    return Studio("cpu", "float32")


@pytest.fixture
def photo() -> Tensor:
    """A picture [3, 90, 120] in [0, 1] that is different everywhere."""
    return clouds((90, 120), torch.Generator().manual_seed(5))
