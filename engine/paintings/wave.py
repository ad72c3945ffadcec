"""A wave: `width => picture [h, w, 3]`. A print from wooden blocks: flat blues, white foam, and dark outlines."""

from __future__ import annotations

from typing import Final

import numpy as np

from engine.paintings.procedural_painting import Plane, Sheet, fractal, mix, noise, ramp, smooth

INK: Final = (0.07, 0.13, 0.28)
FOAM: Final = (0.96, 0.94, 0.87)
BLUES: Final = ((0.10, 0.22, 0.46), (0.20, 0.38, 0.60), (0.46, 0.62, 0.72), (0.72, 0.79, 0.78))
"""Of the stripes in a wave."""
WAVES: Final = (
    (1.62, 0.16, 1.1, 0.3), (1.80, 0.26, 0.85, 1.9), (2.02, 0.36, 0.70, 0.6), (2.30, 0.44, 0.58, 2.6),
    (2.66, 0.40, 0.66, 4.4),
)  # fmt: skip
"""From far to near: where they stand on the sheet, how high, how many there are in a unit, and which is first."""


def wave(width: int) -> Plane:
    """The print, `width` pixels wide, 4:3."""
    sheet = Sheet.of(width)
    shown = _sky(sheet)
    for number, (base, height, pace, begin) in enumerate(WAVES):
        shown = _row(sheet, shown, (base, height, pace, begin), number)
    grain = 0.035 * fractal(sheet.x * 1.5, sheet.y * 40, 91, 3)[..., None]
    return np.clip(shown + grain, 0, 1).astype(np.float32)


def _sky(sheet: Sheet) -> Plane:
    """A pale sky that darkens upwards and at the horizon, clouds in bands, and a mountain with snow on it."""
    fading: tuple[tuple[float, tuple[float, float, float]], ...] = (
        (0.0, (0.44, 0.52, 0.58)), (0.35, (0.86, 0.82, 0.70)), (1.1, (0.93, 0.86, 0.70)), (1.7, (0.84, 0.66, 0.52)),
    )  # fmt: skip
    shown = ramp(sheet.y, fading)
    drift = np.sin(sheet.x * 1.7 + 1) * 0.10 + 0.10 * fractal(sheet.x * 1.5, sheet.y * 2, 92, 3)
    for at in (0.45, 0.72, 0.98):
        band = np.abs(sheet.y - at - drift) - 0.055 * (1 + np.sin(sheet.x * 2.1 + 9 * at))
        shown = mix(shown, (0.97, 0.93, 0.84), sheet.cover(band))
        shown = mix(shown, INK, 0.5 * smooth(0.012, 0.005, np.abs(band)))
    side = np.abs(sheet.x - 2.75)
    edge = 0.72 + 0.62 * side**0.85 + 0.02 * noise(sheet.x * 9, sheet.y * 3, 93)
    shown = mix(shown, (0.30, 0.42, 0.54), sheet.cover(edge - sheet.y))
    snow = sheet.y - 1.02 - 0.14 * noise(sheet.x * 8, sheet.y * 1.5, 94)
    shown = mix(shown, FOAM, sheet.cover(edge - sheet.y) * sheet.cover(snow))
    return mix(shown, INK, smooth(0.016, 0.008, np.abs(edge - sheet.y)))


def _row(sheet: Sheet, shown: Plane, of: tuple[float, float, float, float], number: int) -> Plane:
    """A row of waves that lean over: stripes along the crest, claws of foam at it."""
    base, height, pace, begin = of
    lean = 0.55 * np.clip(base - sheet.y, -0.4, 0.6)
    phase = 2 * np.pi * pace * (sheet.x + lean) + begin
    crest = base - height * (2 * np.abs(np.sin(phase / 2)) ** 2.6 - 0.6) - 0.05 * np.sin(2.7 * phase)
    below = sheet.y - crest
    stripe = below * 11 + 1.1 * np.sin(phase) + 0.5 * noise(sheet.x * 2, sheet.y * 2, 95 + number)
    shade = np.array(BLUES, np.float32)[np.clip(np.floor(stripe) % 4, 0, 3).astype(int)]
    lines = np.abs(stripe - np.round(stripe)) / 11
    shade = mix(shade, INK, smooth(0.010, 0.004, lines))
    fingers = np.abs(np.sin(phase * 6 + 7 * below)) * (0.6 + 0.5 * noise(sheet.x * 6, sheet.y * 6, 99 + number))
    foam = below - (0.05 + 0.16 * height / 0.4 * np.clip(fingers, 0, 1))
    shade = mix(shade, FOAM, sheet.cover(foam))
    shade = mix(shade, INK, smooth(0.013, 0.006, np.abs(foam)))
    shown = mix(shown, shade, sheet.cover(-below))
    shown = mix(shown, INK, smooth(0.016, 0.008, np.abs(below)))
    spray = smooth(0.52, 0.58, noise(sheet.x * 17, sheet.y * 17, 105 + number)) * smooth(-0.26, -0.03, below)
    return mix(shown, FOAM, spray * (below < -0.015))
