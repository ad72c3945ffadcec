"""What is measured: `name => our network, and the same weights as a textbook runs them`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor, nn

from engine.benchmark.textbook import Textbook
from engine.catalog.catalog import shipped_catalog
from engine.networks import architectures, loading, pocket, weights
from engine.networks.googlenet import GoogLeNet
from engine.networks.network import Network


@dataclass(frozen=True)
class Case:
    """A network and one of its layers."""

    layer: str
    network: Callable[[], Network]
    """Ours, in float32."""
    textbook: Callable[[bool], Textbook]
    """The same weights in a textbook's loop, run to the end or truncated."""


def googlenet() -> Case:
    """GoogLeNet with random weights, at the layer of the DeepDream notebook."""
    return Case("inception_4c", _our_googlenet, _textbook_googlenet)


def lite2() -> Case:
    """The default network with its own weights, at its last block of 120 channels."""
    return Case("block14", lambda: loading.load("lite2"), _textbook_lite2)


def pocket_case() -> Case:
    """The network that ships inside the package, at the layer `high`."""
    layer = shipped_catalog().meaning("pocket", "high").layer
    return Case(layer, lambda: loading.from_pocket(pocket.load()[0], []), lambda whole: _textbook_pocket(layer, whole))


CASES: Final[Mapping[str, Callable[[], Case]]] = {"googlenet": googlenet, "lite2": lite2, "pocket": pocket_case}


def random_googlenet(make: Callable[[], nn.Module]) -> nn.Module:
    """Random weights under which activations neither vanish nor explode (He et al. 2015, arXiv:1502.01852): the same
    for each implementation whose modules stand in torchvision's order.
    """
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = make()
        for module in model.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight)
    return model.eval()


def _our_googlenet() -> Network:
    staged = architectures.to_stages(random_googlenet(lambda: GoogLeNet(1000, auxiliary=False)))
    return Network(staged.stages, mean=(0.5,) * 3, std=(0.5,) * 3)


def _textbook_googlenet(whole: bool) -> Textbook:
    from torchvision import models  # seconds and 92 MB, which would count as ours

    model = random_googlenet(lambda: models.GoogLeNet(aux_logits=False, init_weights=False))
    return Textbook(model, model.get_submodule("inception4c"), "inception_4c", lambda x: x * 2 - 1, whole=whole)


class _Staged(nn.Module):
    """Stages, and a classifier behind their mean."""

    def __init__(self, stages: Mapping[str, nn.Module], head: nn.Module) -> None:
        super().__init__()
        self.stages, self.head = nn.ModuleDict(dict(stages)), head

    def forward(self, x: Tensor) -> Tensor:
        for stage in self.stages.values():
            x = stage(x)
        scores: Tensor = self.head(x.mean((2, 3)))
        return scores


def _textbook_lite2(whole: bool) -> Textbook:
    catalog = shipped_catalog()
    entry, file = catalog.network("lite2"), catalog.weights_file("lite2")
    assert entry.package
    assert file
    found = weights.read_package(entry.package, file, "lite2")
    staged = architectures.to_stages(architectures.model(entry.architecture, entry.classes, found))
    assert staged.head
    model = _Staged(staged.stages, staged.head)
    scale, mean, std = entry.input.scale, _colour(entry.input.mean), _colour(entry.input.std)
    return Textbook(model, model.stages["block14"], "block14", lambda x: (x * scale - mean) / std, whole=whole)


def _textbook_pocket(layer: str, whole: bool) -> Textbook:
    model = pocket.load()[0]
    mean, std = _colour(pocket.MEAN), _colour(pocket.STD)
    return Textbook(model, model.stages[layer], layer, lambda x: (x - mean) / std, whole=whole)


def _colour(values: Sequence[float]) -> Tensor:
    return torch.tensor(values).view(1, 3, 1, 1)
