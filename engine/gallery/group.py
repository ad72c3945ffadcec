"""Friends before a wood: `(width) => picture [h, w, 3]`. Five people who never were, out of balls.

A figure is a few dozen ellipsoids, each seen straight from the front: the nearest one shows, its round form takes the
light, and what stands before throws a shadow on what stands behind.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from engine.gallery.nature import leaves
from engine.paintings.procedural_painting import Colour, Plane, Sheet, blur, finish, fractal, mix, smooth

SUN: Final = (-0.55, 0.55, 0.63)
"""Towards the light: right, up, to the eye."""
LIPS: Final[Colour] = (0.66, 0.30, 0.28)
WHITE: Final[Colour] = (0.95, 0.94, 0.92)
DARK: Final[Colour] = (0.08, 0.06, 0.06)


@dataclass(frozen=True)
class Ball:
    """An ellipsoid: its middle (right, down, to the eye), its three radii, its colour, and how rough that is."""

    at: tuple[float, float, float]
    radii: tuple[float, float, float]
    colour: Colour
    rough: float = 0.0


@dataclass(frozen=True)
class Person:
    """Someone: where the head is, how large, how far forward; skin, hair and clothes."""

    x: float
    y: float
    size: float
    near: float
    skin: Colour
    hair: Colour
    cloth: Colour
    long: bool = False
    beard: bool = False
    lean: float = 0.0


FRIENDS: Final = (
    Person(0.56, 1.24, 0.39, -0.1, (0.87, 0.66, 0.53), (0.42, 0.24, 0.12), (0.24, 0.38, 0.46), long=True, lean=0.06),
    Person(1.30, 0.86, 0.39, -0.7, (0.50, 0.33, 0.24), (0.07, 0.06, 0.06), (0.76, 0.60, 0.30), beard=True, lean=0.02),
    Person(2.06, 1.30, 0.37, 0.1, (0.92, 0.74, 0.62), (0.80, 0.58, 0.28), (0.62, 0.26, 0.25), long=True, lean=-0.03),
    Person(2.78, 0.84, 0.41, -0.7, (0.80, 0.60, 0.44), (0.16, 0.11, 0.09), (0.80, 0.78, 0.72), lean=-0.02),
    Person(3.50, 1.26, 0.38, -0.1, (0.62, 0.43, 0.31), (0.12, 0.08, 0.07), (0.32, 0.43, 0.30), long=True, lean=-0.07),
)


def group(width: int) -> Plane:
    """The picture, `width` pixels wide."""
    sheet = Sheet.of(width)
    behind = leaves(width)
    behind = np.stack([blur(behind[..., band], 0.022 * width) for band in range(3)], -1) * 0.85 + 0.05
    canvas = BallRelief.of(sheet)
    for person in sorted(FRIENDS, key=lambda one: one.near):
        for ball in figure(person):
            canvas.put(ball)
    cover = blur(canvas.solid, 0.5)
    return finish(mix(behind, canvas.shade(), cover), seed=10, grain=0.008)


@dataclass
class BallRelief:
    """The relief as it grows: what is nearest [h, w], its colour [h, w, 3], how rough it is, and where there is any."""

    sheet: Sheet
    front: Plane
    colour: Plane
    rough: Plane
    solid: Plane

    @classmethod
    def of(cls, sheet: Sheet) -> BallRelief:
        """Nothing yet; the ground lies far behind."""
        flat = np.zeros_like(sheet.x)
        return cls(sheet, flat - 1.2, np.zeros((*flat.shape, 3), np.float32), flat.copy(), flat.copy())

    def put(self, ball: Ball) -> None:
        """Show a ball where it is nearest."""
        (x, y, z), (wide, tall, deep) = ball.at, ball.radii
        rows, columns = self.front.shape
        top, bottom = (int(np.clip((y + part * tall) / self.sheet.pixel + part, 0, rows)) for part in (-1, 1))
        left, right = (int(np.clip((x + part * wide) / self.sheet.pixel + part, 0, columns)) for part in (-1, 1))
        box = np.s_[top : bottom + 1, left : right + 1]
        part = 1 - ((self.sheet.x[box] - x) / wide) ** 2 - ((self.sheet.y[box] - y) / tall) ** 2
        reach = z + deep * np.sqrt(np.clip(part, 0, None))
        seen = (part > 0) & (reach > self.front[box])
        self.front[box] = np.where(seen, reach, self.front[box])
        self.colour[box] = np.where(seen[..., None], np.asarray(ball.colour, np.float32), self.colour[box])
        self.rough[box] = np.where(seen, ball.rough, self.rough[box])
        self.solid[box] = np.where(seen, 1, self.solid[box])

    def shade(self) -> Plane:
        """The relief in the sun, under a sky, [h, w, 3]."""
        x, y, pixel = self.sheet.x, self.sheet.y, self.sheet.pixel
        strand = fractal(x * 34, y * 5, 171, 4)
        front = blur(self.front, 0.004 / pixel + 0.3) + 0.012 * self.rough * strand
        slope_x, slope_y = np.gradient(front, axis=1) / pixel, np.gradient(front, axis=0) / pixel
        length = np.sqrt(1 + np.square(np.clip(slope_x, -6, 6)) + np.square(np.clip(slope_y, -6, 6)))
        facing = np.clip((-slope_x * SUN[0] + slope_y * SUN[1] + SUN[2]) / length, -0.2, 1)
        sun = np.clip(0.3 + 0.7 * facing, 0, 1) * (1 - 0.6 * self.shadow())
        near = np.clip(0.5 + 5 * (front - blur(front, 0.05 / pixel)), 0.35, 1)
        tint = self.colour * (1 + 0.30 * self.rough * strand)[..., None]
        warm, cool = np.array((1.12, 1.0, 0.84), np.float32), np.array((0.34, 0.38, 0.44), np.float32)
        shown: Plane = np.clip(tint * (sun[..., None] * warm + near[..., None] * cool), 0, 1)
        return shown

    def shadow(self) -> Plane:
        """Where something nearer stands between a place and the sun, softly, in [0, 1]."""
        dark = np.zeros_like(self.front)
        for away in np.linspace(0.03, 0.42, 14):
            rows, columns = round(away * SUN[1] / self.sheet.pixel), round(-away * SUN[0] / self.sheet.pixel)
            higher = (
                np.roll(self.front, (rows, columns), (0, 1)) - self.front - away * SUN[2] / np.hypot(SUN[0], SUN[1])
            )
            dark = np.maximum(dark, smooth(0.0, 0.10, higher))
        return blur(dark, 0.008 / self.sheet.pixel + 0.3)


def figure(person: Person) -> Iterator[Ball]:
    """A person from the hips up: body, arms, neck, head."""
    for ball in (*body(person), *face(person), *hair(person)):
        (x, y, z), size = ball.at, person.size
        turned = person.x + size * (x - person.lean * y), person.y + size * (y + person.lean * x)
        wide, tall, deep = (size * radius for radius in ball.radii)
        yield replace(ball, at=(*turned, person.near + size * z), radii=(wide, tall, deep))


def body(person: Person) -> Iterator[Ball]:
    """Neck, shoulders, chest and arms; the head's half height is the unit, its middle the origin."""
    cloth, dim = person.cloth, (0.9 * person.cloth[0], 0.9 * person.cloth[1], 0.9 * person.cloth[2])
    for step in np.linspace(0, 1, 16):
        yield Ball((0, 0.75 + 0.65 * step, -0.25), (0.36 + 0.10 * step, 0.25, 0.34), person.skin)
    for step in np.linspace(0, 1, 50):
        yield Ball((0, 1.75 + 5.0 * step, -0.35), (1.20 - 0.25 * np.sin(np.pi * step * 0.9), 0.75, 0.62), cloth, 0.25)
    for side in (-1, 1):
        for step in np.linspace(0, 1, 20):
            yield Ball((side * 1.05 * step, 1.38 + 0.26 * step**2, -0.36), (0.42, 0.34, 0.40), cloth, 0.25)
        for step in np.linspace(0, 1, 44):
            out, down = 1.16 + 0.34 * step, 1.72 + 3.6 * step
            yield Ball((side * out, down, -0.28), (0.40 - 0.08 * step, 0.42, 0.40), dim, 0.25)
        yield Ball((side * 0.22, 1.30, 0.02), (0.24, 0.16, 0.18), dim)


