"""An ink drawing: `(width) => picture [h, w, 3]`. A jug with olive twigs, a pear, an apple, grapes; lines on paper.

Engraved as copperplates are: every line follows the form it lies on and swells where the form is dark. Bodies are
turned on a lathe, a profile around an upright axis, and seen from slightly above.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from engine.paintings.procedural_painting import Colour, Plane, Sheet, blur, finish, fractal, mix, noise, ramp, smooth

INK: Colour = (0.13, 0.11, 0.14)
TABLE = 1.72  # where the table's far edge lies on the sheet
TILT = 0.26  # how much a level circle opens, seen from above
LIGHT = (-0.60, -0.45, 0.66)  # towards the light: right, down, to the eye
SUNK = 0.078  # a level circle is drawn this part of the body's radius higher, so that bodies stay where they are put
SPACING = 0.030  # between two lines


@dataclass(frozen=True)
class LatheBody:
    """A body turned on a lathe: its axis, its top and foot, and radii at equal steps from top to foot."""

    x: float
    top: float
    foot: float
    radii: tuple[float, ...]
    dark: float = 0.0
    """Its own colour: 0 is paper, 1 is ink."""


JUG = LatheBody(
    1.46, 0.86, 2.22, (0.215, 0.200, 0.195, 0.225, 0.350, 0.465, 0.520, 0.520, 0.470, 0.375, 0.290, 0.300), 0.10
)
PEAR = LatheBody(
    2.36, 1.32, 2.36, (0.070, 0.115, 0.138, 0.152, 0.178, 0.230, 0.290, 0.325, 0.330, 0.300, 0.235, 0.140), 0.04
)
APPLE = LatheBody(0.70, 1.88, 2.50, (0.150, 0.265, 0.320, 0.345, 0.352, 0.345, 0.322, 0.282, 0.225, 0.150), 0.24)
GRAPES = (
    (2.84, 2.28), (3.04, 2.24), (3.24, 2.30), (2.94, 2.40), (3.15, 2.42), (3.36, 2.42), (2.80, 2.50), (3.02, 2.53),
    (3.24, 2.55), (3.44, 2.54), (2.90, 2.63), (3.12, 2.66),
)  # fmt: skip
TWIGS = (
    ((1.40, 0.84), (1.22, 0.45), (0.86, 0.20)),
    ((1.46, 0.84), (1.52, 0.40), (1.74, 0.10)),
    ((1.54, 0.84), (1.86, 0.60), (2.30, 0.52)),
)


@dataclass
class Plate:
    """The plate as it is cut: how much ink [h, w] lies on it."""

    sheet: Sheet
    ink: Plane
    drift: Plane
    shake: Plane
    swell: Plane
    mottle: Plane

    @classmethod
    def of(cls, sheet: Sheet) -> Plate:
        """Nothing cut yet; the hand's drift, shake and pressure are drawn once for all shapes."""
        x, y = sheet.x, sheet.y
        return cls(
            sheet,
            ink=np.zeros_like(x),
            drift=0.12 * noise(x * 2.5, y * 2.5, 16),
            shake=0.10 * noise(x * 17, y * 17, 17),
            swell=0.30 + 0.13 * noise(x * 3.1, y * 3.1, 15),
            mottle=0.10 * fractal(x * 5, y * 5, 22, 3),
        )

    def engrave(self, inside: Plane, along: Plane, tone: Plane, cross: Plane | None = None) -> None:
        """Fill a shape with lines of equal `along`, as thick as `tone` in [0, 1] asks; `cross` adds a second set."""
        cut = self.lines(along, tone)
        if cross is not None:
            cut = np.maximum(cut, self.lines(cross, smooth(0.42, 1.1, tone)))
        self.ink = self.ink * (1 - inside) + cut * inside

    def lines(self, along: Plane, tone: Plane) -> Plane:
        """Ink [h, w] of lines one unit of `along` apart, thicker where `tone` is darker, gone where it is light."""
        down, right = np.gradient(along, self.sheet.pixel)
        blurred = self.sheet.pixel * np.maximum(np.hypot(down, right), 1e-3)  # lines per pixel
        apart = np.abs((along + self.drift) % 1 - 0.5)
        half = 0.46 * np.clip(tone - 0.08 + self.shake * smooth(0.02, 0.15, tone), 0, 1) ** 0.9
        clear = smooth(0.8, 0.4, blurred)  # lines closer than pixels become their mean
        shown: Plane = np.clip((half - apart) / blurred + 0.5, 0, 1) * clear * smooth(0, 0.02, half) + 2 * half * (
            1 - clear
        )
        return shown

    def outline(self, inside: Plane, weight: float = 1.0) -> None:
        """Draw a shape's edge, now thicker, now thinner."""
        soft = blur(inside, max(0.8, 0.008 / self.sheet.pixel))
        self.ink = np.maximum(self.ink, smooth(0.5, 0.32, np.abs(soft - 0.5) + 0.5 - weight * self.swell))

    def stroke(self, distance: Plane) -> None:
        """Draw everything whose signed distance is negative."""
        self.ink = np.maximum(self.ink, self.sheet.cover(distance))


