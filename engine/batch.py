"""Several pictures, dreamed one after another by one job: `(clean PNGs, render of one) => reports of each`.

A step of one is a step of all of them, and previews show them side by side: those that are finished, the one that is
dreamed now, and those that wait as they were sent. Each is a file of its own in the end, for they differ in shape.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from functools import partial

import torch
from torch import Tensor

from engine.ascent.progress import Progress
from engine.canvas.image_grid import GAP, cover, mosaic
from engine.canvas.resample import resize
from engine.encoders.encoder import Encoded
from engine.encoders.pixel_bytes import to_tensor

Render = Generator[Progress | Encoded, bool | None, None]
"""What `engine.render.render` returns."""

SIDE = 256
"""Pixels of a picture's square in a preview."""


class Batch:
    """The pictures of a job, and how far each is."""

    kept = False
    """One of them was kept as it was: the rest is not wanted."""

    def __init__(self, pictures: Sequence[bytes | None]) -> None:
        self._pictures = pictures
        self._squares = [_square(png) for png in pictures]

    def reports(self, render: Callable[[bytes | None], Render]) -> Iterator[Render]:
        """The reports of each picture, in their order; whoever takes the next is done with those before."""
        for at, png in enumerate(self._pictures):
            yield self._reports(at, render(png))

    def _reports(self, at: int, one: Render) -> Render:
        """Reports of one, as a part of all. Closing it, or what it raises, leaves the others as they are."""
        report = next(one)
        while isinstance(report, Progress):
            self.kept = bool((yield self._as_part(at, report)))
            report = one.send(self.kept)
        self._squares[at] = cover(to_tensor(report.data), SIDE)
        yield report

    def _as_part(self, at: int, report: Progress) -> Progress:
        count = len(self._pictures)
        step, steps = at * report.steps + report.step, count * report.steps
        return replace(report, step=step, steps=steps, show=partial(self._grid, at, report), size=self._size)

    def _grid(self, at: int, report: Progress) -> Tensor:
        self._squares[at] = cover(report.show().cpu(), SIDE)
        return self._side_by_side()

    @property
    def _size(self) -> tuple[int, int]:
        height, width = self._side_by_side().shape[1:]
        return height, width

    def _side_by_side(self) -> Tensor:
        """As Discord will show the files: of three the first is large, with the others beside it, so nothing jumps."""
        if len(self._squares) != 3:
            return mosaic(torch.stack(self._squares))
        right = mosaic(torch.stack(self._squares[1:]), columns=1)
        height = right.shape[1]
        large = resize(self._squares[0], (height, height)).clamp(0, 1)
        return torch.cat([large, large.new_zeros(3, height, GAP), right], dim=2)


def _square(png: bytes | None) -> Tensor:
    return torch.zeros(3, SIDE, SIDE) if png is None else cover(to_tensor(png), SIDE)