def face(person: Person) -> Iterator[Ball]:
    """Skull, jaw, cheeks, ears, and what looks at us."""
    skin = person.skin
    warm: Colour = (min(1.0, skin[0] * 1.05), skin[1] * 0.88, skin[2] * 0.86)
    yield Ball((0, -0.16, 0), (0.74, 0.84, 0.72), skin)
    yield Ball((0, 0.34, 0.06), (0.60, 0.66, 0.62), skin)
    yield Ball((0, 0.82, 0.30), (0.24, 0.18, 0.24), skin)
    yield Ball((0, 0.20, 0.64), (0.12, 0.26, 0.22), skin)
    yield Ball((0, 0.34, 0.76), (0.16, 0.11, 0.15), warm)
    for side in (-1, 1):
        yield Ball((side * 0.36, 0.30, 0.40), (0.24, 0.20, 0.25), warm)
        yield Ball((side * 0.74, 0.08, -0.06), (0.13, 0.22, 0.16), warm)
        yield Ball((side * 0.29, -0.06, 0.585), (0.150, 0.085, 0.10), WHITE)
        yield Ball((side * 0.29, -0.06, 0.63), (0.075, 0.080, 0.075), DARK)
        yield Ball((side * 0.27, -0.085, 0.70), (0.02, 0.02, 0.02), WHITE)
        yield Ball((side * 0.29, -0.155, 0.60), (0.185, 0.045, 0.115), warm)
        yield Ball((side * 0.30, -0.31, 0.62), (0.20, 0.045, 0.10), tuple(0.8 * band for band in person.hair))  # type: ignore[arg-type]
    yield Ball((0, 0.60, 0.60), (0.27, 0.050, 0.115), LIPS)
    yield Ball((0, 0.575, 0.63), (0.20, 0.030, 0.095), WHITE)
    yield Ball((0, 0.66, 0.60), (0.20, 0.055, 0.115), LIPS)


def hair(person: Person) -> Iterator[Ball]:
    """A cap of hair with a fringe; down to the shoulders for some, a beard for others."""
    tone = person.hair
    yield Ball((0, -0.40, -0.22), (0.86, 0.76, 0.80), tone, 1.0)
    for step in np.linspace(-1, 1, 9):
        yield Ball((0.66 * step, -0.72 + 0.28 * step**2, 0.34 - 0.30 * step**2), (0.24, 0.24, 0.26), tone, 1.0)
    for side in (-1, 1) if person.long else ():
        for step in np.linspace(0, 1, 12):
            out = 0.76 + 0.12 * np.sin(np.pi * step)
            yield Ball((side * out, -0.30 + 2.0 * step, -0.10), (0.22, 0.30, 0.30 - 0.1 * step), tone, 1.0)
    for step in np.linspace(-1, 1, 11) if person.beard else ():
        yield Ball((0.52 * step, 0.86 - 0.42 * step**2, 0.30 - 0.22 * step**2), (0.17, 0.20, 0.26), tone, 1.0)