def drawing(width: int) -> Plane:
    """The picture, `width` pixels wide."""
    sheet = wobble(Sheet.of(width))
    plate = Plate.of(sheet)
    room(plate)
    for points in TWIGS:
        twig(plate, points)
    handle(plate)
    body(plate, JUG)
    mouth(plate, JUG)
    body(plate, PEAR)
    dimple(plate, PEAR)
    stalk(plate, PEAR, lean=0.10)
    body(plate, APPLE)
    dimple(plate, APPLE)
    stalk(plate, APPLE, lean=-0.08)
    for x, y in GRAPES:
        grape(plate, x, y)
    return finish(print_plate(plate), seed=6, grain=0.006, vignette=0.05)


def wobble(sheet: Sheet) -> Sheet:
    """The sheet as an unsteady hand sees it."""
    across = 0.010 * fractal(sheet.x * 1.7, sheet.y * 1.7, 11, 4)
    down = 0.010 * fractal(sheet.x * 1.7, sheet.y * 1.7, 12, 4)
    return Sheet(sheet.x + across, sheet.y + down, sheet.pixel)


def room(plate: Plate) -> None:
    """Wall and table, with the shadows that everything throws on the table to the right."""
    x, y = plate.sheet.x, plate.sheet.y
    wall = 0.30 * smooth(1.6, 3.9, x) + 0.16 * smooth(1.0, 1.75, y) + 0.05 * fractal(x, y, 18, 3)
    edge = smooth(0.04, 0.30, np.minimum(np.minimum(x, 4 - x), y))
    plate.engrave(np.ones_like(x), (x * 0.6 + y) / SPACING / 1.1, wall * edge, (x * -0.6 + y) / SPACING / 1.1)
    table = plate.sheet.cover(TABLE - y)
    thrown = np.zeros_like(x)
    for turned, wide in ((JUG, 0.60), (PEAR, 0.40), (APPLE, 0.36), (LatheBody(3.12, 2.2, 2.72, (0.4,)), 0.50)):
        u, v = x - turned.x - 0.42 * wide, y - turned.foot + 0.02
        away = np.hypot(u / (wide * 1.35), v / (wide * 0.36))
        thrown = np.maximum(thrown, smooth(1.05, 0.55, away))
    grain = 0.10 + 0.08 * fractal(x * 0.8, y * 6, 19, 4) + 0.12 * smooth(2.2, 3.0, y)
    plate.engrave(
        table, y / SPACING * 1.05 + 0.2 * noise(x * 0.7, y * 2, 20), grain + 0.75 * thrown, (y + 0.5 * x) / SPACING
    )
    plate.stroke(np.abs(y - TABLE) - 0.006)
    plate.ink = plate.ink * smooth(
        0.0, 0.14, np.minimum(np.minimum(x, 4 - x), 3 - y) + 0.03 * fractal(x * 5, y * 5, 21, 3)
    )


def body(plate: Plate, turned: LatheBody) -> None:
    """A turned body: lines run around it, and along it where it is darkest."""
    sheet = plate.sheet
    level, radius, slope = surface(sheet, turned)
    part = np.clip((sheet.x - turned.x) / np.maximum(radius, 1e-3), -1, 1)
    depth = np.sqrt(1 - part**2)
    inside = sheet.cover(
        np.maximum(np.abs(sheet.x - turned.x) - radius, np.maximum(turned.top - level, level - turned.foot))
    )
    length = np.sqrt(1 + slope**2)
    light = np.array(LIGHT, np.float32) / np.linalg.norm(LIGHT)
    facing = (part * light[0] - slope * light[1] + depth * light[2]) / length
    back = 0.22 * smooth(0.75, 1.0, part)  # the table throws light back at the dark rim
    tone = np.clip(0.62 - 0.72 * facing - back + turned.dark + plate.mottle, 0.0, 0.98)
    shine = np.hypot(part + 0.42, (level - turned.top) / (turned.foot - turned.top) - 0.34)
    tone = tone * smooth(0.06, 0.22, shine)
    around, up = level / SPACING * 1.15, np.arcsin(part) * np.max(turned.radii) / SPACING * 1.1 + level * 9
    plate.engrave(inside, around, tone, up)
    plate.outline(inside)


