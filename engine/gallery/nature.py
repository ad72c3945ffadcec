"""Places that never were: `(width) => picture [h, w, 3]`. A horizon over fields, the open sea, leaves from near by."""

from __future__ import annotations

from typing import Final

import numpy as np
from PIL import Image, ImageDraw

from engine.gallery.skies import Deck, Light, Sky, Stops, paint_sky
from engine.paintings.procedural_painting import (
    ACROSS,
    DOWN,
    Colour,
    Plane,
    Sheet,
    finish,
    fractal,
    mix,
    noise,
    ramp,
    smooth,
)

LINE: Final = 1.72
"""Where the horizon lies on the sheet."""
SEA: Final = 1.30
FOLIAGE: Final = 1500
"""Leaves, from the darkest behind to the lightest in front."""
WAVES: Final[Stops] = (
    (0.0, (0.02, 0.13, 0.20)),
    (0.5, (0.10, 0.33, 0.42)),
    (0.8, (0.42, 0.62, 0.66)),
    (1.0, (0.86, 0.88, 0.84)),
)
"""From what turns away from the sky to what mirrors it."""
EVENTIDE: Final = Sky(
    heavens=(
        (0.0, (0.30, 0.46, 0.70)),
        (0.9, (0.62, 0.72, 0.82)),
        (1.5, (0.95, 0.84, 0.70)),
        (1.8, (0.99, 0.88, 0.68)),
    ),
    light=Light((-0.5, 0.3, 0.5)),
    decks=(Deck(0.36, 0.9, 1.0, 122, 0.85),),
    glow=(0.9, 1.65, 1.2, (1.0, 0.93, 0.74)),
)
OFFSHORE: Final = Sky(
    heavens=((0.0, (0.26, 0.45, 0.70)), (0.9, (0.66, 0.77, 0.85)), (1.35, (0.97, 0.90, 0.78))),
    decks=(Deck(0.34, 0.8, 1.0, 134, 0.85),),
    glow=(2.7, 1.1, 1.0, (1.0, 0.96, 0.82)),
)


def horizon(width: int) -> Plane:
    """Flat fields up to a line of woods, under a wide evening sky."""
    sheet = Sheet.of(width)
    shown = fields(paint_sky(EVENTIDE, width), sheet)
    for number, (lift, colour) in enumerate(((0.055, (0.46, 0.50, 0.58)), (0.045, (0.24, 0.30, 0.30)))):
        crowns = lift * (1 + fractal(sheet.x * (5 + 6 * number), sheet.x * 0, 140 + number, 5))
        clump = smooth(-0.35, 0.1, noise(sheet.x * 1.1, sheet.x * 0 + number, 150))
        inside = sheet.cover(np.maximum(LINE - crowns * clump - sheet.y, sheet.y - LINE - 0.012))
        shown = mix(shown, colour, inside)
    return finish(shown, seed=6, grain=0.006)


def fields(picture: Plane, sheet: Sheet) -> Plane:
    """Stubble in rows that meet far away, and a path."""
    below = np.clip(sheet.y - LINE, 1e-3, None)
    depth = 0.5 / below
    across = (sheet.x - 2.35) * depth
    patch = fractal(across * 0.22, depth * 0.30, 141, 4)
    rows = np.sin(across * 13 + 1.5 * fractal(across, depth * 0.6, 142, 3)) * smooth(9, 1.5, depth)
    straw = fractal(across * 9, depth * 26, 143, 4) * smooth(12, 1, depth)
    tone = 0.5 * patch + 0.22 * rows + 0.35 * straw
    ground = ramp(tone, ((-0.6, (0.28, 0.27, 0.13)), (0.0, (0.60, 0.52, 0.27)), (0.55, (0.90, 0.78, 0.46))))
    green = smooth(0.02, 0.22, noise(across * 0.10 + 3, depth * 0.34, 144))
    ground = mix(ground, ground * np.array((0.62, 0.86, 0.52), np.float32), green)
    path = smooth(
        0.34, 0.22, np.abs(across - 0.25 - 0.4 * np.sin(depth * 0.5)) + 0.05 * fractal(across * 5, depth * 9, 145, 3)
    )
    ground = mix(ground, (0.74, 0.64, 0.48), 0.8 * path)
    far = 1 - np.exp(-0.035 * depth)
    return mix(picture, mix(ground, (0.88, 0.80, 0.66), far), sheet.cover(LINE - sheet.y))


