"""Local contrast of what was changed of a picture: where there is some, and how to have more of it.

What has no edges of its own is haze; what has fainter ones than the picture beneath lets that show through.
"""

from __future__ import annotations

from torch import Tensor

from engine.canvas.box_filter import soft_filter
from engine.canvas.colour_matching import luminance
from engine.canvas.smoothstep import smoothstep

FINE, NEAR = 0.02, 0.05
"""What is finer than the first counts as an edge, and it counts as far as the second, as shares of the long side."""
LEAST = 1e-3
"""A contrast that no picture of 8 bits shows: what has no more than that is haze everywhere."""
WIDE = 0.06
"""What is finer than this share of the long side counts as contrast that can be had more of."""


def contrast_mask(change: Tensor, flat: float, rich: float) -> Tensor:
    """How much edge there is in and near each point of a change [3, h, w] of colours in [0, 1]: [1, h, w] in [0, 1].

    It is black up to the mean contrast `flat`, and white from `rich` on, as shares of the greatest.
    """
    fine, near = (max(1, round(share * max(change.shape[1:]))) for share in (FINE, NEAR))
    light = luminance(change)
    contrast = soft_filter((light - soft_filter(light, fine)).abs(), near)
    share = ((contrast / contrast.max().clamp(min=LEAST) - flat) / (rich - flat)).clamp(0, 1)
    return smoothstep(share)


def more_contrast(change: Tensor, coarse: float, fine: float) -> Tensor:
    """A change [3, h, w] of colours, what is coarse of it (means over `WIDE`) and what is fine times so much.

    Unsharp masking with a wide radius, as photo editors have it by the name of clarity.
    """
    mean = soft_filter(change, max(1, round(WIDE * max(change.shape[1:]))))
    return coarse * mean + fine * (change - mean)
