"""A landscape to paint: `sheet => picture [h, w, 3]`. A river between trees, hills, and a low sun; quick to make."""

from __future__ import annotations

from typing import Final

import numpy as np

from engine.paintings.procedural_painting import Colour, Plane, Sheet, fractal, mix, noise, ramp, smooth

HORIZON: Final = 1.35
SUN: Final = (2.55, 1.02, 0.20)
"""Where it stands on the sheet, and its radius."""
TREES: Final = ((0.35, 2.35, 0.62), (0.95, 2.0, 0.38), (3.62, 2.2, 0.58), (3.05, 1.85, 0.32), (1.45, 1.75, 0.24))
"""x, the foot's y, and the radius of the crown."""


def riverside(sheet: Sheet) -> Plane:
    """The landscape in full sun."""
    model = ramp(
        sheet.y + 0.12 * fractal(sheet.x * 1.2, sheet.y * 3, 3, 4),
        ((0.0, (0.35, 0.58, 0.86)), (0.8, (0.72, 0.82, 0.88)), (1.3, (1.0, 0.86, 0.62))),
    )
    away = np.hypot(sheet.x - SUN[0], sheet.y - SUN[1])
    model = mix(model, (1.0, 0.80, 0.40), 0.8 * np.exp(-np.square(away / 0.5)))
    model = mix(model, (1.0, 0.95, 0.72), sheet.cover(away - SUN[2]))
    for base, seed, colour in ((1.22, 11, (0.48, 0.55, 0.74)), (1.33, 12, (0.40, 0.58, 0.52))):
        edge = base - 0.25 * fractal(sheet.x * 0.9 + seed, sheet.x * 0, seed, 4)
        model = mix(model, colour, sheet.cover(edge - sheet.y))
    return _trees(sheet, _ground(sheet, model))


def _ground(sheet: Sheet, model: Plane) -> Plane:
    """Meadows, and the river that mirrors the sky."""
    depth = np.clip(sheet.y - HORIZON, 0, None)
    tone = fractal(sheet.x * 2, sheet.y * 7, 21, 4)
    grass = ramp(tone, ((-0.5, (0.20, 0.42, 0.18)), (0.1, (0.52, 0.62, 0.22)), (0.6, (0.92, 0.82, 0.36))))
    model = mix(model, grass, sheet.cover(HORIZON - sheet.y))
    middle = 2.35 - 0.55 * np.sin(2.3 * depth) + 0.2 * depth
    wide = 0.10 + 0.62 * depth
    ripple = noise(sheet.x * 2.5, sheet.y * 18, 22)
    mirrored = ramp(
        depth + 0.16 * ripple, ((0.0, (1.0, 0.86, 0.60)), (0.5, (0.60, 0.74, 0.86)), (1.5, (0.20, 0.40, 0.68)))
    )
    glitter = smooth(0.15, 0.5, ripple) * np.exp(-np.square((sheet.x - SUN[0]) / 0.25))
    mirrored = mix(mirrored, (1.0, 0.94, 0.66), 0.9 * glitter)
    return mix(model, mirrored, sheet.cover(np.abs(sheet.x - middle) - wide) * sheet.cover(HORIZON - sheet.y))


def _trees(sheet: Sheet, model: Plane) -> Plane:
    """Round crowns in the sun, their shadows on the grass."""
    for number, (x, foot, radius) in enumerate(TREES):
        shadow = np.hypot((sheet.x - x + 0.5 * radius) / 1.6, (sheet.y - foot) * 5) - radius
        model = mix(model, (0.22, 0.24, 0.42), 0.6 * smooth(0.2, -0.2, shadow))
        trunk = np.maximum(np.abs(sheet.x - x) - 0.07 * radius, np.abs(sheet.y - foot + radius / 2) - radius / 2)
        model = mix(model, (0.36, 0.22, 0.22), sheet.cover(trunk))
        model = _crown(sheet, model, (x, foot - 1.5 * radius), radius, 50 + number)
    return model


def _crown(sheet: Sheet, model: Plane, at: tuple[float, float], radius: float, seed: int) -> Plane:
    dx, dy = sheet.x - at[0], sheet.y - at[1]
    edge = np.hypot(dx, dy * 0.9) - radius * (1 + 0.35 * noise(sheet.x * 3.2 / radius**0.5, sheet.y * 3.2, seed))
    lit = (0.8 * dx - 0.7 * dy) / radius + 0.9 * noise(sheet.x * 5, sheet.y * 5, seed + 9)
    leaves: tuple[tuple[float, Colour], ...] = (
        (-1.0, (0.10, 0.20, 0.28)), (0.0, (0.20, 0.44, 0.22)), (0.6, (0.66, 0.70, 0.24)), (1.2, (0.98, 0.80, 0.36)),
    )  # fmt: skip
    return mix(model, ramp(lit, leaves), sheet.cover(edge))
