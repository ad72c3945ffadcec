"""EfficientNet-Lite: `model => stages stem, block0 ..., top`.

Tan and Le 2019, arXiv:1905.11946, in the form that Google published for small devices (tensorflow/tpu,
efficientnet/lite): ReLU6 in place of swish, no squeeze-and-excitation, stem and head of fixed widths. Modules have the
names of `efficientnet_lite_pytorch`, so that its state dicts fit. A residual block is one stage: inside it nothing is
worth a look that its sum does not show.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from torch import nn

from engine.networks.sequential_blocks import Residual, SamePadding
from engine.networks.stages import StagedModel

WIDTHS: Final = {
    "efficientnet_lite0": ((16, 1), (24, 2), (40, 2), (80, 3), (112, 3), (192, 4), (320, 1)),
    "efficientnet_lite1": ((16, 1), (24, 3), (40, 3), (80, 4), (112, 4), (192, 5), (320, 1)),
    "efficientnet_lite2": ((16, 1), (24, 3), (48, 3), (88, 4), (120, 4), (208, 5), (352, 1)),
}
"""Channels and blocks of each part, by architecture."""
STEM: Final = 32
TOP: Final = 1280
EPSILON: Final = 1e-3
"""TensorFlow's, of its batch norms."""


class Part(NamedTuple):
    """What the blocks of one part have in common."""

    kernel: int
    stride: int
    expansion: int
    """How many times as many channels there are inside a block as come in."""


PARTS: Final = (
    Part(3, 1, 1), Part(3, 2, 6), Part(5, 2, 6), Part(3, 2, 6), Part(5, 1, 6), Part(5, 2, 6), Part(3, 1, 6),
)  # fmt: skip
"""From the stem to the top; the first block of a part has its stride."""


class Block(nn.Module):
    """An inverted bottleneck (Sandler et al. 2018, MobileNetV2), linear at its end."""

    def __init__(self, i: int, o: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        inner = i * expansion
        self.stride, self.expands, self.adds = stride, expansion > 1, stride == 1 and i == o
        if self.expands:
            self._expand_conv = nn.Conv2d(i, inner, 1, bias=False)
            self._bn0 = nn.BatchNorm2d(inner, EPSILON)
        self._depthwise_conv = nn.Conv2d(inner, inner, kernel, stride, kernel // 2, groups=inner, bias=False)
        self._bn1 = nn.BatchNorm2d(inner, EPSILON)
        self._project_conv = nn.Conv2d(inner, o, 1, bias=False)
        self._bn2 = nn.BatchNorm2d(o, EPSILON)

    def stage(self) -> nn.Sequential:
        """Its modules in the order in which they run, every convolution before its batch norm."""
        enter: list[nn.Module] = [self._expand_conv, self._bn0, nn.ReLU6()] if self.expands else []
        depthwise: list[nn.Module] = [self._depthwise_conv, self._bn1]
        middle = [SamePadding(*depthwise)] if self.stride == 2 else depthwise
        kind = Residual if self.adds else nn.Sequential
        return kind(*enter, *middle, nn.ReLU6(), self._project_conv, self._bn2)


class EfficientNetLite(nn.Module):
    """The whole model, with the keys of its published weights."""

    def __init__(self, architecture: str, classes: int) -> None:
        """Raises `KeyError` for an architecture that is not in `WIDTHS`."""
        super().__init__()
        self._conv_stem = nn.Conv2d(3, STEM, 3, 2, 1, bias=False)
        self._bn0 = nn.BatchNorm2d(STEM, EPSILON)
        blocks, i = [], STEM
        for part, (width, count) in zip(PARTS, WIDTHS[architecture], strict=True):
            for at in range(count):
                blocks.append(Block(i, width, part.kernel, 1 if at else part.stride, part.expansion))
                i = width
        self._blocks = nn.ModuleList(blocks)
        self._conv_head = nn.Conv2d(i, TOP, 1, bias=False)
        self._bn1 = nn.BatchNorm2d(TOP, EPSILON)
        self._fc = nn.Linear(TOP, classes)

    def stages(self) -> dict[str, nn.Module]:
        """Named stages that run one after another."""
        blocks = {f"block{at}": block.stage() for at, block in enumerate(self._blocks) if isinstance(block, Block)}
        return {
            "stem": nn.Sequential(SamePadding(self._conv_stem, self._bn0), nn.ReLU6()),  # 1/2 of the picture's side
            **blocks,
            "top": nn.Sequential(self._conv_head, self._bn1, nn.ReLU6()),  # 1/32
        }


def to_stages(model: EfficientNetLite) -> StagedModel:
    """Stages and the classifier."""
    return StagedModel(model.stages(), model._fc)
