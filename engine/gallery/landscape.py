"""A landscape that was never photographed: `(width) => picture [h, w, 3]`. Mountains, a lake that mirrors them, firs.

The land is a height field, seen from a low hill: every column of the picture walks away from the eye, and a pixel shows
the first ground that rises above all ground before it (Freeman 1992's floating horizon).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from engine.paintings.procedural_painting import ACROSS, Colour, Plane, Sheet, finish, fractal, mix, noise, ramp, smooth

HORIZON = 1.62  # on the sheet
LENS = 4.3  # in sheet units: how far the eye is from the sheet
EYE = 0.075  # km above the lake
NEAR, FAR, STEPS = 0.9, 14.0, 640  # km, km, samples along a line of sight
SUN = (-0.80, 0.36, -0.16)  # towards the sun: right, up, away
SUNLIGHT: Colour = (1.42, 1.06, 0.74)
SKYLIGHT: Colour = (0.36, 0.45, 0.62)
HAZE: Colour = (0.80, 0.80, 0.84)
PEAKS = 130  # the seed of the mountains, chosen by looking


def landscape(width: int) -> Plane:
    """The picture, `width` pixels wide."""
    sheet = Sheet.of(width)
    heavens = sky(sheet)
    ground = march_columns(sheet)
    shown = mix(heavens, ground.colour, ground.cover)
    shown = woods(shown, sheet, ground)
    shown = lake(shown, sheet, ground.water)
    return finish(bank(shown, sheet), seed=3, grain=0.006)


def sky(sheet: Sheet) -> Plane:
    """Evening light from blue above to warm at the horizon, with clouds on a plane overhead, lit from the left."""
    height = np.clip((HORIZON - sheet.y) / HORIZON, 0, 1)
    stops: tuple[tuple[float, Colour], ...] = (
        (0.0, (1.0, 0.86, 0.68)),
        (0.2, (0.93, 0.84, 0.78)),
        (0.5, (0.58, 0.72, 0.86)),
        (1.0, (0.22, 0.43, 0.70)),
    )
    glow = np.exp(-(np.hypot((sheet.x - 0.35) / 1.5, (sheet.y - 1.15) / 0.8) ** 2))
    base = mix(ramp(height, stops), (1.0, 0.88, 0.62), 0.75 * glow)
    depth = 1 / (height + 0.16)
    u, v = (sheet.x - 2) * depth * 0.55, depth * 1.5
    density = fractal(u, v, 21, 6)
    thick = smooth(0.02, 0.5, density + 0.10)
    towards = smooth(-0.25, 0.35, density - fractal(u - 0.22, v + 0.1, 21, 4))
    lit = mix(np.broadcast_to(np.array((0.66, 0.66, 0.76), np.float32), base.shape), (1.0, 0.95, 0.87), towards)
    return mix(base, lit, 0.88 * thick * smooth(0.02, 0.2, height))


@dataclass(frozen=True)
class Ground:
    """What the walk saw: colours [h, w, 3], how much of a pixel is land or water, water, distance, and where."""

    colour: Plane
    cover: Plane
    water: Plane
    distance: Plane
    level: Plane


def heights(x: Plane, z: Plane) -> Plane:
    """The land's height over the lake in km, at x km to the right and z km away; below 0 is lake."""
    bend = 0.5 * noise(x * 0.35, z * 0.35, 5)
    shore = 2.9 + 1.1 * noise(x * 0.4, z * 0.1, 6) - 0.35 * np.abs(x)
    rise = smooth(0.0, 5.2, z - shore)
    peaks = fractal(x * 0.36 + bend + 0.55, z * 0.36 - 0.2, PEAKS, 7, ridged=True)
    hills = fractal(x * 0.9, z * 0.9, 50, 4)
    sides = smooth(0.55, 1.5, np.abs(x + 0.12) / (0.34 * z + 0.35)) * smooth(0.9, 2.2, z)
    summit = np.clip(1 - np.hypot((x - 0.5) / 2.6, (z - 8.4) / 3.4), 0, 1)
    land = rise * (0.05 + 1.5 * peaks**1.5 + 0.10 * hills + 1.5 * summit * (0.2 + 1.1 * peaks))
    height: Plane = land + sides * (0.16 + 0.22 * hills) - 0.05 * (1 - smooth(-0.35, 0.25, z - shore)) * (1 - sides)
    return height


