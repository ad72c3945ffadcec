"""GoogLeNet for ImageNet with the keys of torchvision's file: `model => stages conv1 ... inception_5b`.

Szegedy et al. 2015, arXiv:1409.4842, with batch norm, and with 3x3 where the paper has 5x5. Stages have Caffe's names,
`inception_4c` as in the DeepDream notebook. Batch norm is folded here, because the entering convolutions of a block
become one. The input transform that goes with the file makes [-1, 1] of a picture; the catalogue says so.
torchvision itself is not imported: that takes longer than torch, and 92 MB.
"""

from __future__ import annotations

from typing import Final

from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from engine.networks.inception import WIDTHS, Inception, Widths
from engine.networks.stages import StagedModel

EPSILON: Final = 1e-3
"""What its batch norms add to a variance."""
AUXILIARY: Final = {"aux1": 512, "aux2": 528}
"""The auxiliary classifiers and how many channels they see; the file has them."""


class NormalisedConv(nn.Module):
    """A convolution and the batch norm behind it, by the names that they have in the file."""

    def __init__(self, channels: int, out: int, side: int = 1, stride: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, out, side, stride, side // 2, bias=False)
        self.bn = nn.BatchNorm2d(out, EPSILON)

    def fold(self) -> nn.Conv2d:
        """Both as one convolution, by the statistics that were learned."""
        folded: nn.Conv2d = fuse_conv_bn_eval(self.conv, self.bn)
        return folded


class Block(nn.Module):
    """The convolutions of an inception block; 0 of the fourth branch is a pool, which has no weights."""

    def __init__(self, channels: int, widths: Widths) -> None:
        super().__init__()
        point, near, wide, slim, far, pooled = widths
        self.branch1 = NormalisedConv(channels, point)
        self.branch2 = nn.Sequential(NormalisedConv(channels, near), NormalisedConv(near, wide, 3))
        self.branch3 = nn.Sequential(NormalisedConv(channels, slim), NormalisedConv(slim, far, 3))
        self.branch4 = nn.Sequential(nn.Identity(), NormalisedConv(channels, pooled))

    def fold(self) -> Inception:
        """The block, wired."""
        branches = (self.branch1, *self.branch2, *self.branch3, self.branch4[1])
        return Inception(*(one.fold() for one in branches if isinstance(one, NormalisedConv)))


class Auxiliary(nn.Module):
    """A classifier that helped while it was trained, and that nobody runs any more."""

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        self.conv = NormalisedConv(channels, 128)
        self.fc1 = nn.Linear(128 * 4 * 4, 1024)
        self.fc2 = nn.Linear(1024, classes)


class GoogLeNet(nn.Module):
    """The weights of the file by their names in it; `to_stages` wires them."""

    def __init__(self, classes: int, *, auxiliary: bool = True) -> None:
        """`auxiliary`: whether the auxiliary classifiers are in it, as they are in the published file."""
        super().__init__()
        self.conv1 = NormalisedConv(3, 64, 7, 2)
        self.conv2 = NormalisedConv(64, 64)
        self.conv3 = NormalisedConv(64, 192, 3)
        channels = 192
        for name, widths in WIDTHS.items():
            self.add_module(f"inception{name}", Block(channels, widths))
            point, _, wide, _, far, pooled = widths
            channels = point + wide + far + pooled
        for name, seen in AUXILIARY.items() if auxiliary else ():
            self.add_module(name, Auxiliary(seen, classes))
        self.fc = nn.Linear(channels, classes)


def to_stages(model: GoogLeNet) -> StagedModel:
    """Stages and the main classifier; the auxiliary ones are left out."""
    stages: dict[str, nn.Module] = {
        "conv1": nn.Sequential(model.conv1.fold(), nn.ReLU()),  # 1/2 of the picture's side
        "pool1": _pool(3),  # 1/4
        "conv2": nn.Sequential(model.conv2.fold(), nn.ReLU()),
        "conv3": nn.Sequential(model.conv3.fold(), nn.ReLU()),
        "pool2": _pool(3),  # 1/8
    }
    for name in WIDTHS:
        block = model.get_submodule(f"inception{name}")
        assert isinstance(block, Block)
        stages[f"inception_{name}"] = block.fold()
        if name in ("3b", "4e"):
            stages[f"pool{name[0]}"] = _pool(3 if name == "3b" else 2)  # 1/16, 1/32
    return StagedModel(stages, model.fc)


def _pool(side: int) -> nn.MaxPool2d:
    """A window may hang over the right and lower border."""
    return nn.MaxPool2d(side, 2, ceil_mode=True)
