"""Several pictures as one: `(pictures, gap) => a grid of them`."""

from __future__ import annotations

import math

from torch import Tensor

from engine.canvas.resample import resize
from engine.files import picture_size

GAP = 8
"""Pixels of black between two pictures."""


def grid_columns(count: int) -> int:
    """How many pictures stand in a row of a grid of so many."""
    return math.ceil(math.sqrt(count))


def contain(picture: Tensor, side: int) -> Tensor:
    """[3, h, w] in [0, 1] => [3, side, side]: the whole picture in the middle of a black square, for `mosaic`."""
    height, width = picture_size.fit((picture.shape[1], picture.shape[2]), side, strips_by_area=False)
    square = picture.new_zeros(3, side, side)
    top, left = (side - height) // 2, (side - width) // 2
    square[:, top : top + height, left : left + width] = resize(picture, (height, width)).clamp(0, 1)
    return square


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
