"""A woodcut: `width => picture [h, w, 3]`. Black ink on paper; lines cut along the ground, thick where it is dark."""

from __future__ import annotations

from typing import Final

import numpy as np

from engine.paintings.motif import HORIZON, SUN, TREES
from engine.paintings.procedural_painting import Plane, Sheet, fractal, mix, noise, smooth

PAPER: Final = (0.93, 0.88, 0.77)
INK: Final = (0.07, 0.06, 0.07)
RED: Final = (0.74, 0.20, 0.13)


def woodcut(width: int) -> Plane:
    """The print, `width` pixels wide, 4:3."""
    sheet = Sheet.of(width)
    wobble = 0.6 * fractal(sheet.x * 2.2, sheet.y * 2.2, 71, 3)
    ink = _sky(sheet, wobble)
    ink = np.where(sheet.y > HORIZON, _river(sheet, wobble), ink)
    for base, seed in ((1.25, 11), (1.42, 12), (2.0, 13), (2.55, 14)):
        ink = _hill(sheet, ink, wobble, base, seed)
    for number, (x, foot, radius) in enumerate(TREES):
        ink = _tree(sheet, ink, (x, foot - 1.35 * radius), radius, number)
    fibres = 0.04 * fractal(sheet.x * 3, sheet.y * 60, 72, 3)[..., None]
    shown = mix(np.broadcast_to(np.array(PAPER, np.float32), (*sheet.x.shape, 3)) + fibres, INK, ink)
    sun = sheet.cover(np.hypot(sheet.x - SUN[0], sheet.y - SUN[1] + 0.3) - 0.34) * (1 - ink)
    worn = smooth(-0.55, -0.4, noise(sheet.x * 22, sheet.y * 22, 73))
    return np.clip(mix(shown, RED, sun * worn), 0, 1).astype(np.float32)


def cut_lines(phase: Plane, dark: Plane, edge: Plane | float) -> Plane:
    """Ink [h, w] of lines, one at every unit of the phase, as wide as it is dark there, all in [0, 1]."""
    away = np.abs(phase - np.floor(phase) - 0.5) * 2
    slope = 2 * np.hypot(*np.gradient(phase)) + 1e-6
    inside: Plane = np.clip(0.5 + (dark - away) / np.maximum(slope, edge), 0, 1)
    return inside


def _sky(sheet: Sheet, wobble: Plane) -> Plane:
    """Rays around the sun, broken by clouds."""
    dx, dy = sheet.x - SUN[0], sheet.y - SUN[1] + 0.3
    away = np.hypot(dx, dy)
    rings = cut_lines(away * 13 + 1.2 * wobble, np.clip(0.10 + 0.28 * away + 0.25 * wobble, 0.06, 0.92), 0.02)
    cloud = fractal(sheet.x * 1.0, sheet.y * 2.4, 74, 4) + 0.2 * np.sin(3 * sheet.x) - 0.12
    puffs = cut_lines(cloud * 9 + 0.2, np.clip(0.55 - 0.9 * cloud, 0.05, 0.6), 0.02)
    return np.where(cloud > 0, puffs, rings)


def _river(sheet: Sheet, wobble: Plane) -> Plane:
    depth = np.clip(sheet.y - HORIZON, 1e-3, None)
    phase = 26 * depth**0.7 + 1.6 * noise(sheet.x * 3, sheet.y * 3, 75) + wobble
    lit = np.exp(-np.square((sheet.x - SUN[0]) / 0.35))
    return cut_lines(phase, np.clip(0.62 - 0.5 * lit + 0.3 * wobble, 0.05, 0.9), 0.02)


def _hill(sheet: Sheet, ink: Plane, wobble: Plane, base: float, seed: int) -> Plane:
    """A hill whose lines run down its side, with a black outline."""
    slope = 0.30 * (seed % 2 * 2 - 1) * (sheet.x / 2 - 1)
    edge = base - 0.42 * fractal(sheet.x * 0.6 + seed, sheet.x * 0, seed, 4) + slope
    below = sheet.y - edge
    lean = (seed % 3 - 1) * 0.9
    phase = 15 * (sheet.x + lean * below + 0.10 * wobble) + 3 * np.sqrt(np.clip(below, 0, None))
    dark = np.clip(0.30 + 0.55 * fractal(sheet.x * 1.1, sheet.y * 1.1, seed + 20, 3) + 0.25 * below, 0.08, 0.95)
    lines = np.maximum(cut_lines(phase, dark, 0.02), smooth(0.035, 0.02, below))
    return np.where(below > 0, lines, ink)


def _tree(sheet: Sheet, ink: Plane, at: tuple[float, float], radius: float, seed: int) -> Plane:
    """A crown of short curved cuts, white where the sun falls, and a black trunk."""
    dx, dy = sheet.x - at[0], sheet.y - at[1]
    away = np.hypot(dx, dy) / radius - 0.32 * noise(sheet.x * 3.4, sheet.y * 3.4, 80 + seed)
    leaves = 2.4 * noise(sheet.x * 7, sheet.y * 7, 85 + seed)
    dark = np.clip(0.62 - 0.55 * (dx - dy) / radius, 0.12, 0.97)
    crown = np.maximum(cut_lines(away * 7 + leaves, dark, 0.02), smooth(0.93, 0.97, away))
    trunk = sheet.cover(np.maximum(np.abs(dx) - 0.08 * radius, np.abs(dy - 1.1 * radius) - 0.5 * radius))
    return np.where(away < 1, crown, np.maximum(ink * (away > 1.04), trunk))