def march_columns(sheet: Sheet) -> Ground:
    """See the land from the eye, column by column."""
    width = sheet.x.shape[1]
    away = NEAR * (FAR / NEAR) ** np.linspace(0, 1, STEPS, dtype=np.float32)[:, None]
    x = ((sheet.x[:1] - ACROSS / 2) / LENS) * away
    z = np.broadcast_to(away, x.shape)
    raw = heights(x, z)
    level = np.maximum(raw, 0)
    on_sheet = HORIZON - LENS * (level - EYE) / away
    crest = np.minimum.accumulate(on_sheet, 0)  # falls with every step: the floating horizon
    colours = terrain_colours(x, z, raw)
    rows = sheet.y[:, 0]
    index = np.stack([np.searchsorted(-crest[:, k], -rows) for k in range(width)], 1)
    step, column = np.minimum(index, STEPS - 1), np.arange(width)[None]
    before = np.maximum(step - 1, 0)
    risen = crest[before, column] - crest[step, column]
    part = np.clip((crest[before, column] - sheet.y) / np.maximum(risen, 1e-6), 0, 1)  # between two samples
    cover = sheet.cover(crest[-1:] - sheet.y)
    cover = np.where(index < STEPS, 1, cover)
    wet = np.where(index < STEPS, (raw <= 0)[step, column], False)
    return Ground(
        mix(colours[before, column], colours[step, column], part),
        cover,
        wet.astype(np.float32),
        z[step, column],
        np.where(wet, 0, level[step, column]),
    )


def terrain_colours(x: Plane, z: Plane, level: Plane) -> Plane:
    """The land's colours [..., 3]: meadow, forest, rock and snow by height and slope, in the sun, behind the haze."""
    slope_x = np.gradient(level, axis=1) / np.gradient(x, axis=1)
    slope_z = np.gradient(level, axis=0) / np.gradient(z, axis=0) - slope_x * x / z  # x grows along a line of sight
    steep = np.hypot(slope_x, slope_z)
    length = np.sqrt(1 + steep**2)
    sun = np.array(SUN, np.float32) / np.linalg.norm(SUN)
    light = np.clip((-slope_x * sun[0] + sun[1] - slope_z * sun[2]) / length, 0, 1)
    # On a cliff neither x nor z changes much: there the height draws the layers of the rock.
    patches = 0.6 * fractal(x * 3, z * 3, 60, 4) + 0.75 * fractal(x * 5 + 2 * level, level * 9 - x, 64, 4)
    speckle = noise(x * 60, z * 60, 70) * smooth(6, 1, z)
    rock = ramp(patches, ((-0.45, (0.15, 0.15, 0.19)), (0.0, (0.36, 0.32, 0.32)), (0.45, (0.56, 0.49, 0.43))))
    trees = smooth(0.75, 0.5, level + 0.18 * patches) * smooth(1.5, 0.9, steep)
    ground = mix(rock, (0.10, 0.17, 0.10), trees)
    meadow = smooth(-0.05, 0.3, patches) * smooth(0.7, 0.3, steep) * smooth(0.6, 0.2, level)
    ground = mix(ground, (0.36, 0.42, 0.16), 0.9 * meadow)
    ground = ground * (1 + 0.35 * speckle[..., None])
    snow = smooth(0.62, 1.0, level + 0.3 * patches) * smooth(2.9, 1.3, steep)
    ground = mix(ground, (0.90, 0.92, 0.97), snow)
    shaded = ground * (np.array(SKYLIGHT, np.float32) + np.array(SUNLIGHT, np.float32) * light[..., None])
    return mix(shaded, HAZE, 1 - np.exp(-0.11 * np.maximum(z - 1.2, 0) * np.exp(-0.65 * level)))


def woods(picture: Plane, sheet: Sheet, ground: Ground) -> Plane:
    """Firs on the shores, the far ones first and paler."""
    chance = np.random.default_rng(9)
    height, width = ground.level.shape
    rows, columns = chance.integers(0, height, 9000), chance.integers(0, width, 9000)
    distance, level = ground.distance[rows, columns], ground.level[rows, columns]
    grown = (level > 0.004) & (level < 0.5) & (ground.cover[rows, columns] == 1) & (distance > 1) & (distance < 7)
    places = np.flatnonzero(grown)
    order = places[np.argsort(-distance[places])]
    canvas = Big(picture)
    for one in order:
        away = float(distance[one])
        tall = (0.05 + 0.025 * chance.random()) * LENS / away
        veil = 1 - np.exp(-0.10 * away)
        canvas.fir((columns[one] + 0.5) * sheet.pixel, (rows[one] + 0.5) * sheet.pixel, tall, veil, chance)
    return canvas.picture()