def water(width: int) -> Plane:
    """The open sea with the sun on it."""
    sheet = Sheet.of(width)
    heavens = paint_sky(OFFSHORE, width)
    below = np.clip(sheet.y - SEA, 1e-3, None)
    depth = 0.42 / below
    across = (sheet.x - 2.7) * depth
    swell = fractal(across * 0.7 + 0.5 * depth, depth * 2.4, 131, 6) * 1.4
    chop = fractal(across * 4.2, depth * 13, 132, 4) * smooth(14, 0.8, depth)
    nearing = np.minimum(np.gradient(depth, axis=0), -1e-4)
    slope = np.gradient(swell + 0.30 * chop, axis=0) / nearing * np.minimum(depth, 3)
    tilt = np.clip(0.46 + 0.11 * slope, 0, 1)
    shown = ramp(
        tilt,
        ((0.0, (0.02, 0.13, 0.20)), (0.5, (0.10, 0.33, 0.42)), (0.8, (0.42, 0.62, 0.66)), (1.0, (0.86, 0.88, 0.84))),
    )
    shown = mix(shown, (0.14, 0.46, 0.44), 0.55 * smooth(0.1, 0.7, swell) * smooth(2.5, 0.5, depth))
    glitter = smooth(0.60, 0.85, tilt + 0.18 * chop) * np.exp(-np.square((sheet.x - 2.7) / (0.25 + 0.55 * below)))
    shown = mix(shown, (1.0, 0.95, 0.80), 0.9 * glitter)
    foam = (
        smooth(0.40, 0.62, swell + 0.25 * chop)
        * smooth(0.0, 0.5, fractal(across * 6, depth * 12, 133, 4))
        * smooth(4, 1, depth)
    )
    shown = mix(shown, (0.95, 0.97, 0.96), 0.85 * foam)
    shown = mix(shown, (0.74, 0.78, 0.80), (1 - np.exp(-0.05 * depth)))
    return finish(mix(heavens, shown, sheet.cover(SEA - sheet.y)), seed=7, grain=0.006)


def leaves(width: int) -> Plane:
    """A tree's crown from near by: leaf over leaf, those in front in the sun."""
    chance = np.random.default_rng(151)
    sheet = Sheet.of(width)
    light = fractal(sheet.x * 0.8, sheet.y * 0.8, 152, 3)
    deep = ramp(light, ((-0.5, (0.02, 0.06, 0.05)), (0.1, (0.06, 0.16, 0.09)), (0.5, (0.40, 0.55, 0.42))))
    fine = Image.fromarray((np.clip(deep, 0, 1) * 255).astype(np.uint8)).resize((2 * width, 2 * deep.shape[0]))
    pen, unit = ImageDraw.Draw(fine), 2 * width / ACROSS
    for number in range(FOLIAGE):
        near = number / FOLIAGE
        x, y = chance.uniform(-0.2, ACROSS + 0.2), chance.uniform(-0.2, DOWN + 0.2)
        sunny = noise(np.array([x * 0.9]), np.array([y * 0.9]), 153)[0]
        bright = near + 0.35 * sunny + chance.normal(0, 0.10)
        leaf(pen, unit, (x, y), 0.12 + 0.20 * near, float(np.clip(bright, 0, 1)), chance)
    shown = np.asarray(fine.resize((width, deep.shape[0]), Image.Resampling.BOX), np.float32) / 255
    far = smooth(-0.1, 0.5, light)[..., None] * 0.10
    return finish(shown * (1 - far) + far * np.array((1.0, 0.98, 0.75), np.float32), seed=8, grain=0.006, vignette=0.25)


def leaf(
    pen: ImageDraw.ImageDraw,
    unit: float,
    at: tuple[float, float],
    long: float,
    bright: float,
    chance: np.random.Generator,
) -> None:
    """A pointed leaf with two halves, a rib and veins; `unit` is the pixels of a sheet unit."""
    turn = chance.normal(1.2, 0.7)
    ahead = np.array((np.cos(turn), np.sin(turn))) * long
    aside = np.array((-ahead[1], ahead[0])) * chance.uniform(0.20, 0.34) * chance.choice((0.55, 1))
    along = np.linspace(0, 1, 13)
    swell = np.sin(np.pi * along**0.8) ** 0.85
    rib = np.asarray(at) + along[:, None] * ahead + 0.10 * np.sin(np.pi * along)[:, None] * aside
    warm = chance.uniform(-0.04, 0.10)
    for side, gain in ((1, 1.0), (-1, 0.78)):
        edge = rib + side * swell[:, None] * aside
        pen.polygon(_points(np.concatenate([rib, edge[::-1]]), unit), fill=_byte(_green(gain * bright, warm)))
        for vein in (3, 5, 7, 9):
            ends = np.stack([rib[vein], rib[vein + 2] * 0.25 + edge[vein + 2] * 0.75])
            pen.line(_points(ends, unit), fill=_byte(_green(gain * bright * 0.86, warm)), width=_stroke(0.004 * unit))
    middle = _byte(_green(min(1.0, bright * 1.12 + 0.06), warm))
    pen.line(_points(rib, unit), fill=middle, width=_stroke(0.009 * unit))


def _points(places: Plane, unit: float) -> list[tuple[float, float]]:
    return [(float(x * unit), float(y * unit)) for x, y in places]


def _stroke(width: float) -> int:
    return max(1, round(width))


def _green(bright: float, warm: float) -> Plane:
    stops: tuple[tuple[float, Colour], ...] = (
        (0.0, (0.03, 0.09, 0.07)), (0.35, (0.09, 0.26, 0.12)), (0.7, (0.33, 0.52, 0.16)), (1.0, (0.78, 0.84, 0.36)),
    )  # fmt: skip
    return ramp(np.asarray(bright, np.float32), stops) + np.array((warm, 0.3 * warm, -0.3 * warm), np.float32)


def _byte(colour: Plane) -> tuple[int, ...]:
    return tuple(int(255 * band) for band in np.clip(colour, 0, 1))
