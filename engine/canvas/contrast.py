"""From pale to clear: `picture => the same with more contrast`, all of it in [0, 1]."""

from __future__ import annotations

from torch import Tensor, quantile

from engine.canvas.colour_matching import luminance
from engine.canvas.smoothstep import smoothstep

EXTREMES, LEAST_LIGHT = 0.01, 0.02
"""The share of a picture's points that may be darker, and brighter, than what becomes black and white: nearly."""
STEEPER = 1.2
"""How much more contrast there is before a curve that has half as much again in its middle, and none at its ends."""


def stretch_levels(picture: Tensor, most: float = 1.25) -> Tensor:
    """A picture [3, h, w] from nearly black to nearly white, its contrast at most so many times as great; kept in
    [0, 1]. What is dreamed out of grey keeps some of the grey everywhere."""
    light = luminance(picture)
    dark, bright = (float(quantile(light, share)) for share in (EXTREMES, 1 - EXTREMES))
    gain = min(most, (1 - 2 * LEAST_LIGHT) / max(bright - dark, 1e-6))
    return (0.5 + gain * (picture - (bright + dark) / 2)).clamp(0, 1)


def s_curve(picture: Tensor) -> Tensor:
    """A picture of any shape with more contrast, most of it in the middle, and black and white where it was within 0.08
    of them: the same contrast by a straight line burns half as much again."""
    return smoothstep((0.5 + STEEPER * (picture - 0.5)).clamp(0, 1))


def stretch_contrast(pictures: Tensor, spread: float = 0.2) -> Tensor:
    """Pictures [n, 3, h, w], each stretched around its mean until its values spread that far, kept in [0, 1].

    What was painted in few steps is pale; beside others, on a small tile, it is hard to see.
    """
    mean, found = pictures.mean((1, 2, 3), keepdim=True), pictures.std((1, 2, 3), keepdim=True)
    stretch = (spread / (found + 1e-4)).clamp(min=1)
    return (mean + (pictures - mean) * stretch).clamp(0, 1)
