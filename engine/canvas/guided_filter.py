"""Smoothing that keeps edges: `(picture, guide) => picture`. He, Sun and Tang 2010, "Guided Image Filtering"."""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import avg_pool2d

from engine.canvas.colour_matching import luminance


def guided_filter(picture: Tensor, guide: Tensor, radius: int, contrast: float) -> Tensor:
    """A picture [3, h, w] without what is finer than `radius` pixels, except where a guide [3, h, w] in [0, 1] has it.

    Within a square of 2 `radius` + 1 pixels it is a line of the guide's light, the flatter the less that varies:
    `contrast` is the spread in [0, 1] of which half stays.
    """
    light = luminance(guide)
    mean_light, mean = _mean(light, radius), _mean(picture, radius)
    variance = _mean(light * light, radius) - mean_light.square()
    slope = (_mean(light * picture, radius) - mean_light * mean) / (variance + contrast**2)
    return _mean(slope, radius) * light + _mean(mean - slope * mean_light, radius)


def _mean(picture: Tensor, radius: int) -> Tensor:
    """Each point as the mean of a square around it, of what lies in the picture."""
    return avg_pool2d(picture[None], 2 * radius + 1, 1, radius, count_include_pad=False)[0]
