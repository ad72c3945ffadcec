"""What a recipe begins with: `(source or None, side, generator) => picture`."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.canvas.noise import coloured_noise
from engine.canvas.resample import resize_long_side


def initial_image(source: Tensor | None, side: int, generator: torch.Generator) -> Tensor:
    """A picture [3, h, w] in [0, 1] whose long side is `side`, at the source's aspect; a square of noise for None."""
    if source is None:
        return coloured_noise((side, side), generator)
    return resize_long_side(source, side)
