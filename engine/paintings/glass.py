"""A stained glass window: `width => picture [h, w, 3]`. Pieces of coloured glass in lead, light falling through."""

from __future__ import annotations

from typing import Final

import numpy as np

from engine.paintings.procedural_painting import Plane, Sheet, fractal, mix, noise, ramp, smooth

LEAD: Final = (0.06, 0.06, 0.08)
SUN: Final = (1.5, 1.05)
PIECES: Final = 0.19
"""About how far apart the pieces of glass are on the sheet."""
RAYS: Final = 16
GLASS: Final = (
    (0.0, (1.00, 0.92, 0.55)), (0.30, (0.99, 0.70, 0.16)), (0.55, (0.90, 0.28, 0.12)), (0.95, (0.66, 0.10, 0.28)),
    (1.3, (0.34, 0.18, 0.62)), (1.7, (0.10, 0.28, 0.74)), (2.3, (0.06, 0.48, 0.62)), (2.9, (0.10, 0.52, 0.34)),
)  # fmt: skip
"""Colours by the distance from the sun."""


def glass(width: int) -> Plane:
    """The window, `width` pixels wide, 4:3."""
    sheet = Sheet.of(width)
    nearest, border, centre = _pieces(sheet)
    x, y = centre
    away = np.hypot(x - SUN[0], y - SUN[1])
    ray = np.floor((np.arctan2(y - SUN[1], x - SUN[0]) / (2 * np.pi) + 0.5) * RAYS)
    chance = np.random.default_rng(12).random((4096, 3)).astype(np.float32)
    drawn = chance[nearest % 4096]
    tone = away + 0.28 * (ray % 2) - 0.16 + 0.35 * (drawn[..., 0] - 0.5)
    shown = ramp(np.clip(tone, 0, 2.9), GLASS)
    river = smooth(2.1, 2.3, y + 0.18 * np.sin(2.4 * x))
    green = ramp(drawn[..., 1], ((0.0, (0.03, 0.22, 0.40)), (0.5, (0.06, 0.46, 0.50)), (1.0, (0.52, 0.74, 0.34))))
    shown = mix(shown, green, (river > 0.5).astype(np.float32))
    shown = shown * (0.72 + 0.5 * drawn[..., 2:3])
    lit = 1 + 0.9 * (0.10 - border[..., None] * 0) + 0.35 * fractal(sheet.x * 5, sheet.y * 5, 61, 4)[..., None]
    shown = shown * lit * (0.62 + 0.42 * smooth(0.0, 0.055, border))[..., None]
    shown = mix(shown, LEAD, smooth(0.016, 0.010, border))
    shine = smooth(0.15, 0.5, noise(sheet.x * 30, sheet.y * 30, 62)) * smooth(0.016, 0.004, border)
    return np.clip(mix(shown, (0.42, 0.42, 0.44), 0.5 * shine), 0, 1).astype(np.float32)


def _pieces(sheet: Sheet) -> tuple[Plane, Plane, tuple[Plane, Plane]]:
    """Of each point: the number of its piece, how far its border is, and where its middle is.

    Voronoi's cells of points on a bent lattice: Worley 1996, "A Cellular Texture Basis Function".
    """
    u = sheet.x + 0.16 * np.sin(2.0 * sheet.y)
    v = sheet.y + 0.16 * np.sin(1.8 * sheet.x)
    column, row = np.floor(u / PIECES).astype(np.int64), np.floor(v / PIECES).astype(np.int64)
    offsets = np.random.default_rng(7).random((64, 64, 2)).astype(np.float32) * 0.86 + 0.07
    first, second = np.full_like(u, 9.0), np.full_like(u, 9.0)
    number = np.zeros_like(column)
    cx, cy = np.zeros_like(u), np.zeros_like(u)
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            drawn = offsets[(row + down) & 63, (column + right) & 63]
            x, y = PIECES * (column + right + drawn[..., 0]), PIECES * (row + down + drawn[..., 1])
            away = np.hypot(u - x, v - y)
            closer = away < first
            second = np.where(closer, first, np.minimum(second, away))
            number = np.where(closer, (row + down) * 64 + column + right, number)
            cx, cy = np.where(closer, x, cx), np.where(closer, y, cy)
            first = np.where(closer, away, first)
    return number, (second - first) / 2, (cx, cy)
