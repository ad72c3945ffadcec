"""What is behind a thing, out of focus: `picture => picture`.

Networks fill all that is around a thing with grain, which nobody looks for; a camera has it blurred.
"""

from __future__ import annotations

import torch
from torch import Tensor

from engine.canvas.box_filter import soft_filter
from engine.canvas.local_contrast import contrast_mask

BLUR = 0.05
"""How far what is behind flows together, as a share of the long side."""
FLAT, RICH = 0.1, 0.3
"""Contrasts of what is behind, and of a thing, as `contrast_mask` has them."""
SHARP = 0.15
"""How much of it is as sharp as it was."""


def blur_background(picture: Tensor) -> Tensor:
    """A picture [3, h, w] in [0, 1] blurred where it has no edges near it."""
    behind = soft_filter(picture, max(1, round(BLUR * max(picture.shape[1:]))))
    return torch.lerp(behind, picture, SHARP + (1 - SHARP) * foreground_mask(picture)).clamp(0, 1)


def foreground_mask(picture: Tensor) -> Tensor:
    """White where there is a thing in a picture [3, h, w] in [0, 1], black behind it: [1, h, w]."""
    return contrast_mask(picture, FLAT, RICH)
