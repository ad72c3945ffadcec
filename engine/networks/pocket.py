"""The pocket network: small enough to ship inside the package, trained from nothing by `engine.training`.

    picture [n, 3, h, w], normalised -> stages, one after another -> head -> logits [n, classes]

An Inception-style trunk (Szegedy et al. 2015, arXiv:1409.4842) cut for dreaming on a CPU:

- All 1x1 convolutions that enter a block are one convolution, split afterwards: the same sums, fewer and larger calls.
- Pools average instead of taking a maximum: the gradient reaches every pixel, so dreams carry no checkerboard
  (Gatys et al. 2015 found the same for style).
- Two stacked 3x3 stand for GoogLeNet's 5x5, and every channel count is a multiple of 16, a vector's width.
- `Conv` is (convolution, batch norm, SiLU), adjacent and without bias: ready to be folded into one convolution.
"""

import json
from pathlib import Path
from typing import Final

import torch
from torch import Tensor, nn

from engine.networks import packing

MEAN: Final = (0.5, 0.5, 0.5)
"""Subtracted from pictures in [0, 1], per channel."""
STD: Final = (0.25, 0.25, 0.25)
"""Divides afterwards, so that the network sees about [-2, 2]."""
WEIGHTS: Final = Path(__file__).with_name("pocket.safetensors.xz")


class Conv(nn.Sequential):
    """Convolution, batch norm, SiLU: [n, i, h, w] -> [n, o, h / stride, w / stride], values >= -0.28."""

    def __init__(self, i: int, o: int, kernel: int = 1, stride: int = 1) -> None:
        super().__init__(
            nn.Conv2d(i, o, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(o), nn.SiLU(inplace=True)
        )


class Mixed(nn.Module):
    """Three fields of view, 1x1, 3x3 and 5x5 (two 3x3), side by side: [n, i, h, w] -> [n, point + wide + far, h, w]."""

    def __init__(self, i: int, point: int, near: int, wide: int, slim: int, far: int) -> None:
        """`near` and `slim` are the channels that enter the 3x3 and the 5x5 branch."""
        super().__init__()
        self.split = (point, near, slim)
        self.enter = Conv(i, point + near + slim)
        self.wide = Conv(near, wide, 3)
        self.far = nn.Sequential(Conv(slim, far, 3), Conv(far, far, 3))

    def forward(self, x: Tensor) -> Tensor:
        """Run the three branches and lay their channels one after another."""
        point, near, slim = self.enter(x).split(self.split, 1)
        return torch.cat([point, self.wide(near), self.far(slim)], 1)


class ResidualMixed(Mixed):
    """A block that adds what it finds to what came in, and begins by adding nothing: [n, c, h, w] -> the same shape.

    He et al. 2016; norms at zero: Goyal et al. 2017, arXiv:1706.02677. A trained trunk that gets one keeps its answers.
    """

    def __init__(self, i: int, point: int, near: int, wide: int, slim: int, far: int) -> None:
        super().__init__(i, point, near, wide, slim, far)
        for branch, channels in ((self.enter, point), (self.wide, wide), (self.far, far)):
            *_, norm = (module for module in branch.modules() if isinstance(module, nn.BatchNorm2d))
            nn.init.zeros_(norm.weight[:channels])

    def forward(self, x: Tensor) -> Tensor:
        """Add the three branches to x."""
        return x + super().forward(x)


def pool() -> nn.AvgPool2d:
    """Halve both sides: [n, c, h, w] -> [n, c, ceil(h / 2), ceil(w / 2)]; borders average what is there."""
    return nn.AvgPool2d(3, 2, 1, count_include_pad=False)


class Head(nn.Module):
    """Mean over all positions, then one linear layer: [n, 512, h, w] -> logits [n, classes]."""

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        self.linear = nn.Linear(channels, classes)

    def forward(self, x: Tensor) -> Tensor:
        """Score every class."""
        scores: Tensor = self.linear(x.mean((2, 3)))
        return scores


class Pocket(nn.Module):
    """Named stages in the order in which they run, then a head; pictures may have any size from 32 pixels up."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.stages = nn.ModuleDict(
            {
                "conv1": Conv(3, 32, 7, 2),  # 1/2 of the picture's side
                "pool1": pool(),  # 1/4
                "conv2": Conv(32, 32),
                "conv3": Conv(32, 96, 3),
                "pool2": pool(),  # 1/8
                "mixed3a": Mixed(96, 48, 64, 96, 16, 32),
                "mixed3b": Mixed(176, 64, 64, 96, 32, 48),
                "pool3": pool(),  # 1/16
                "mixed4a": Mixed(208, 96, 96, 160, 32, 64),
                "mixed4b": Mixed(320, 96, 96, 160, 32, 64),
                "mixed4c": Mixed(320, 96, 96, 160, 32, 64),
                "mixed4d": Mixed(320, 96, 96, 160, 32, 64),
                "pool4": pool(),  # 1/32
                "mixed5a": Mixed(320, 160, 128, 256, 48, 96),
                "mixed5b": ResidualMixed(512, 160, 128, 256, 48, 96),
            }
        )
        self.head = Head(512, classes)

    def forward(self, x: Tensor) -> Tensor:
        """[n, 3, h, w], normalised by MEAN and STD -> logits [n, classes]."""
        for stage in self.stages.values():
            x = stage(x)
        scores: Tensor = self.head(x)
        return scores


def load(path: Path | None = None) -> tuple[Pocket, list[str]]:
    """Read a network, in evaluation mode and float32, and its labels; None means the one shipped here."""
    tensors, facts = packing.read(path or WEIGHTS)
    state = {name: tensor.float() for name, tensor in tensors.items()}
    labels: list[str] = json.loads(facts["labels"])
    network = Pocket(len(labels))
    # num_batches_tracked is a counter of training; it is not stored.
    missing, unexpected = network.load_state_dict(state, strict=False)
    if unexpected or any(not name.endswith("num_batches_tracked") for name in missing):
        raise ValueError(f"{path or WEIGHTS} does not hold this pocket network; fetch or train it again")
    return network.eval(), labels
