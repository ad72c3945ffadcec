"""A sketch laid on a canvas: `(some tiny pictures, generator) => one of them all, a little different every time`."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample, pad

GREY = 0.5
SIDE = 64
"""Pixels of what comes out: more than a sketch has, so that it can be turned without steps."""
ROOM = 1
"""Pixels of grey around a sketch, in its own: what is drawn shall not touch the edge of the view."""
TILT, GROWTH, SHIFT = math.radians(4), 0.05, 0.025
"""How far a sketch is turned, made larger or smaller, and moved (as a share of the side), at most."""


def combine_sketches(sketches: Sequence[Tensor], generator: torch.Generator) -> Tensor:
    """Sketches [3, h, w] in [0, 1] over each other => [3, SIDE, SIDE]: each tilted, mirrored or moved by chance.

    Where one is grey, another shows; where two differ from grey, both do. None at all is grey.
    """
    whole = torch.zeros(3, SIDE, SIDE)
    for one in sketches:
        whole += _place_at_random(one - GREY, generator)
    return (whole + GREY).clamp(0, 1)


def _place_at_random(drawn: Tensor, generator: torch.Generator) -> Tensor:
    tilt, growth, right, down, side = (2 * torch.rand(5, generator=generator) - 1).tolist()
    scale, angle, mirror = 1 + GROWTH * growth, TILT * tilt, 1.0 if side > 0 else -1.0
    across, along = scale * math.cos(angle), scale * math.sin(angle)
    back = torch.tensor([[[mirror * across, -mirror * along, SHIFT * right], [along, across, SHIFT * down]]])
    grid = affine_grid(back, [1, 3, SIDE, SIDE], align_corners=False)
    framed = pad(drawn[None], (ROOM,) * 4)
    return grid_sample(framed, grid, "bicubic", "zeros", align_corners=False)[0]
