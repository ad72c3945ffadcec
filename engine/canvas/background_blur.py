"""What is behind a thing, out of focus: `picture => picture`.

Networks fill all that is around a thing with grain, which nobody looks for; a camera has it blurred.
"""

from __future__ import annotations

import torch
from torch import Tensor

from engine.canvas.box_filter import soft_filter
from engine.canvas.colour_matching import luminance
from engine.canvas.smoothstep import smoothstep

BLUR = 0.05
"""How far what is behind flows together, as a share of the long side."""
FLAT, RICH = 0.1, 0.3
"""Mean contrasts of what is behind, and of a thing, as shares of the greatest."""
FINE, NEAR = 0.02, 0.05
"""What is finer than the first counts as an edge, and it counts as far as the second, as shares of the long side."""
LEAST = 1e-3
"""A contrast that no picture of 8 bits shows: what has no more than that is behind everywhere."""
SHARP = 0.15
"""How much of it is as sharp as it was."""


def blur_background(picture: Tensor) -> Tensor:
    """A picture [3, h, w] in [0, 1] blurred where it has no edges near it."""
    behind = soft_filter(picture, max(1, round(BLUR * max(picture.shape[1:]))))
    return torch.lerp(behind, picture, SHARP + (1 - SHARP) * foreground_mask(picture)).clamp(0, 1)


def foreground_mask(picture: Tensor) -> Tensor:
    """White where there is a thing in a picture [3, h, w] in [0, 1], with edges in it or near, black behind it:
    [1, h, w]."""
    fine, near = (max(1, round(share * max(picture.shape[1:]))) for share in (FINE, NEAR))
    light = luminance(picture)
    contrast = soft_filter((light - soft_filter(light, fine)).abs(), near)
    share = ((contrast / contrast.max().clamp(min=LEAST) - FLAT) / (RICH - FLAT)).clamp(0, 1)
    return smoothstep(share)
