"""Smoothing that keeps edges: `(picture, guide) => picture`. He, Sun and Tang 2010, "Guided Image Filtering"."""

from __future__ import annotations

from torch import Tensor

from engine.canvas.box_filter import box_filter
from engine.canvas.colour_matching import luminance


def guided_filter(picture: Tensor, guide: Tensor, radius: int, contrast: float) -> Tensor:
    """A picture [3, h, w] without what is finer than `radius` pixels, except where a guide [3, h, w] in [0, 1] has it.

    Within a square of 2 `radius` + 1 pixels it is a line of the guide's light, the flatter the less that varies:
    `contrast` is the spread in [0, 1] of which half stays.
    """
    light = luminance(guide)
    mean_light, mean = box_filter(light, radius), box_filter(picture, radius)
    variance = box_filter(light * light, radius) - mean_light.square()
    slope = (box_filter(light * picture, radius) - mean_light * mean) / (variance + contrast**2)
    return box_filter(slope, radius) * light + box_filter(mean - slope * mean_light, radius)
