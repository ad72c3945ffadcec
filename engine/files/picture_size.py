"""How large a picture of any shape becomes: `(edges, size) => edges`.

`size` is the long side. Of a strip that would leave a ribbon too thin to see anything in, so there `size` counts the
area of a square: the work stays the same, and so does the shape.
"""

from __future__ import annotations

import struct
from math import sqrt

Edges = tuple[int, int]
"""Two edges of a picture in pixels, in either order."""

THINNEST = 64
"""Pixels that a short side has at least before `size` counts the area; half of `size`, where that is less."""
LONGEST = 20
"""The long side is at most this many times the short one."""


def fit(edges: Edges, size: int, step: int = 1, *, strips_by_area: bool = True) -> Edges:
    """The edges of that shape at `size`, in multiples of `step` where `size` is one. The shape is kept to a pixel; one
    beyond `LONGEST` is squeezed to it. Without `strips_by_area`, `size` is the long side of a strip, too: what is only
    shown smaller need not be large enough to see anything in."""
    ratio = min(LONGEST, max(edges) / min(edges))
    counts_area = strips_by_area and size / ratio < min(THINNEST, size / 2)
    long = step * round(size * sqrt(ratio) / step) if counts_area else size - size % step
    short = max(step, step * round(long / ratio / step))
    long = min(long, LONGEST * short)
    return (long, short) if edges[0] >= edges[1] else (short, long)


def excess_ratio(edges: Edges) -> float:
    """How many times as long as thin a picture is that nothing is dreamed over; 0 for all others."""
    ratio = max(edges) / max(1, min(edges))
    return ratio if ratio > LONGEST else 0.0


def png_edges(data: bytes) -> Edges | None:
    """Width and height of a PNG of ours, by its first bytes; None of anything else."""
    if data[:8] != b"\x89PNG\r\n\x1a\n" or len(data) < 24:
        return None
    width, height = struct.unpack(">II", data[16:24])
    return width, height


def is_fitted(edges: Edges, size: int) -> bool:
    """Whether a picture may be one that was fitted to `size`: its long side is that, or its area, but for a row."""
    return max(edges) == size or abs(edges[0] * edges[1] - size**2) <= max(edges)
