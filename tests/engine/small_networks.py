"""Small networks of pocket's kind, and what they are shown."""

from __future__ import annotations

from unittest import mock

import torch
from torch import nn

from engine.networks import efficientnet_lite
from engine.networks.efficientnet_lite import EfficientNetLite
from engine.networks.loading import from_model, from_pocket
from engine.networks.network import Network
from engine.networks.pocket import MEAN, STD, Conv, Mixed, Pocket, pool
from tests.catalogs import catalog


def settled(module: nn.Module) -> nn.Module:
    """Give every batch norm statistics of its own, as training would have: else folding could not go wrong."""
    generator = torch.Generator().manual_seed(7)
    for norm in module.modules():
        if isinstance(norm, nn.BatchNorm2d) and norm.running_mean is not None and norm.running_var is not None:
            norm.running_mean.copy_(torch.randn(norm.num_features, generator=generator) * 0.1)
            norm.running_var.copy_(torch.rand(norm.num_features, generator=generator) + 0.5)
    return module.eval()


def stages() -> nn.ModuleDict:
    """Random stages of pocket's kinds, a few channels each: conv1, pool1, mixed2."""
    with torch.random.fork_rng():
        torch.manual_seed(1)
        made = nn.ModuleDict({"conv1": Conv(3, 8, 7, 2), "pool1": pool(), "mixed2": Mixed(8, 8, 8, 12, 4, 4)})
    settled(made)
    return made


def network(stages: nn.ModuleDict) -> Network:
    """A Network of those stages with a head of five classes."""
    with torch.random.fork_rng():
        torch.manual_seed(2)
        head = nn.Linear(24, 5)
    return Network(dict(stages.items()), mean=MEAN, std=STD, head=head, labels=tuple("abcde"))


def pocket() -> Network:
    """Pocket with random weights: its shape and its labels, none of its knowledge."""
    labels = list(catalog.labels("pocket"))
    with torch.random.fork_rng():
        torch.manual_seed(3)
        model = Pocket(len(labels))
    settled(model)
    return from_pocket(model, labels)


def narrow_lite(name: str) -> Network:
    """A network of the catalogue that is an EfficientNet-Lite, with random weights and eight channels in each block."""
    widths = efficientnet_lite.WIDTHS[catalog.network(name).architecture]
    with torch.random.fork_rng(), mock.patch.dict(efficientnet_lite.WIDTHS, narrow=tuple((8, n) for _, n in widths)):
        torch.manual_seed(4)
        model = EfficientNetLite("narrow", catalog.network(name).classes)
    settled(model)
    return from_model(name, model)
