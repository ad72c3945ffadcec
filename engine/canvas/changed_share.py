"""How much of a picture is another one: `(picture, source) => share of the pixels that changed`."""

from __future__ import annotations

from typing import Final

from torch import Tensor

NOTICED: Final = 8
"""Of 255: a pixel of which any colour differs by more has changed."""


def changed_share(picture: Tensor, source: Tensor) -> float:
    """The share, in [0, 1], of two pictures [3, h, w] in [0, 1] of one size."""
    apart = (picture.clamp(0, 1) - source.clamp(0, 1)).abs().amax(0)
    return float((apart > NOTICED / 255).float().mean())
