"""A painting in planes: `width => picture [h, w, 3]`. Things seen from several sides at once, in ochre, grey and blue.

The canvas is cut in two again and again; each plane is shaded towards one of its edges and painted with a small brush.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from engine.paintings.brushwork import Canvas, follow, scatter_points, stroke
from engine.paintings.procedural_painting import Plane, Sheet, mix, noise, ramp, smooth

CUTS: Final = 22
TURNS: Final = (0.35, 0.95, 1.5, 2.15, 2.7)
"""Directions of the cuts, in radians."""
PAINTS: Final = (
    (0.0, (0.16, 0.14, 0.16)), (0.18, (0.42, 0.28, 0.20)), (0.36, (0.74, 0.50, 0.26)), (0.52, (0.86, 0.72, 0.46)),
    (0.68, (0.56, 0.60, 0.58)), (0.84, (0.26, 0.40, 0.52)), (1.0, (0.92, 0.88, 0.76)),
)  # fmt: skip
BRUSH: Final = ((0.008, 0.026), (0.005, 0.016))
"""Strokes: how wide and how long, as shares of the width."""
CURVES: Final = (
    (1.70, 1.95, 0.66, 1.20), (2.28, 1.18, 0.46, 0.78), (2.62, 1.85, 0.32, 1.28), (1.15, 0.95, 0.36, 1.15),
)  # fmt: skip
"""Parts of a guitar: x, y and radius on the sheet, and how much lighter they are."""


def planes(width: int) -> Plane:
    """The painting, `width` pixels wide, 4:3."""
    chance, sheet = np.random.default_rng(1911), Sheet.of(width)
    model, angles = _facets(sheet, chance)
    model = _guitar(sheet, model)
    canvas = Canvas.over(model)
    for wide, long in BRUSH:
        places = scatter_points(width, sheet.x.shape[0], 1.45 * wide * width, chance)
        for path in follow(places, angles, 2, long * width):
            middle = np.clip(path[1].astype(int), 0, (width - 1, sheet.x.shape[0] - 1))
            colour = model[middle[1], middle[0]] + chance.normal(0, 0.03) + chance.normal(0, 0.012, 3)
            stroke(canvas, path, wide * width, colour, chance, 2)
    return _outline(sheet, canvas.picture(), model)


def _facets(sheet: Sheet, chance: np.random.Generator) -> tuple[Plane, Plane]:
    """The planes, and the direction of the brush in each."""
    piece, rise = np.zeros(sheet.x.shape, np.int64), np.full_like(sheet.x, 9.0)
    for cut in range(CUTS):
        x, y = chance.normal((2.0, 1.5), (0.85, 0.65))
        turn = chance.choice(TURNS) + chance.normal(0, 0.10)
        reach = chance.uniform(0.5, 1.6)
        side = (sheet.x - x) * np.sin(turn) - (sheet.y - y) * np.cos(turn)
        along = np.abs((sheet.x - x) * np.cos(turn) + (sheet.y - y) * np.sin(turn))
        cutting = (along < reach) & (side > 0)
        piece = np.where(cutting, piece * 31 + cut + 1, piece) % 100_003
        rise = np.where(cutting, np.minimum(rise, side), rise)
    drawn = np.random.default_rng(9).random((4096, 3)).astype(np.float32)[piece % 4096]
    light = 1 - smooth(0.0, 0.5, np.minimum(rise, 2.0))
    tone = np.clip(0.08 + 0.86 * drawn[..., 0] + 0.06 * noise(sheet.x * 2, sheet.y * 2, 3), 0, 1)
    gain = 0.66 + 0.30 * drawn[..., 1] + (0.75 * (drawn[..., 2] - 0.35)) * light
    angles = np.array(TURNS)[(piece % len(TURNS)).astype(int)] + 0.25 * noise(sheet.x * 3, sheet.y * 3, 4)
    return np.clip(ramp(tone, PAINTS) * gain[..., None], 0, 1), angles


def _guitar(sheet: Sheet, model: Plane) -> Plane:
    """Curves, a sound hole and strings, taken apart and put together again."""
    for x, y, radius, gain in CURVES:
        away = np.hypot(sheet.x - x, sheet.y - y) - radius
        half = (sheet.x - x) + 0.6 * (sheet.y - y) > 0
        shade = smooth(-radius, 0.0, away)[..., None]
        lifted = model * (1 + (gain - 1) * (0.3 + 0.7 * shade)) + np.array((0.05, 0.025, -0.02), np.float32)
        model = mix(model, lifted, sheet.cover(away) * half)
        model = mix(model, (0.09, 0.07, 0.08), 0.8 * smooth(0.026, 0.012, np.abs(away)) * half)
    model = mix(model, (0.10, 0.08, 0.09), sheet.cover(np.hypot(sheet.x - 2.02, sheet.y - 1.62) - 0.17))
    slope = (sheet.x - 2.02) * 0.86 + (sheet.y - 1.62) * 0.5
    for at in (-0.12, -0.04, 0.04, 0.12):
        string = smooth(0.014, 0.007, np.abs(slope - at)) * (np.abs(sheet.y - 1.45) < 1.0)
        model = mix(model, (0.94, 0.90, 0.78), 0.85 * string)
    return np.clip(model, 0, 1)


def _outline(sheet: Sheet, picture: Plane, model: Plane) -> Plane:
    """Charcoal where one plane meets another."""
    grey = model.mean(-1)
    rows, columns = np.gradient(grey)
    edge = smooth(0.04, 0.12, np.hypot(rows, columns))
    return mix(picture, (0.09, 0.08, 0.09), 0.55 * edge * (0.6 + 0.4 * noise(sheet.x * 8, sheet.y * 8, 6)))
