"""Inception5h, the GoogLeNet of TensorFlow's DeepDream tutorial and of Lucid: `[n, 3, h, w] => conv2d0 ... mixed5b`.

Szegedy et al. 2015, arXiv:1409.4842, trained by Google; 1,008 outputs. Padding is TensorFlow's "SAME": as much as makes
a map of half the size, rounded up, with the odd row and column at the right and lower border. Its response
normalisation adds 1e-4 x^2 of 5 channels on each side to 2; in PyTorch's terms that is size 11, alpha 0.0011, k 2.
Modules are called as in the converted file, so that it loads as it is.
"""

from __future__ import annotations

from typing import Final

from torch import Tensor, nn
from torch.nn.functional import max_pool2d, pad

from engine.networks.inception import WIDTHS, Inception, convolutions
from engine.networks.local_response_norm import ResponseNorm
from engine.networks.stages import StagedModel

BLOCKS: Final = {**WIDTHS, "4a": (192, 96, 204, 16, 48, 64), "5a": (256, 160, 320, 48, 128, 128)}
"""Two blocks are a little different from the paper's."""
PARTS: Final = ("1x1", "3x3_bottleneck", "3x3", "5x5_bottleneck", "5x5", "pool_reduce")
POOLS: Final = {"3b": "maxpool4", "4e": "maxpool10"}
"""The names that pools have in the graph, by the block before them."""


class Inception5h(nn.Module):
    """The convolutions of the file by their names in it; `to_stages` wires them."""

    def __init__(self, classes: int = 1008) -> None:
        super().__init__()
        self.conv2d0_pre_relu_conv = nn.Conv2d(3, 64, 7, 2)
        self.conv2d1_pre_relu_conv = nn.Conv2d(64, 64, 1)
        self.conv2d2_pre_relu_conv = nn.Conv2d(64, 192, 3, 1, 1)
        for block, made in convolutions(192, BLOCKS).items():
            for part, module in zip(PARTS, made, strict=True):
                self.add_module(f"mixed{block}_{part}_pre_relu_conv", module)
        self.softmax2_pre_activation_matmul = nn.Linear(1024, classes)


class SamePad(nn.Module):
    """TensorFlow's "SAME" for a stride of 2: [n, c, h, w] => padded so that ceil(h / 2), ceil(w / 2) windows fit."""

    def __init__(self, kernel: int, value: float = 0.0) -> None:
        super().__init__()
        self.kernel, self.value = kernel, value

    def forward(self, x: Tensor) -> Tensor:
        """Pad; half of it, rounded down, in front."""
        height, width = (self.kernel - 2 + length % 2 for length in x.shape[2:])
        sides = (width // 2, width - width // 2, height // 2, height - height // 2)
        return pad(x, sides, value=self.value)


class SamePool(nn.Module):
    """A 3x3 maximum of every second position, "SAME": [n, c, h, w] => [n, c, ceil(h / 2), ceil(w / 2)]."""

    def __init__(self) -> None:
        super().__init__()
        self.pad = SamePad(3, float("-inf"))

    def forward(self, x: Tensor) -> Tensor:
        """What is outside never wins."""
        return max_pool2d(self.pad(x), 3, 2)


def to_stages(model: Inception5h) -> StagedModel:
    """Stages by their names in the graph, and the main classifier."""
    stages: dict[str, nn.Module] = {
        "conv2d0": nn.Sequential(SamePad(7), model.conv2d0_pre_relu_conv, nn.ReLU()),  # 1/2 of the picture's side
        "maxpool0": SamePool(),  # 1/4
        "localresponsenorm0": _norm(64),
        "conv2d1": nn.Sequential(model.conv2d1_pre_relu_conv, nn.ReLU()),
        "conv2d2": nn.Sequential(model.conv2d2_pre_relu_conv, nn.ReLU()),
        "localresponsenorm1": _norm(192),
        "maxpool1": SamePool(),  # 1/8
    }
    for block in BLOCKS:
        made = (model.get_submodule(f"mixed{block}_{part}_pre_relu_conv") for part in PARTS)
        stages[f"mixed{block}"] = Inception(*made)  # type: ignore[arg-type]
        if block in POOLS:
            stages[POOLS[block]] = SamePool()  # 1/16, 1/32
    return StagedModel(stages, model.softmax2_pre_activation_matmul)


def _norm(channels: int) -> ResponseNorm:
    return ResponseNorm(channels, size=11, alpha=0.0011, beta=0.5, k=2.0)
