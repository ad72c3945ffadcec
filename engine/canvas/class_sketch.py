"""Sketches laid on a canvas: `(some tiny pictures, generator) => one of them all, a little different every time`, and
`(picture, sketch, place) => the picture in the light and colours of a sketch`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import zip_longest

import torch
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample, pad

from engine.canvas.resample import Size, resize
from engine.canvas.spots import Place

GREY = 0.5
SIDE = 64
"""Pixels of what comes out: more than a sketch has, so that it can be turned without steps."""
ROOM = 1
"""Pixels of grey around a sketch, in its own: what is drawn shall not touch the edge of the view."""
TILT, GROWTH, SHIFT = math.radians(4), 0.05, 0.025
"""How far a sketch is turned, made larger or smaller, and moved (as a share of the side), at most."""


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


def lay_sketch(picture: Tensor, sketch: Tensor, place: Place, side: float, amount: float) -> Tensor:
    """A picture [3, h, w] in [0, 1] with a sketch [3, s, s] around a place, `side` times as large as the short side: by
    as much as that differs from grey, times `amount`, the picture becomes lighter, darker and other in its colours."""
    size: Size = (picture.shape[1], picture.shape[2])
    edge = max(1, round(side * min(size)))
    (top, above, bottom), (left, before, right) = (
        _overlap(round(at * length - edge / 2), edge, length) for at, length in zip(place, size, strict=True)
    )
    drawn = resize(sketch - GREY, (edge, edge)).to(picture.device)
    laid = picture.clone()
    laid[:, top:bottom, left:right] += amount * drawn[:, above : above + bottom - top, before : before + right - left]
    return laid.clamp(0, 1)


def _overlap(begin: int, side: int, length: int) -> tuple[int, int, int]:
    """Of what begins there, in a length: the first pixel that is inside, what is outside before it, and the end."""
    first, end = max(0, begin), min(length, begin + side)
    return first, first - begin, max(first, end)
