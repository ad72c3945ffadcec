"""The block that GoogLeNets are made of: `[n, i, h, w] => [n, point + wide + far + pooled, h, w]`.

Szegedy et al. 2015, "Going Deeper with Convolutions", arXiv:1409.4842. The branches stand side by side in the order of
all its implementations: 1x1, 3x3, 5x5, pool. A ReLU follows every convolution.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import torch
from torch import Tensor, nn

Widths = tuple[int, int, int, int, int, int]
"""Channels that leave a block's convolutions, in the order in which `Inception` takes them."""
WIDTHS: Final[Mapping[str, Widths]] = {
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}
"""The paper's blocks, in the order in which they run."""


class Inception(nn.Module):
    """Four branches whose convolutions were learned elsewhere."""

    def __init__(
        self, point: nn.Conv2d, near: nn.Conv2d, wide: nn.Conv2d, slim: nn.Conv2d, far: nn.Conv2d, pooled: nn.Conv2d
    ) -> None:
        """`point`: 1x1. `near`, `wide`: 1x1 and 3x3. `slim`, `far`: 1x1 and 5x5. `pooled`: 1x1, behind a 3x3 pool."""
        super().__init__()
        self.split = [point.out_channels, near.out_channels, slim.out_channels]
        self.enter = nn.Sequential(_merge_pointwise(point, near, slim), nn.ReLU())
        self.wide, self.far = nn.Sequential(wide, nn.ReLU()), nn.Sequential(far, nn.ReLU())
        self.pooled = nn.Sequential(nn.MaxPool2d(3, 1, 1), pooled, nn.ReLU())

    def forward(self, x: Tensor) -> Tensor:
        """Run the branches and lay their channels one after another."""
        point, near, slim = self.enter(x).split(self.split, 1)
        return torch.cat([point, self.wide(near), self.far(slim), self.pooled(x)], 1)


def convolutions(channels: int, blocks: Mapping[str, Widths]) -> dict[str, tuple[nn.Conv2d, ...]]:
    """The convolutions of blocks that follow one another, before they have learned anything; `channels` enter."""
    made: dict[str, tuple[nn.Conv2d, ...]] = {}
    for name, (point, near, wide, slim, far, pooled) in blocks.items():
        shapes = [(channels, point, 1), (channels, near, 1), (near, wide, 3)]
        shapes += [(channels, slim, 1), (slim, far, 5), (channels, pooled, 1)]
        made[name] = tuple(nn.Conv2d(i, o, side, 1, side // 2) for i, o, side in shapes)
        channels = point + wide + far + pooled
    return made


def _merge_pointwise(*convolutions: nn.Conv2d) -> nn.Conv2d:
    """All 1x1 convolutions of the same input as one: the same sums in one larger call, which takes less time."""
    channels = sum(one.out_channels for one in convolutions)
    merged = nn.Conv2d(convolutions[0].in_channels, channels, 1)
    merged.weight = nn.Parameter(torch.cat([one.weight.detach() for one in convolutions]))
    merged.bias = nn.Parameter(torch.cat([one.bias.detach() for one in convolutions if one.bias is not None]))
    return merged
