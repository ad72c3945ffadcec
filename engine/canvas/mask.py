"""Where a picture is dreamed: `size => how much of a step each point takes`, [1, h, w] in [0, 1]."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from engine.canvas.colour_matching import LUMA
from engine.canvas.resample import Size, resize
from engine.canvas.smoothstep import smoothstep

Protected = Literal["centre", "edges"]
INNER, OUTER = 0.35, 0.95
"""Where the soft border of a protected part begins and ends, from the middle (0) to the middle of a side (1)."""


SPARED = 0.9
"""How much of each step is kept from what is spared, and how much larger ..."""
AROUND = 1.24
"""... an ellipse is than the box that it lies in: a detector's box ends at the chin, and hair is above it."""


def resize_mask(mask: Tensor, size: Size) -> Tensor:
    """A mask at another size."""
    return resize(mask, size).clamp(0, 1)


def painted_mask(picture: Tensor, size: Size) -> Tensor:
    """The mask that someone painted [3, h, w], stretched to that size: dreamed where it is white."""
    luma = torch.tensor(LUMA, device=picture.device).view(3, 1, 1)
    return resize((picture * luma).sum(0, keepdim=True), size).clamp(0, 1)


def protect_mask(part: Protected, size: Size) -> Tensor:
    """A mask that leaves out a part: an ellipse in the centre, or everything around it; with a soft border."""
    rows, columns = (torch.linspace(-1, 1, length) for length in size)
    distance = torch.hypot(rows[:, None], columns[None])
    outside = ((distance - INNER) / (OUTER - INNER)).clamp(0, 1)
    smooth = smoothstep(outside)[None]
    return smooth if part == "centre" else 1 - smooth


def spare_boxes(boxes: Tensor, size: Size) -> Tensor:
    """A mask that leaves out ellipses in boxes [n, 4] (left, top, right, bottom, in shares of the sides), softly."""
    rows, columns = ((torch.arange(length) + 0.5) / length for length in size)
    mask = torch.ones(1, *size)
    for left, top, right, bottom in boxes.tolist():
        across = (columns - (left + right) / 2) / (AROUND * (right - left) / 2)
        down = (rows - (top + bottom) / 2) / (AROUND * (bottom - top) / 2)
        distance = across.square()[None] + down.square()[:, None]
        mask = torch.minimum(mask, 1 - SPARED * torch.exp(-distance.square())[None])
    return mask
