"""Where the dream of a seed grows most: `(size, seed) => a mask`, [1, h, w] in [0, 1].

Chance is drawn in shares of the sides and before anything that depends on their pixels, so a seed composes a picture
alike at every size.
"""

from __future__ import annotations

import zlib
from math import cos, pi, sin, sqrt
from typing import NamedTuple

import torch
from torch import Tensor

from engine.canvas.mask import resize_mask
from engine.canvas.resample import Size

MARGIN = 0.22
"""Spots have their middle at least this share of a side away from the rim, where things are cut off."""
APART = 4
"""How much spots keep away from each other: within the spread of one the next is 40 times less likely."""
LEAST = 1e-3
"""What keeps every place possible, on another spot and off the ring, for a mask may be white in one place only."""
GRID = 24
"""In so many rows and columns a middle may lie."""
RING = 0.27
"""How far from the middle of the picture the first spot is looked for, as a share of the sides: one in the middle would
overlap with that of every other seed."""
NEAR = 0.045
"""How near to its place on the ring the first spot is: a spread, as a share of the sides. Where a mask is black there,
it lies somewhere in its white."""
GOLDEN = 2654435769
"""The golden section of 2 ** 32: by so much of a turn the next seed's first spot lies elsewhere (Knuth 1973, 6.4)."""


Place = tuple[float, float]
"""A row and a column, as shares of the height and the width."""


class Spots(NamedTuple):
    """How a seed's places look."""

    heights: tuple[float, ...]
    """In as many places it is dreamed most: how much of each step is taken there, in [0, 1]."""
    spread: float
    """How large they are: the spread of their bells, as a share of the side of a square as large as the picture."""
    floor: float
    """How much of each step is taken far away from them."""


def spots_mask(size: Size, spots: Spots, seed: int, within: Tensor | None = None) -> Tensor:
    """Soft spots, away from each other; far from all of them a point takes the floor.

    The first lies on a ring, and about 137 degrees further for the next seed: variations, which have one seed after the
    other, differ most. With a mask [1, h, w] they lie where it is white, and what they leave is multiplied by it.
    """
    sides = _sides(size)
    likely, found = _likely(within), torch.zeros(size)
    # Not the numbers that the first waves are drawn by.
    generator = torch.Generator().manual_seed(zlib.crc32(f"{seed} spots".encode()))
    towards = _bell((GRID, GRID), (1.0, 1.0), place_on_ring(seed), NEAR) + LEAST
    for at, height in enumerate(spots.heights):
        middle = _draw_middle(likely if at else likely * towards, generator)
        likely = likely * (1 + LEAST - _bell((GRID, GRID), sides, middle, spots.spread)) ** APART
        found = torch.maximum(found, height * _bell(size, sides, middle, spots.spread))
    mask = (spots.floor + (1 - spots.floor) * found)[None]
    return mask if within is None else mask.to(within.device) * within


def bell(size: Size, middle: Place, spread: float) -> Tensor:
    """One spot, 1 in its middle, soft around it: [1, h, w]; its spread is a share of the side of a square as large."""
    return _bell(size, _sides(size), middle, spread)[None]


def _sides(size: Size) -> tuple[float, float]:
    """The picture's sides, in those of a square as large."""
    square = sqrt(size[0] * size[1])
    return size[0] / square, size[1] / square


def _likely(within: Tensor | None) -> Tensor:
    """How likely each cell holds the first middle, [GRID, GRID]; all alike if a mask is black wherever one may lie."""
    inside = ((torch.arange(GRID) + 0.5) / GRID - 0.5).abs() <= 0.5 - MARGIN
    free = (inside[:, None] & inside[None]).float()
    white = free if within is None else free * resize_mask(within, (GRID, GRID))[0].cpu()
    return white if white.any() else free


def place_on_ring(seed: int) -> Place:
    """Where what a seed grows is looked for first; about 137 degrees further for the next seed."""
    angle = 2 * pi * (seed * GOLDEN % 2**32 / 2**32)
    return 0.5 + RING * sin(angle), 0.5 + RING * cos(angle)


def _draw_middle(likely: Tensor, generator: torch.Generator) -> Place:
    row, column = divmod(int(torch.multinomial(likely.flatten(), 1, generator=generator)), GRID)
    within_cell = torch.rand(2, generator=generator)
    return (row + float(within_cell[0])) / GRID, (column + float(within_cell[1])) / GRID


def _bell(size: Size, sides: tuple[float, float], middle: tuple[float, float], spread: float) -> Tensor:
    """1 in its middle and soft around it, [h, w]; `sides` are the picture's, in those of a square as large."""
    rows, columns = (
        side * ((torch.arange(length) + 0.5) / length - at)
        for length, side, at in zip(size, sides, middle, strict=True)
    )
    return torch.exp(-(rows[:, None].square() + columns.square()) / (2 * spread**2))