def grape(plate: Plate, x: float, y: float, radius: float = 0.125) -> None:
    """A ball with bloom on it: a small light, a dark belly, a pale rim below."""
    right, down = (plate.sheet.x - x) / radius, (plate.sheet.y - y) / (1.08 * radius)
    away = np.hypot(right, down)
    depth = np.sqrt(np.clip(1 - away**2, 0, 1))
    light = np.array(LIGHT, np.float32) / np.linalg.norm(LIGHT)
    facing = right * light[0] + down * light[1] + depth * light[2]
    tone = np.clip(0.92 - 0.78 * facing - 0.45 * smooth(0.80, 1.0, away) * (right + down > 0.3), 0.05, 0.96)
    tone = tone * smooth(0.10, 0.24, np.hypot(right + 0.36, down + 0.34))
    inside = plate.sheet.cover((away - 1) * radius)
    plate.engrave(
        inside, (down - 0.45 * depth) * radius / SPACING * 1.3, tone, (right - 0.3 * depth) * radius / SPACING
    )
    plate.outline(inside)


def surface(sheet: Sheet, turned: LatheBody) -> tuple[Plane, Plane, Plane]:
    """The level of the body's axis that each pixel sees, the radius there, and how the radius grows downwards."""
    at = np.linspace(turned.top, turned.foot, 256)
    knots = np.linspace(turned.top, turned.foot, len(turned.radii))
    profile = np.interp(at, knots, turned.radii)
    for _ in range(3):
        profile = np.convolve(np.pad(profile, 9, mode="edge"), np.ones(19) / 19, "valid")
    growth = np.gradient(profile, at)
    level = sheet.y
    for _ in range(6):  # a point of the near side is seen lower than its level: solved by repetition
        radius = np.interp(level, at, profile)
        near = np.sqrt(np.clip(radius**2 - (sheet.x - turned.x) ** 2, 0, None))
        level = 0.5 * level + 0.5 * (sheet.y - TILT * near + SUNK * profile.max())
    radius = np.interp(level, at, profile).astype(np.float32)
    return level.astype(np.float32), radius, np.interp(level, at, growth).astype(np.float32)


def top(sheet: Sheet, turned: LatheBody) -> tuple[Plane, float]:
    """How far each pixel is from the axis on the level circle that closes a body above, and that circle's radius."""
    centre = turned.top - SUNK * max(turned.radii)
    return np.hypot(sheet.x - turned.x, (sheet.y - centre) / TILT), turned.radii[0]


def mouth(plate: Plate, turned: LatheBody) -> None:
    """The dark opening at a body's top, and its rim."""
    sheet = plate.sheet
    away, radius = top(sheet, turned)
    rim = sheet.cover((away - radius * 1.10) * 0.5)
    plate.ink = plate.ink * (1 - rim)
    plate.outline(rim)
    hole = sheet.cover((away - radius * 0.90) * 0.5)
    tone = 0.95 - 0.5 * smooth(-0.1, 0.2, sheet.x - turned.x)
    plate.engrave(hole, sheet.y / SPACING * 1.4, tone, (sheet.x + sheet.y) / SPACING)
    plate.outline(hole, 0.8)


def dimple(plate: Plate, turned: LatheBody) -> None:
    """The hollow in which a fruit's stalk stands."""
    sheet = plate.sheet
    away, radius = top(sheet, turned)
    inside = sheet.cover((away - radius) * 0.5)
    tone = np.clip(0.75 * smooth(radius, 0.2 * radius, away) + turned.dark, 0, 0.95)
    plate.engrave(inside, away / SPACING * 0.9, tone)
    plate.outline(sheet.cover(np.maximum((away - radius) * 0.5, sheet.y - turned.top)), 0.7)


