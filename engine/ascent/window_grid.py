"""Windows that overlap and together count every pixel once: `(picture, chance) => windows`, and back.

Neighbours fade into one another (as in MultiDiffusion, Bar-Tal et al. 2023, arXiv:2302.08113), and the grid begins
somewhere else at every step (as in the tiles of TensorFlow's DeepDream notebook, Mordvintsev 2015): no seam is in one
place twice. Beyond its rim a picture is seen mirrored.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.canvas.resample import Size

OFFSET_PART = 16
"""Where grids begin differs by at least a window's overlap, and this part of a picture's side."""
Origin = tuple[int, int]
"""The top left corner of a window, in pixels of the picture; it may lie outside of that."""


@dataclass(frozen=True, slots=True)
class WindowGrid:
    """Squares of `side` pixels, of which neighbours share `overlap`, at most half of them."""

    side: int
    overlap: int

    @property
    def hop(self) -> int:
        """Pixels from one window to the next."""
        return self.side - self.overlap

    def origins(self, size: Size, generator: torch.Generator) -> list[Origin]:
        """The windows over a picture, row by row. The generator, on the CPU, draws where they begin."""
        down, right = (int(torch.randint(0, self._room(length) + 1, (), generator=generator)) for length in size)
        return [(top, left) for top in self._starts(size[0], down) for left in self._starts(size[1], right)]

    def _room(self, length: int) -> int:
        """How much further up or left a grid may begin: not so far that a row more has to be seen of a small picture,
        of which that is a third or half. A single window has no seam that would have to move."""
        least = min(self.hop - 1, max(self.overlap, length // OFFSET_PART))
        count = 1 if length + self.overlap <= self.hop else math.ceil((length + self.overlap + least) / self.hop)
        return min(self.hop - 1, count * self.hop - self.overlap - length)

    def _starts(self, length: int, offset: int) -> range:
        return range(-offset - self.overlap, length, self.hop)

    def cut(self, picture: Tensor, origins: Sequence[Origin]) -> Tensor:
        """Those windows of a picture [3, h, w], [n, 3, side, side], as copies."""
        return torch.stack([self._cut_one(picture, *origin) for origin in origins])

    def _cut_one(self, picture: Tensor, top: int, left: int) -> Tensor:
        rows, columns = (
            mirrored_indices(start, self.side, length).to(picture.device)
            for start, length in ((top, picture.shape[1]), (left, picture.shape[2]))
        )
        return picture[:, rows[:, None], columns]

    def add(self, picture: Tensor, origins: Sequence[Origin], changes: Tensor) -> None:
        """Change a picture [3, h, w] in place by [n, 3, side, side], each fading towards its neighbours, and cut it off
        to [0, 1]."""
        weight = self.weights().to(picture.device)
        for (top, left), change in zip(origins, changes * (weight[:, None] * weight), strict=True):
            rows, columns = _inside(top, self.side, picture.shape[1]), _inside(left, self.side, picture.shape[2])
            part = picture[:, rows, columns]
            part += change[:, rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
            part.clamp_(0, 1)

    def weights(self) -> Tensor:
        """How much a window counts along an edge, [side]; those of a whole row of windows are 1 everywhere."""
        rise = (torch.arange(self.overlap) + 0.5) / self.overlap
        return torch.cat([rise, rise.new_ones(self.side - 2 * self.overlap), rise.flip(0)])


def mirrored_indices(start: int, count: int, length: int) -> Tensor:
    """Where to look for so many pixels from `start` on, along an edge of that length which is mirrored at its ends."""
    period = max(1, 2 * (length - 1))
    at = torch.arange(start, start + count) % period
    return torch.minimum(at, period - at)


def _inside(start: int, count: int, length: int) -> slice:
    return slice(max(0, start), min(length, start + count))


def chunks(origins: Sequence[Origin], count: int) -> Iterator[Sequence[Origin]]:
    """All of them in so many parts of about the same size; of few, some are empty."""
    for at in range(count):
        yield origins[at * len(origins) // count : (at + 1) * len(origins) // count]