class Big:
    """A picture at twice its size, to draw on with smooth edges."""

    def __init__(self, picture: Plane) -> None:
        height, width = picture.shape[:2]
        pixels = (np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8)
        self.drawn = Image.fromarray(pixels).resize((2 * width, 2 * height), Image.Resampling.BICUBIC)
        self.pen = ImageDraw.Draw(self.drawn)
        self.unit = 2 * width / ACROSS

    def fir(self, x: float, foot: float, tall: float, veil: float, chance: np.random.Generator) -> None:
        """A fir with drooping branches, lit from the left; `veil` in [0, 1] is how much haze lies before it."""
        size, tip = tall * self.unit, (x * self.unit, (foot - tall) * self.unit)
        tiers = int(np.clip(size / 7, 3, 80))
        warm = chance.uniform(-0.03, 0.05)
        for tier in range(tiers):
            part = (tier + 0.6) / tiers
            y = tip[1] + size * part * 0.96
            for side in (-1, 1):
                reach = size * (0.02 + 0.21 * part) * chance.uniform(0.5, 1.2)
                droop = size * chance.uniform(0.02, 0.06) + reach * 0.25
                light = (0.36 if side < 0 else 0.2) + chance.uniform(-0.22, 0.26)
                leaf = np.array((0.06 + warm, 0.13, 0.08), np.float32) + light * np.array(
                    (0.30, 0.30, 0.12), np.float32
                )
                tone = leaf + (np.array(HAZE, np.float32) * 0.86 - leaf) * veil
                top = (tip[0], y - size / tiers * 1.5)
                self.pen.polygon(
                    [top, (tip[0] + side * reach, y + droop), (tip[0] + side * reach * 0.45, y + droop * 0.45),
                     (tip[0], y + size / tiers * 0.7)],
                    fill=tuple(int(255 * min(1.0, max(0.0, float(band)))) for band in tone),
                )  # fmt: skip

    def picture(self) -> Plane:
        """What was drawn, [h, w, 3] in [0, 1] at the picture's size."""
        half = self.drawn.resize((self.drawn.width // 2, self.drawn.height // 2), Image.Resampling.BOX)
        return np.asarray(half, np.float32) / 255


def lake(picture: Plane, sheet: Sheet, water: Plane) -> Plane:
    """Mirror what stands above the horizon into the water, under ripples that grow towards the eye."""
    below = np.clip(sheet.y - HORIZON, 0, None)
    depth = 1 / (below + 0.03)
    ripple = fractal(sheet.x * depth * 1.6, depth * 9, 80, 4)
    gust = smooth(0.05, 0.4, fractal(sheet.x * 0.7, depth * 0.8, 90, 3))
    shake = ripple * (0.012 + 0.10 * below) * (0.35 + gust)
    rows = np.clip((2 * HORIZON - sheet.y + shake) / sheet.pixel, 0, picture.shape[0] - 1).astype(np.int64)
    columns = np.clip((sheet.x + 0.25 * shake) / sheet.pixel, 0, picture.shape[1] - 1).astype(np.int64)
    mirrored = picture[rows, columns]
    deep = smooth(0.1, 1.4, below) * 0.45 + 0.12
    wet = mix(mirrored, (0.05, 0.15, 0.20), deep)
    wet = mix(wet, (0.95, 0.86, 0.72), 0.35 * gust * smooth(0.1, 0.7, ripple))
    return mix(picture, wet, water)


def bank(picture: Plane, sheet: Sheet) -> Plane:
    """The near shore: grass and stones at the bottom, and tall firs at both sides."""
    chance = np.random.default_rng(14)
    canvas = Big(picture)
    for x, foot, tall in (
        (3.42, 2.75, 1.35),
        (3.86, 2.85, 2.35),
        (0.18, 2.8, 1.15),
        (3.62, 2.9, 1.7),
        (0.02, 2.9, 1.6),
    ):
        canvas.fir(x, foot, tall, 0.02, chance)
    shown = canvas.picture()
    edge = 2.70 - 0.17 * np.square((sheet.x - 1.7) / 1.7) + 0.05 * fractal(sheet.x * 1.4, sheet.x * 0, 100, 4)
    lean = 1.5 * noise(sheet.x * 3, sheet.y * 2, 104)
    blades = np.abs(noise(sheet.x * 46 + 2 * lean, sheet.y * 6 - lean, 101))
    inside = sheet.cover(edge - 0.07 * (1 - blades) ** 3 - sheet.y)
    patch = fractal(sheet.x * 2.2, sheet.y * 5, 102, 5)
    depth = np.clip((sheet.y - edge) / 0.4, 0, 1)
    grass = ramp(
        patch + 0.7 * (0.5 - blades), ((-0.5, (0.07, 0.12, 0.05)), (0.1, (0.25, 0.31, 0.10)), (0.6, (0.62, 0.58, 0.24)))
    )
    flowers = smooth(0.62, 0.72, noise(sheet.x * 16, sheet.y * 26, 103)) * smooth(-0.1, 0.25, patch)
    grass = mix(grass * (1.12 - 0.55 * depth[..., None]), (0.93, 0.80, 0.62), 0.8 * flowers)
    return mix(shown, grass, inside)
