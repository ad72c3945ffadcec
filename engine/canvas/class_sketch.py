"""Sketches laid on a canvas: `(some tiny pictures, generator) => one of them all, a little different every time`, and
`(picture, sketch) => the picture in the light and colours of a sketch`, and where that lies."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import zip_longest

import torch
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample, max_pool2d, pad

from engine.canvas.box_filter import soft_filter
from engine.canvas.resample import Size, resize

GREY = 0.5
SIDE = 64
"""Pixels of what comes out: more than a sketch has, so that it can be turned without steps."""
ROOM = 1
"""Pixels of grey around a sketch, in its own: what is drawn shall not touch the edge of the view."""
TILT, GROWTH, SHIFT = math.radians(4), 0.05, 0.025
"""How far a sketch is turned, made larger or smaller, and moved (as a share of the side), at most."""
FAINT = 0.03
"""What differs from grey by more than this is drawn."""
OUTLINE_SIDE = 128
"""Pixels at which outlines are found: they are soft."""


def order_sketches(sketches: Mapping[str, Tensor], labels: Sequence[str], generator: torch.Generator) -> list[Tensor]:
    """Every sketch [3, h, w] of some classes, the classes in any order: first the best of each, then the second."""
    order = [labels[at] for at in torch.randperm(len(labels), generator=generator).tolist()]
    known = [sketches[label] for label in order if label in sketches]
    return [sketch for rank in zip_longest(*known) for sketch in rank if sketch is not None]


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


def lay_sketch(picture: Tensor, sketch: Tensor, share: float, amount: float) -> Tensor:
    """A picture [3, h, w] in [0, 1] with a sketch [3, s, s] in its middle, `share` times as large as the short side: by
    as much as that differs from grey, times `amount`, the picture becomes lighter, darker and other in its colours."""
    drawn = _in_the_middle(sketch - GREY, share, (picture.shape[1], picture.shape[2])).to(picture.device)
    return (picture + amount * drawn).clamp(0, 1)


def sketch_outline(sketch: Tensor, share: float, reach: float, side: int) -> Tensor:
    """Where a sketch [3, s, s] that is laid so in a square picture has something drawn, and `reach` times its side
    further: [1, side, side] in [0, 1], with a soft border."""
    drawn = ((sketch - GREY).abs().amax(0, keepdim=True) > FAINT).float()
    whole = (_in_the_middle(drawn, share, (OUTLINE_SIDE, OUTLINE_SIDE)) > 0.5).float()
    far = round(reach * OUTLINE_SIDE)
    wide = max_pool2d(whole[None], 2 * far + 1, 1, far)[0]
    return resize(soft_filter(wide, max(1, far // 2)), (side, side)).clamp(0, 1)


def _in_the_middle(drawn: Tensor, share: float, size: Size) -> Tensor:
    """What is drawn, [c, s, s], in the middle of nothing: [c, h, w]."""
    edge = max(1, round(share * min(size)))
    rows, columns = ((length - edge) // 2 for length in size)
    return pad(resize(drawn, (edge, edge)), (columns, size[1] - edge - columns, rows, size[0] - edge - rows))
