"""Several pictures as one: `(pictures, gap) => a grid of them`."""

from __future__ import annotations

import math

from torch import Tensor

GAP = 8
"""Pixels of black between two pictures."""


def grid_columns(count: int) -> int:
    """How many pictures stand in a row of a grid of so many."""
    return math.ceil(math.sqrt(count))


def mosaic(pictures: Tensor, gap: int = GAP) -> Tensor:
    """[n, 3, h, w] => [3, rows * h + gaps, columns * w + gaps]; one picture is itself, empty places are black."""
    count, _, height, width = pictures.shape
    columns = grid_columns(count)
    rows = math.ceil(count / columns)
    whole = pictures.new_zeros(3, rows * (height + gap) - gap, columns * (width + gap) - gap)
    for at in range(count):
        top, left = at // columns * (height + gap), at % columns * (width + gap)
        whole[:, top : top + height, left : left + width] = pictures[at]
    return whole
