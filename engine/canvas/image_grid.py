"""Several pictures as one: `(pictures, gap) => a grid of them`."""

from __future__ import annotations

import math

from torch import Tensor

from engine.canvas.resample import resize

GAP = 8
"""Pixels of black between two pictures."""


def grid_columns(count: int) -> int:
    """How many pictures stand in a row of a grid of so many."""
    return math.ceil(math.sqrt(count))


def cover(picture: Tensor, side: int) -> Tensor:
    """[3, h, w] in [0, 1] => [3, side, side]: the middle of the picture, as large as fills the square."""
    _, height, width = picture.shape
    least = min(height, width)
    top, left = (height - least) // 2, (width - least) // 2
    return resize(picture[:, top : top + least, left : left + least], (side, side)).clamp(0, 1)


def mosaic(pictures: Tensor, gap: int = GAP, columns: int = 0) -> Tensor:
    """[n, 3, h, w] => [3, rows * h + gaps, columns * w + gaps]; one picture is itself, empty places are black.

    Without `columns` it is about as wide as it is high.
    """
    count, _, height, width = pictures.shape
    columns = columns or grid_columns(count)
    rows = math.ceil(count / columns)
    whole = pictures.new_zeros(3, rows * (height + gap) - gap, columns * (width + gap) - gap)
    for at in range(count):
        top, left = at // columns * (height + gap), at % columns * (width + gap)
        whole[:, top : top + height, left : left + width] = pictures[at]
    return whole
