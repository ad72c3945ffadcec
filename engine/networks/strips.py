"""Maps [n, c, h, w] worked on in strips of rows, so that what is only passed through fits into the cache."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor


class Windows(NamedTuple):
    """How a convolution or a pool looks at rows."""

    side: int
    """Rows of a window, with those that dilation leaves out."""
    stride: int
    padding: int

    def seen(self, begin: int, end: int, length: int) -> Seen:
        """What the windows `begin` to `end` look at, of so many rows."""
        first, last = begin * self.stride - self.padding, (end - 1) * self.stride - self.padding + self.side
        if first >= 0 and last <= length:
            return Seen(first, last, 0, 0)
        # Padding comes on both sides or on none: with it, so many windows come before those that are wanted.
        spare = min(begin, math.ceil(self.padding / self.stride))
        return Seen((begin - spare) * self.stride, min(last, length), self.padding, spare)


class Seen(NamedTuple):
    """Rows of an input, and how windows run over them."""

    begin: int
    end: int
    padding: int
    spare: int
    """Windows to leave out at the top."""


class RowSums:
    """Strips that overlap, added up from top to bottom."""

    def __init__(self, size: torch.Size, dtype: torch.dtype) -> None:
        """`size` is that of the sums, [n, c, h, w]."""
        self.size, self.dtype = size, dtype
        self.sums: Tensor | None = None
        self.end = 0

    def add(self, part: Tensor, begin: int) -> None:
        """Rows from `begin` on, not above those of the part before; what is outside is left out."""
        above, height = max(0, -begin), self.size[2]
        begin, part = begin + above, part[:, :, above : max(above, height - begin)]
        if self.sums is None and part.shape[2] == height:
            self.sums, self.end = part.to(self.dtype), height
            return
        sums = self._open()
        self._clear(sums, begin)
        shared, end = self.end - begin, begin + part.shape[2]
        sums[:, :, begin : min(self.end, end)].add_(part[:, :, :shared])
        if end > self.end:
            sums[:, :, self.end : end] = part[:, :, shared:]
            self.end = end

    def total(self) -> Tensor:
        """The sums; 0 where nothing was added."""
        sums = self._open()
        self._clear(sums, self.size[2])
        return sums

    def _open(self) -> Tensor:
        if self.sums is None:
            self.sums = torch.empty(self.size, dtype=self.dtype, memory_format=torch.channels_last)
        return self.sums

    def _clear(self, sums: Tensor, end: int) -> None:
        if end > self.end:
            sums[:, :, self.end : end] = 0
            self.end = end


def strips(length: int, rows: int) -> Iterator[tuple[int, int]]:
    """A length in parts of about the same size, none longer than `rows` or 1: where each begins and ends."""
    count = math.ceil(length / max(1, rows))
    edges = [length * at // count for at in range(count + 1)]
    return pairwise(edges)
