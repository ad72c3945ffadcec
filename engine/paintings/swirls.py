"""A night in swirls: `width => picture [h, w, 3]`. Thick strokes along a wind that turns around stars and a moon."""

from __future__ import annotations

from typing import Final

import numpy as np

from engine.paintings.brushwork import Canvas, follow, scatter_points, stroke
from engine.paintings.procedural_painting import Plane, Sheet, fractal, mix, noise, ramp, smooth

WHIRLS: Final = ((1.55, 1.05, 0.62, 1.0), (2.35, 1.28, 0.40, -1.0), (0.55, 0.55, 0.42, -1.0), (2.55, 0.42, 0.42, 1.0))
"""Where the wind turns, how wide (x, y, radius on the sheet), and which way."""
STARS: Final = (
    (0.45, 0.45, 0.10), (1.05, 0.28, 0.08), (1.75, 0.42, 0.09), (2.45, 0.30, 0.11), (2.95, 0.80, 0.08),
    (0.75, 1.10, 0.09), (3.40, 0.55, 0.22),
)  # fmt: skip
"""Stars, and the moon at the end: x, y and the radius of the light."""
NIGHT: Final = (
    (-0.9, (0.03, 0.07, 0.26)), (-0.3, (0.08, 0.19, 0.50)), (0.1, (0.16, 0.36, 0.68)), (0.45, (0.36, 0.58, 0.78)),
    (0.9, (0.74, 0.83, 0.80)),
)  # fmt: skip
LIGHT: Final = ((0.0, (0.99, 0.95, 0.70)), (0.9, (0.97, 0.76, 0.22)), (1.7, (0.72, 0.74, 0.45)))
LAYERS: Final = ((0.022, 0.085, 4), (0.013, 0.062, 3), (0.009, 0.046, 3))
"""Strokes: how wide and how long, as shares of the width, and how many bristles."""


def swirls(width: int) -> Plane:
    """The painting, `width` pixels wide, 4:3."""
    chance, sheet = np.random.default_rng(1889), Sheet.of(width)
    model, angles = _scene(sheet)
    canvas = Canvas(sheet.x.shape[0], width, (0.10, 0.16, 0.34))
    for wide, long, bristles in LAYERS:
        places = scatter_points(width, sheet.x.shape[0], 1.1 * wide * width, chance)
        paths = follow(places, angles, 3, long * width)
        for place, path in zip(places, paths, strict=True):
            colour = model[int(place[1]), int(place[0])] + chance.normal(0, 0.03, 3) + chance.normal(0, 0.04)
            stroke(canvas, path, wide * width, colour, chance, bristles)
    return canvas.picture()


def _scene(sheet: Sheet) -> tuple[Plane, Plane]:
    """What is painted [h, w, 3], and where strokes go there [h, w]."""
    angles, height = _wind(sheet)
    model = ramp(0.55 * np.sin(5.5 * height) + 0.45 * noise(sheet.x * 1.7, sheet.y * 1.7, 5), NIGHT)
    for x, y, radius in STARS:
        away = np.hypot(sheet.x - x, sheet.y - y) / radius
        rings = ramp(away + 0.12 * np.sin(9 * away), LIGHT)
        model = mix(model, rings, smooth(2.1, 0.9, away))
        around = np.arctan2(sheet.y - y, sheet.x - x) + np.pi / 2
        angles = np.where(away < 2.4, around, angles)
    return _land(sheet, model, angles)


def _wind(sheet: Sheet) -> tuple[Plane, Plane]:
    """Directions [h, w], and a height whose lines of equal height they follow."""
    east, south = np.ones_like(sheet.x) * 0.55, 0.35 * np.sin(2.2 * sheet.x + 0.6)
    height = sheet.y * 0.9 + 0.16 * np.cos(2.2 * sheet.x + 0.6)
    for x, y, radius, sense in WHIRLS:
        dx, dy = sheet.x - x, sheet.y - y
        away = np.hypot(dx, dy) + 1e-3
        pull = 2.6 * np.exp(-np.square(away / radius))
        east, south = east - sense * pull * dy / away, south + sense * pull * dx / away
        height = height + 1.3 * np.exp(-np.square(away / radius)) * away * 1.6
    turn = 0.5 * noise(sheet.x * 1.3, sheet.y * 1.3, 8)
    return np.arctan2(south, east) + turn, height


def _land(sheet: Sheet, model: Plane, angles: Plane) -> tuple[Plane, Plane]:
    """Hills, a village with lit windows, and a cypress before them."""
    for base, seed, dark in ((1.95, 31, 0.9), (2.25, 32, 0.6), (2.6, 33, 0.45)):
        edge = base - 0.28 * fractal(sheet.x * 0.8, sheet.x * 0 + seed, seed, 3) - 0.1 * np.sin(sheet.x * 1.2 + seed)
        inside = sheet.cover(edge - sheet.y)
        tone = 0.6 * np.sin(14 * (sheet.y - edge)) + 0.5 * noise(sheet.x * 3, sheet.y * 6, seed + 3)
        hill = ramp(tone, ((-0.8, (0.05, 0.12, 0.22)), (0.2, (0.15, 0.32, 0.42)), (0.8, (0.42, 0.56, 0.42))))
        model = mix(model, hill * dark, inside)
        angles = np.where(inside > 0.5, 0.9 * np.gradient(edge, axis=1) / sheet.pixel, angles)
    lights = (noise(sheet.x * 13, sheet.y * 13, 40) > 0.55) & (np.abs(sheet.y - 2.42) < 0.16) & (sheet.x > 1.1)
    model = mix(model, (0.98, 0.72, 0.24), lights.astype(np.float32))
    grown = np.clip((sheet.y - 0.35) / 2.65, 0, 1)
    wide = 0.30 * grown**0.8 * (1 + 0.35 * np.sin(9 * sheet.y)) * (sheet.y > 0.35)
    inside = sheet.cover(np.abs(sheet.x - 0.62 - 0.10 * np.sin(3.4 * sheet.y)) - wide)
    flame = noise(sheet.x * 9, sheet.y * 2.2, 41)
    tree = ramp(flame, ((-0.6, (0.03, 0.07, 0.06)), (0.2, (0.12, 0.22, 0.12)), (0.7, (0.36, 0.38, 0.16))))
    model = mix(model, tree, inside)
    return model, np.where(inside > 0.5, -np.pi / 2 + 0.5 * np.cos(3.4 * sheet.y) + 0.5 * flame, angles)
