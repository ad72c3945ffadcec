"""How much alike two pictures are: `(picture, other) => SSIM`.

Wang, Bovik, Sheikh and Simoncelli 2004, "Image Quality Assessment: From Error Visibility to Structural Similarity".
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import conv2d

from engine.canvas.colour_matching import luminance

REACH = 5
"""Pixels to each side that are compared with one another: the paper's 11 by 11."""
SMALLEST = 2 * REACH + 1
"""Pixels that a picture must be wide and high."""
SPREAD = 1.5
STABLE_MEAN, STABLE_CONTRAST = 0.01**2, 0.03**2
"""The paper's constants, of pictures in [0, 1]."""


def ssim(picture: Tensor, other: Tensor) -> float:
    """Structural similarity of the light and shade of two pictures [3, h, w] in [0, 1], at least `SMALLEST` wide and
    high: 1 for the same picture."""
    one, two = luminance(picture)[0], luminance(other)[0]
    mean_one, mean_two = _blur(one), _blur(two)
    variance_one, variance_two = _blur(one * one) - mean_one**2, _blur(two * two) - mean_two**2
    shared = _blur(one * two) - mean_one * mean_two
    means = (2 * mean_one * mean_two + STABLE_MEAN) / (mean_one**2 + mean_two**2 + STABLE_MEAN)
    contrasts = (2 * shared + STABLE_CONTRAST) / (variance_one + variance_two + STABLE_CONTRAST)
    return float((means * contrasts).mean())


def _blur(plane: Tensor) -> Tensor:
    """The mean around each point that lies far enough inside."""
    at = torch.arange(-REACH, REACH + 1, device=plane.device, dtype=plane.dtype)
    weights = torch.exp(-(at**2) / (2 * SPREAD**2))
    weights = weights / weights.sum()
    return conv2d(conv2d(plane[None, None], weights[None, None, :, None]), weights[None, None, None])[0, 0]
