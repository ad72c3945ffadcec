"""Steps one after another with wide maps in between, in strips of rows: `[n, i, h, w] => [n, o, h', w']`, and back.

A block of lite2 lets out what it takes in, and makes six times as many channels of it between. Whole, such a map goes
to the memory and comes back for every step, in memory that the kernel first has to give and to fill with zeros. In
strips, with the rows around them that a depthwise convolution looks at computed again, it stays in the cache.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

import torch
from torch import Tensor

from engine.networks.convolution_step import Step
from engine.networks.strips import RowSums, Seen
from engine.networks.usual_statistics import UsualStatistics

WORKED: Final = 2**20
"""Values of the widest map that are worked on at once."""
LEAST: Final = 2**20
"""Values of the widest map from which on there are strips: each takes a call of every step. No crop has so many."""


class Part(NamedTuple):
    """Steps one after another."""

    steps: Sequence[Step]
    adds: bool
    """Whether what came in is added to what they find."""
    statistics: UsualStatistics | None = None
    """What measures what they find, before that is added, where somebody asks."""

    def sizes(self, size: torch.Size) -> list[torch.Size]:
        """Of what comes in, and of what comes out of each step."""
        found = [size]
        for step in self.steps:
            found.append(step.size(found[-1]))
        return found


class Strip(NamedTuple):
    """Rows `begin` to `end` of one picture of what goes out of a part."""

    picture: int
    begin: int
    end: int
    seen: Sequence[Seen]
    """What each step sees for them of what comes into it."""

    def cut(self, out: Tensor) -> Tensor:
        """Its rows of what goes out, or of the slope there."""
        return out[self.picture : self.picture + 1, :, self.begin : self.end]

    def seen_in(self, x: Tensor) -> Tensor:
        """What it sees of what comes in."""
        return x[self.picture : self.picture + 1, :, self.seen[0].begin : self.seen[0].end]


def cut(part: Part, sizes: Sequence[torch.Size]) -> list[Strip]:
    """The strips of a part, from top to bottom; none where it is to run whole."""
    widest = max((size.numel() for size in sizes[1:-1]), default=0)
    if widest < LEAST or widest <= sizes[0].numel() + sizes[-1].numel():
        return []
    pictures, _, height, _ = sizes[-1]
    rows = math.ceil(height / math.ceil(widest / pictures / WORKED))
    # All but the last of the same height: oneDNN prepares itself once for each.
    cuts = [(begin, min(begin + rows, height)) for begin in range(0, height, rows)]
    return [Strip(at, *rows, _seen(part, sizes, *rows)) for at in range(pictures) for rows in cuts]


def _seen(part: Part, sizes: Sequence[torch.Size], begin: int, end: int) -> list[Seen]:
    found: list[Seen] = []
    for step, size in zip(reversed(part.steps), reversed(sizes[:-1]), strict=True):
        found.append(step.seen(begin, end, size[2]))
        begin, end = found[-1].begin, found[-1].end
    return found[::-1]


def run(
    x: Tensor, part: Part, sizes: Sequence[torch.Size], strips: Sequence[Strip], marks: list[Tensor] | None
) -> Tensor:
    """What goes out; what is kept of activations goes to the end of the marks, each of a whole map: of strips on their
    own the heap would not find room for others."""
    out = torch.empty(sizes[-1], dtype=x.dtype, memory_format=torch.channels_last)
    kept: dict[int, Tensor] = {}
    for strip in strips:
        rows = strip.seen_in(x)
        spans = [*((seen.begin, seen.end) for seen in strip.seen[1:]), (strip.begin, strip.end)]
        for at, (step, seen, (begin, end)) in enumerate(zip(part.steps, strip.seen, spans, strict=True)):
            rows = step.run_rows(rows, seen, end - begin)
            if marks is not None and step.activation != "none":
                mark = step.mark(rows)
                if at not in kept:
                    kept[at] = torch.empty(sizes[at + 1], dtype=mark.dtype, memory_format=torch.channels_last)
                kept[at][strip.picture : strip.picture + 1, :, begin:end] = mark
        if part.adds:
            torch.add(rows, strip.cut(x), out=strip.cut(out))
        else:
            strip.cut(out).copy_(rows)
    if marks is not None:
        marks += kept.values()
    return out


def gradient(
    slope: Tensor, part: Part, sizes: Sequence[torch.Size], strips: Sequence[Strip], marks: list[Tensor]
) -> Tensor:
    """Towards what came in, of a slope behind the part, what it adds not counted; marks are taken from the end."""
    kept = [marks.pop() if step.activation != "none" else None for step in reversed(part.steps)][::-1]
    size = torch.Size((1, *sizes[0][1:]))
    sums = [RowSums(size, slope.dtype) for _ in range(sizes[0][0])]
    for strip in strips:
        own = [None if mark is None else mark[strip.picture : strip.picture + 1] for mark in kept]
        sums[strip.picture].add(*_strip_gradient(strip.begin, strip.cut(slope), part, sizes, own))
    found = [one.total() for one in sums]
    return found[0] if len(found) == 1 else torch.cat(found)


def _strip_gradient(
    begin: int, slope: Tensor, part: Part, sizes: Sequence[torch.Size], marks: Sequence[Tensor | None]
) -> tuple[Tensor, int]:
    """Towards the rows that are looked at of what came in, of the slope of rows from `begin` on of what goes out; and
    which is the first of them."""
    ours = False
    for step, size, mark in reversed([*zip(part.steps, sizes[:-1], marks, strict=True)]):
        if mark is not None:
            seen = mark[:, :, begin : begin + slope.shape[2]]
            slope = step.through(slope, seen, slope if ours else torch.empty_like(slope))
        slope, ours = step.rows_gradient(slope, size[3]), True
        begin = step.first_row(begin, size[2])
        above = max(0, -begin)
        slope, begin = slope[:, :, above : size[2] - begin], begin + above
    return slope, begin
