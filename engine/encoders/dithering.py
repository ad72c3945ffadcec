"""Frames in the colours of a palette: `(frames, palette, dither) => where in it each pixel's colour is`.

Colours that are missing are mixed of others in one of two ways: a faint pattern is closest to what is rich in detail
and is packed well; diffused errors (R. W. Floyd and L. Steinberg, "An adaptive algorithm for spatial grey scale", 1976)
leave no bands in a sky.

The nearest colour is looked up by the upper seven bits of a pixel's values, or by all eight where colours are few, as
in a sky without grain, whose palette is finer than that. Errors are diffused along diagonals, whose pixels do not
depend on each other, in all frames at once: so that numpy does it, a row of numbers at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

PATTERN, DIFFUSION, PLAIN = "pattern", "diffusion", ""
FEW: Final = 4096
"""Colours, of every fourth pixel of every fourth row, up to which they are looked up by all eight bits."""
WEIGHTS: Final = (0.299, 0.587, 0.114)
"""Of red, green and blue in a distance, by how bright they are (Rec. 601): that looks more like the picture than equal
ones, by a structural similarity of 0.01."""
KEPT: Final = 0.7
"""How much of an error is diffused: all of it leaves more noise and hardly fewer bands."""
CELLS_AT_ONCE: Final = 256
"""Beyond that, the product of matrices would start threads of its own."""
REACH: Final = 4
"""Diagonals that errors go to, with the one that they come from."""
Pixels = NDArray[np.uint8]
Values = NDArray[np.floating[Any]]


def to_indices(frames: Sequence[Pixels], palette: Pixels, dither: str) -> list[Pixels]:
    """Frames [h, w, 3], all of one size, as indices [h, w] of a palette [n, 3] of at most 256 colours."""
    nearest = _NearestColours(palette, 8 if _count_colours(frames) <= FEW else 7)
    if dither == DIFFUSION:
        return _diffuse(frames, nearest)
    return [_look_up(_darken_pattern(frame) if dither == PATTERN else frame, nearest) for frame in frames]


def _count_colours(frames: Sequence[Pixels]) -> int:
    """How many, about."""
    sample = np.stack([frame[::4, ::4] for frame in frames]).astype(np.int32)
    return len(np.unique(sample @ np.array([1 << 16, 1 << 8, 1], np.int32)))


def _look_up(frame: Pixels, nearest: _NearestColours) -> Pixels:
    cells = nearest.cells(np.moveaxis(frame, 2, 0))
    nearest.learn(cells)
    return nearest.find(cells)


def _darken_pattern(frame: Pixels) -> Pixels:
    """Every other pixel, as on a chessboard, one darker."""
    darkened = frame.copy()
    for row in (0, 1):
        part = darkened[row::2, row::2]
        np.subtract(part, 1, out=part, where=part > 0)
    return darkened


def _diffuse(frames: Sequence[Pixels], nearest: _NearestColours) -> list[Pixels]:
    """By errors, from left to right in each row.

    On the diagonal t = x + 2 y are pixels that get nothing from each other. Of an error at (x, y) 7/16 go to t + 1 and
    the same row; into the row below 3/16 go to t + 1, 5/16 to t + 2 and 1/16 to t + 3.
    """
    count, (height, width, _) = len(frames), frames[0].shape
    line = width + 2  # so that pixels of a diagonal lie `width` apart, be there but one column
    pixels = np.zeros((3, count, height, line), np.uint8)
    for number, frame in enumerate(frames):
        pixels[:, number, :, :width] = np.moveaxis(frame, 2, 0)
        nearest.learn(nearest.cells(pixels[:, number]))
    pixels = pixels.reshape(3, count, height * line)
    indices = np.zeros((count, height * line), np.uint8)
    errors = np.zeros((REACH, 3, count, height + 1), np.float32)
    for at in range(width + 2 * (height - 1)):
        rows = slice(max(0, (at - width) // 2 + 1), min(height - 1, at // 2) + 1)
        below = slice(rows.start + 1, rows.stop + 1)
        diagonal = slice(at + rows.start * width, at + (rows.stop - 1) * width + 1, width)
        here, after, second, third = (errors[(at + ahead) % REACH] for ahead in range(REACH))
        wanted = pixels[..., diagonal] + here[..., rows]
        np.clip(wanted, 0, 255, out=wanted)
        cells = nearest.cells((wanted + 0.5).astype(np.uint8))
        nearest.learn_few(cells)
        found = nearest.find(cells)
        indices[:, diagonal] = found
        wanted -= nearest.colours.take(found, 1)
        wanted *= KEPT / 16
        third[..., below] += wanted
        after[..., below] += 3 * wanted
        second[..., below] += 5 * wanted
        after[..., rows] += 7 * wanted
        here[:] = 0
    return list(np.ascontiguousarray(indices.reshape(count, height, line)[:, :, :width]))


class _NearestColours:
    """The nearest colour of a palette for each cell of the cube of colours; found out when it is asked for."""

    def __init__(self, palette: Pixels, bits: int) -> None:
        """By so many bits of each value."""
        self.colours = np.ascontiguousarray(palette.T, dtype=np.float32)
        """[3, n]"""
        weighted = np.array(WEIGHTS, np.float32)[:, None] * self.colours
        # The nearest colour p of c has the largest 2 c·p - p·p.
        self._scores = np.concatenate([2 * weighted, -(weighted * self.colours).sum(0, keepdims=True)])
        self._bits = bits
        self._found = np.zeros(1 << 3 * bits, np.uint8)
        self._known = np.zeros(1 << 3 * bits, np.bool_)

    def cells(self, values: Pixels) -> NDArray[np.int32]:
        """Where the values [3, ...] are."""
        red: NDArray[np.int32]
        red, green, blue = (values >> (8 - self._bits)).astype(np.int32)
        red <<= self._bits
        red |= green
        red <<= self._bits
        red |= blue
        return red

    def find(self, cells: NDArray[np.int32]) -> Pixels:
        """Of cells that were learned, the index of each."""
        return self._found.take(cells)

    def learn(self, cells: NDArray[np.int32]) -> None:
        """Of the cells of a whole frame."""
        wanted = np.zeros(self._known.shape, np.bool_)
        wanted[cells] = True
        self._learn(np.flatnonzero(wanted & ~self._known))

    def learn_few(self, cells: NDArray[np.int32]) -> None:
        """The same, quick where few are new."""
        known = self._known.take(cells)
        if not known.all():
            self._learn(np.unique(cells[~known]))

    def _learn(self, cells: NDArray[np.integer[Any]]) -> None:
        edge = 1 << (8 - self._bits)
        for begin in range(0, len(cells), CELLS_AT_ONCE):
            part = cells[begin : begin + CELLS_AT_ONCE]
            middles = np.ones((len(part), 4), np.float32)
            for column in range(3):
                middles[:, column] = (part >> self._bits * (2 - column)) & ((1 << self._bits) - 1)
            middles[:, :3] = middles[:, :3] * edge + (edge - 1) / 2
            self._found[part] = (middles @ self._scores).argmax(1)
        self._known[cells] = True
