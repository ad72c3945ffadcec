"""A gradient that fits into memory: `(network, objective, picture) => gradient`, in tiles once it does not fit whole.

After `calc_grad_tiled` of TensorFlow's DeepDream notebook (Mordvintsev 2015): before it is cut, the picture is shifted
at random, so that the seams lie elsewhere at every step and leave no trace.
"""

from __future__ import annotations

import math
from itertools import pairwise

import torch
from torch import Tensor

from engine.ascent.gradient import gradient
from engine.notes import Note
from engine.objectives import Objective
from engine.passes.joint_gradient import FeatureExtractor

UNIT = 32
"""Tiles are cut at multiples of this many pixels, so that the strides of a network fall as they do on the whole."""
SMALLEST = 3 * UNIT
"""Side of the smallest tile, in pixels."""
TILES = Note("tiles")


class TiledGradient:
    """`gradient` of one dream. When memory runs out it goes over to tiles, as large as may be, and stays there."""

    def __init__(self, network: FeatureExtractor, generator: torch.Generator) -> None:
        """The generator draws where the seams are."""
        self.network = network
        self.generator = generator
        self.tile = 0
        """Side of a tile in pixels; 0 is the whole picture at once."""

    def __call__(self, objective: Objective, picture: Tensor) -> Tensor:
        """Where the objective rises, [3, h, w]. Raises `torch.OutOfMemoryError` if not even small tiles fit."""
        while (found := self._try_gradient(objective, picture)) is None:
            self._shrink(max(picture.shape[1:]))
        return found

    @property
    def note(self) -> Note | None:
        """What was given up, if anything."""
        return TILES if self.tile else None

    def _try_gradient(self, objective: Objective, picture: Tensor) -> Tensor | None:
        """The gradient; None if memory ran out and smaller tiles are worth trying. By then all of it is given back."""
        try:
            if self.tile:
                return gradient_in_tiles(self.network, objective, picture, self.tile, self.generator)
            return gradient(self.network, objective, picture)
        except RuntimeError as error:
            if not is_out_of_memory(error) or 0 < self.tile <= SMALLEST:
                raise
            return None

    def _shrink(self, side: int) -> None:
        self.tile = max(SMALLEST, UNIT * math.ceil(min(self.tile or side, side) / 2 / UNIT))
        if torch.cuda.is_available():
            torch.cuda.empty_cache()


def is_out_of_memory(error: Exception) -> bool:
    """Whether it says that there is no more memory, on a GPU or on the CPU."""
    return isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in str(error)


def gradient_in_tiles(
    network: FeatureExtractor, objective: Objective, picture: Tensor, tile: int, generator: torch.Generator
) -> Tensor:
    """As `gradient`, of an objective that is a mean over positions, with at most `tile` x `tile` pixels at once."""
    units = torch.randint(tile // UNIT, (2,), generator=generator, device=generator.device)
    down, right = (UNIT * units).tolist()
    shifted = torch.roll(picture, (down, right), (1, 2))
    slope = torch.empty_like(shifted)
    height, width = shifted.shape[1:]
    for rows in tile_slices(height, tile):
        for columns in tile_slices(width, tile):
            part = shifted[:, rows, columns]
            share = part[0].numel() / (height * width)
            slope[:, rows, columns] = share * gradient(network, objective, part)
    return torch.roll(slope, (-down, -right), (1, 2))


def tile_slices(length: int, tile: int) -> list[slice]:
    """A length in parts of about the same size, none longer than `tile`, which is a multiple of `UNIT`."""
    units = math.ceil(length / UNIT)
    count = math.ceil(units / (tile // UNIT))
    edges = [UNIT * (at * units // count) for at in range(count)]
    return [slice(begin, end) for begin, end in pairwise([*edges, length])]
