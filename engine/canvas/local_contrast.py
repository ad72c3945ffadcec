"""Where a change of a picture has edges: `(change) => mask`. What has none of its own is haze."""

from __future__ import annotations

from torch import Tensor

from engine.canvas.box_filter import soft_filter
from engine.canvas.colour_matching import luminance
from engine.canvas.smoothstep import smoothstep

FINE, NEAR = 0.02, 0.05
"""What is finer than the first counts as an edge, and it counts as far as the second, as shares of the long side."""
LEAST = 1e-3
"""A contrast that no picture of 8 bits shows: what has no more than that is haze everywhere."""


def contrast_mask(change: Tensor, flat: float, rich: float) -> Tensor:
    """How much edge there is in and near each point of a change [3, h, w] of colours in [0, 1]: [1, h, w] in [0, 1].

    It is black up to the mean contrast `flat`, and white from `rich` on, as shares of the greatest.
    """
    fine, near = (max(1, round(share * max(change.shape[1:]))) for share in (FINE, NEAR))
    light = luminance(change)
    contrast = soft_filter((light - soft_filter(light, fine)).abs(), near)
    share = ((contrast / contrast.max().clamp(min=LEAST) - flat) / (rich - flat)).clamp(0, 1)
    return smoothstep(share)
