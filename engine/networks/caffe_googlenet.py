"""GoogLeNet as it was trained in Caffe: Places205 and Places365, `[n, 3, h, w] => stages conv1 ... inception_5b`.

Szegedy et al. 2015, arXiv:1409.4842; Zhou et al. 2014 and 2017, "Places". It has 5x5 branches, response
normalisation and no batch norm. The published files hold no main classifier: the second auxiliary one, behind 4d,
names the places. Modules are called as in the files, so that those load as they are.
"""

from __future__ import annotations

from typing import Final

from torch import nn

from engine.networks.classifier_head import Window, convolution
from engine.networks.inception import WIDTHS, Inception, convolutions
from engine.networks.local_response_norm import ResponseNorm
from engine.networks.stages import StagedModel

PARTS: Final = ("1x1", "3x3_reduce", "3x3", "5x5_reduce", "5x5", "pool_proj")
AUXILIARY: Final = {"loss1": 512, "loss2": 528}
"""The auxiliary classifiers and how many channels they see; they were trained on 14x14 positions, 4x4 after a pool."""


class CaffeGoogLeNet(nn.Module):
    """The convolutions of a file by their names in it; `to_stages` wires them."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.conv1_7x7_s2 = nn.Conv2d(3, 64, 7, 2, 3)
        self.conv2_3x3_reduce = nn.Conv2d(64, 64, 1)
        self.conv2_3x3 = nn.Conv2d(64, 192, 3, 1, 1)
        for block, made in convolutions(192, WIDTHS).items():
            for part, module in zip(PARTS, made, strict=True):
                self.add_module(f"inception_{block}_{part}", module)
        for name, channels in AUXILIARY.items():
            self.add_module(f"{name}_conv", nn.Conv2d(channels, 128, 1))
            self.add_module(f"{name}_fc_1", nn.Linear(128 * 4 * 4, 1024))
            self.add_module(f"{name}_classifier_1", nn.Linear(1024, classes))


def to_stages(model: CaffeGoogLeNet) -> StagedModel:
    """Stages in the order of the original, and the head that names places."""
    stages: dict[str, nn.Module] = {
        "conv1": nn.Sequential(model.conv1_7x7_s2, nn.ReLU()),  # 1/2 of the picture's side
        "pool1": _pool(),  # 1/4
        "norm1": _norm(64),
        "conv2_reduce": nn.Sequential(model.conv2_3x3_reduce, nn.ReLU()),
        "conv2": nn.Sequential(model.conv2_3x3, nn.ReLU()),
        "norm2": _norm(192),
        "pool2": _pool(),  # 1/8
    }
    for block in WIDTHS:
        stages[f"inception_{block}"] = Inception(*(_convolution(model, f"inception_{block}_{part}") for part in PARTS))
        if block in ("3b", "4e"):
            stages[f"pool{block[0]}"] = _pool()  # 1/16, 1/32
    return StagedModel(stages, Window(14, _names(model)), behind="inception_4d")


def _names(model: CaffeGoogLeNet) -> nn.Sequential:
    pool = nn.AvgPool2d(5, 3, ceil_mode=True)
    hidden = convolution(model.get_submodule("loss2_fc_1"), 4)  # type: ignore[arg-type]
    classes = convolution(model.get_submodule("loss2_classifier_1"))  # type: ignore[arg-type]
    return nn.Sequential(pool, _convolution(model, "loss2_conv"), nn.ReLU(), hidden, nn.ReLU(), classes)


def _convolution(model: CaffeGoogLeNet, name: str) -> nn.Conv2d:
    found = model.get_submodule(name)
    assert isinstance(found, nn.Conv2d)
    return found


def _pool() -> nn.MaxPool2d:
    """Caffe rounds sizes up: a window may hang over the right and lower border, never over the others."""
    return nn.MaxPool2d(3, 2, ceil_mode=True)


def _norm(channels: int) -> ResponseNorm:
    return ResponseNorm(channels, size=5, alpha=1e-4, beta=0.75, k=1.0)
