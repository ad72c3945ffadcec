"""Where a change of a picture has edges: `(change) => mask`. What has none of its own is haze."""

from __future__ import annotations

from torch import Tensor

from engine.canvas.box_filter import box_filter, coarseness, coarser
from engine.canvas.colour_matching import luminance
from engine.canvas.resample import Size, resize

FINE, NEAR = 0.02, 0.05
"""What is finer than the first counts as an edge, and it counts as far as the second, as shares of the long side."""
FLAT, RICH = 0.1, 0.3
"""Mean contrasts up to which a mask is black, and from which on it is white, as shares of the greatest."""
LEAST = 1e-3
"""A contrast that no picture of 8 bits shows: what has no more than that is haze everywhere."""


def contrast_mask(change: Tensor) -> Tensor:
    """How much edge there is in and near each point of a change [3, h, w] of colours in [0, 1]: [1, h, w] in [0, 1]."""
    size: Size = (change.shape[1], change.shape[2])
    fine, near = (max(1, round(share * max(size))) for share in (FINE, NEAR))
    times = coarseness(fine)
    coarse = coarser(size, times)
    light = luminance(change)
    edges = (light - resize(_smooth(resize(light, coarse), round(fine / times)), size)).abs()
    contrast = _smooth(resize(edges, coarse), round(near / times))
    share = ((contrast / contrast.max().clamp(min=LEAST) - FLAT) / (RICH - FLAT)).clamp(0, 1)
    return resize(share * share * (3 - 2 * share), size).clamp(0, 1)


def _smooth(light: Tensor, radius: int) -> Tensor:
    """Means over squares, twice, so that no square is to be seen."""
    return box_filter(box_filter(light, radius), radius)