def handle(plate: Plate) -> None:
    """The jug's handle: a bent tube, drawn before the jug, which hides its ends."""
    x, y = plate.sheet.x - 1.90, plate.sheet.y - 1.32
    ring = np.hypot(x / 0.86, y)
    side = (ring - 0.33) / 0.062
    inside = plate.sheet.cover((np.abs(side) - 1) * 0.055)
    tone = np.clip(0.45 + 0.45 * side * np.sign(x + 0.1) - 0.35 * np.sqrt(np.clip(1 - side**2, 0, 1)) + 0.1, 0, 0.95)
    plate.engrave(inside, np.arctan2(y, x) * 0.33 / SPACING * 1.2, tone)
    plate.outline(inside)


def stalk(plate: Plate, turned: LatheBody, lean: float) -> None:
    """A stalk, thicker at its end."""
    x, y = plate.sheet.x, plate.sheet.y
    foot = turned.top - SUNK * max(turned.radii) + 0.02
    up = np.clip((foot - y) / 0.24, 0, 1)
    middle = turned.x + lean * up**1.6
    plate.stroke(np.maximum(np.abs(x - middle) - 0.012 - 0.012 * up**3, np.maximum(foot - 0.24 - y, y - foot)))


def twig(plate: Plate, points: tuple[tuple[float, float], ...]) -> None:
    """A bent twig with leaves at both sides, and one at its tip."""
    sheet = plate.sheet
    places = list(bend(points, 14))
    for (x, y, _, part), (end_x, end_y, _, _) in pairwise(places):
        east, south = end_x - x, end_y - y
        along = np.clip(((sheet.x - x) * east + (sheet.y - y) * south) / (east**2 + south**2), 0, 1)
        away = np.hypot(sheet.x - x - along * east, sheet.y - y - along * south)
        plate.stroke(away - 0.020 * (1 - 0.65 * part))
    for number, (x, y, turn, part) in enumerate(bend(points, 11)):
        if part < 0.22:
            continue
        side = 1 if number % 2 else -1
        spread = 0.0 if part == 1 else side * (0.75 + 0.25 * np.sin(5.0 * number))
        leaf(plate, (x, y), turn + spread, 0.34 - 0.12 * part)


def bend(points: tuple[tuple[float, float], ...], count: int) -> Iterator[tuple[float, float, float, float]]:
    """Points of a quadratic Bezier curve: x, y, the direction in radians, and the part of the way in [0, 1]."""
    first, middle, last = (np.array(point) for point in points)
    for part in np.linspace(0, 1, count):
        x, y = (1 - part) ** 2 * first + 2 * part * (1 - part) * middle + part**2 * last
        east, south = (1 - part) * (middle - first) + part * (last - middle)
        yield float(x), float(y), float(np.arctan2(south, east)), float(part)


def leaf(plate: Plate, foot: tuple[float, float], turn: float, length: float) -> None:
    """A slender leaf: two halves, one in the shade, veins running forward."""
    x, y = plate.sheet.x - foot[0], plate.sheet.y - foot[1]
    along = (x * np.cos(turn) + y * np.sin(turn)) / length
    across = (-x * np.sin(turn) + y * np.cos(turn)) / length
    wide = 0.62 * np.clip(along, 0, 1) ** 0.8 * np.clip(1 - along, 0, 1) ** 0.9 * 0.62
    inside = plate.sheet.cover(np.maximum(np.abs(across) - wide, np.maximum(-along, along - 1)) * length * 0.8)
    shade = np.where(across * np.cos(turn) > 0, 0.62, 0.20) + 0.25 * smooth(0.5, 0.0, along)
    plate.engrave(inside, (along - np.abs(across) * 0.9) * length / SPACING * 1.5, shade)
    plate.outline(inside, 0.9)
    plate.stroke(np.maximum(np.abs(across) * length - 0.006, np.maximum(-along, along - 0.96)))


def print_plate(plate: Plate) -> Plane:
    """The plate on warm laid paper, [h, w, 3]: fibres, a few stains, ink that is never quite black."""
    x, y = plate.sheet.x, plate.sheet.y
    fibre = fractal(x * 9, y * 30, 31, 4) + 0.8 * noise(x * 60, y * 80, 36)
    stain = fractal(x * 0.7, y * 0.7, 33, 4)
    paper = ramp(
        fibre * 0.35 + stain * 0.8, ((-0.7, (0.84, 0.76, 0.63)), (0.0, (0.925, 0.87, 0.76)), (0.7, (0.965, 0.93, 0.85)))
    )
    density = np.clip(plate.ink, 0, 1) * (0.93 + 0.10 * fractal(x * 22, y * 22, 37, 3))
    return mix(paper, INK, np.clip(density, 0, 1))
