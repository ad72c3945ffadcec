"""Colours that are coarser than light, as in photographs: `(picture, source) => picture`.

Networks like edges of all colours, and people see rainbows in them.
After He, Sun and Tang 2010, "Guided Image Filtering".
"""

from __future__ import annotations

from torch import Tensor

from engine.canvas.colour_matching import luminance
from engine.canvas.guided_filter import guided_filter

REACH = 0.03
"""How far colours flow together, as a share of the long side."""
EDGE = 0.08
"""What spread of light in [0, 1] keeps half of their difference."""


def smooth_colours(picture: Tensor, source: Tensor) -> Tensor:
    """What was dreamed over a source, both [3, h, w] in [0, 1] (or a source of one colour, [3, 1, 1]): light as it is,
    and what was changed of the source's colours smoothed, up to the picture's own edges."""
    change = picture - source
    light = luminance(change)
    radius = max(1, round(REACH * max(picture.shape[1:])))
    return (source + light + guided_filter(change - light, picture, radius, EDGE)).clamp(0, 1)
