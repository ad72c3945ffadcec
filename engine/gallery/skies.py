"""Skies full of clouds that never were: `(width) => picture [h, w, 3]`. Heaps of puffs, and decks seen from below.

A heap is a relief towards the eye: round puffs, on them smaller ones, on those smaller ones yet, as a cumulus grows
(Gardner 1985 built clouds of ellipsoids). Light falls over the relief as over a thing, its folds lie in shadow, its
thin edges let the sky through. A deck is noise on a plane overhead.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from engine.paintings.procedural_painting import Colour, Plane, Sheet, blur, finish, fractal, mix, ramp, smooth

Stops = tuple[tuple[float, Colour], ...]
CLEAR: Stops = (
    (0.0, (0.16, 0.36, 0.66)),
    (1.4, (0.36, 0.58, 0.82)),
    (2.5, (0.66, 0.79, 0.90)),
    (3.0, (0.82, 0.87, 0.91)),
)


@dataclass(frozen=True)
class Heap:
    """One cumulus: its middle, its flat base, its width and height, in sheet units."""

    x: float
    base: float
    wide: float
    tall: float
    seed: int
    veil: float = 0.0
    """How much of the sky's own light lies before it: far ones are paler."""


@dataclass(frozen=True)
class Light:
    """Where the sun stands (right, up, towards the eye), and the colours from shade to light."""

    sun: tuple[float, float, float] = (-0.62, 0.62, 0.48)
    tones: Stops = (
        (0.0, (0.42, 0.48, 0.60)),
        (0.35, (0.64, 0.69, 0.78)),
        (0.65, (0.88, 0.89, 0.92)),
        (1.0, (1.0, 0.985, 0.95)),
    )


@dataclass(frozen=True)
class Deck:
    """Clouds on a plane overhead: how much of it they cover, how large they are, how drawn out, and their seed."""

    cover: float
    size: float
    stretch: float
    seed: int
    share: float = 0.9


@dataclass(frozen=True)
class Sky:
    """A sky from its colours down to the land under it."""

    heavens: Stops = CLEAR
    light: Light = field(default_factory=Light)
    heaps: tuple[Heap, ...] = ()
    decks: tuple[Deck, ...] = ()
    glow: tuple[float, float, float, Colour] | None = None
    """Where the sun lights the air: x, y, how far, and its colour."""
    land: tuple[tuple[float, Colour], ...] = ()
    """Ridges from far to near: their height on the sheet, and their colour."""


def cumulus(width: int) -> Plane:
    """Fair weather: white heaps over a plain."""
    return paint_sky(FAIR, width)


def towering(width: int) -> Plane:
    """One great cloud."""
    return paint_sky(TOWERING, width)


def mackerel(width: int) -> Plane:
    """A high field of small clouds."""
    return paint_sky(MACKEREL, width)


def evening(width: int) -> Plane:
    """Clouds that are lit from below the horizon."""
    return paint_sky(EVENING, width)


def storm(width: int) -> Plane:
    """A thunderstorm that comes over the fields."""
    return paint_sky(STORM, width)


def clear(width: int) -> Plane:
    """A blue sky with nothing in it but its own light."""
    return paint_sky(Sky(glow=(0.6, 2.6, 1.6, (0.96, 0.94, 0.90))), width)


def paint_sky(sky: Sky, width: int) -> Plane:
    """A sky, `width` pixels wide."""
    sheet = Sheet.of(width)
    shown = ramp(sheet.y, sky.heavens)
    if sky.glow:
        x, y, far, colour = sky.glow
        shown = mix(shown, colour, 0.85 * np.exp(-np.square(np.hypot(sheet.x - x, 1.6 * (sheet.y - y)) / far)))
    for deck in sky.decks:
        shown = overhead(shown, sheet, deck, sky.light)
    for heap in sky.heaps:
        shown = paint_heap(shown, sheet, heap, sky.light)
    for number, (top, colour) in enumerate(sky.land):
        crest = top - 0.09 * fractal(sheet.x * (0.9 + number), sheet.x * 0, 300 + number, 5)
        rough = 0.12 * fractal(sheet.x * 9, sheet.y * 26, 310 + number, 4)
        shown = mix(shown, np.asarray(colour, np.float32) * (1 + rough[..., None]), sheet.cover(crest - sheet.y))
    return finish(shown, seed=5, grain=0.005, vignette=0.06)


def overhead(picture: Plane, sheet: Sheet, deck: Deck, light: Light) -> Plane:
    """A deck of clouds in perspective, lit from the sun's side."""
    height = np.clip(1 - sheet.y / 2.75, 0.02, 1)
    depth = 1 / (height + 0.10)
    u, v = (sheet.x - 2) * depth * deck.size, depth * deck.size * deck.stretch * 3.2
    warp = 0.35 * fractal(u * 0.6, v * 0.6, deck.seed + 40, 3)
    density = fractal(u + warp, v - warp, deck.seed, 6) + 0.5 * fractal(u * 0.22, v * 0.22, deck.seed + 20, 3)
    aside = fractal(u + warp + 0.20 * light.sun[0], v - warp + 0.12, deck.seed, 5)
    aside = aside + 0.5 * fractal(u * 0.22, v * 0.22, deck.seed + 20, 3)
    thick = smooth(0.30 - deck.cover, 0.85 - deck.cover, density)
    bright = np.clip(0.72 + 1.3 * (density - aside) - 0.38 * thick**2, 0, 1)
    return mix(picture, ramp(bright, light.tones), deck.share * thick * smooth(0.02, 0.16, height))


def puffs(heap: Heap) -> Plane:
    """The balls of a heap, [n, 4]: x, y, depth, radius; large ones in a dome, and three generations on them."""
    chance = np.random.default_rng(heap.seed)
    found = []
    for _ in range(70):
        side = chance.uniform(-1, 1)
        dome = heap.tall * (1 - abs(side) ** 2.2) ** 0.8 * chance.uniform(0, 1) ** 0.7
        radius = heap.tall * chance.uniform(0.15, 0.28) * (1 - 0.45 * abs(side))
        found.append((heap.x + 0.5 * heap.wide * side, heap.base - max(dome - radius, 0.25 * radius),
                      chance.uniform(-0.3, 0.3) * heap.tall, radius))  # fmt: skip
    balls = [np.array(found)]
    for _ in range(3):
        balls.append(bud_balls(balls[-1], chance))
    return np.concatenate(balls).astype(np.float32)


def bud_balls(balls: Plane, chance: np.random.Generator) -> Plane:
    """Smaller balls [5 n, 4] on the upper sides of balls, towards the eye and beside."""
    parents = np.repeat(balls, 5, 0)
    turn = chance.uniform(-0.15 * np.pi, 1.15 * np.pi, len(parents))
    towards = chance.uniform(0, 1, len(parents))
    out = parents[:, 3] * np.sqrt(1 - towards**2)
    at = np.stack([out * np.cos(turn), -out * np.sin(turn), parents[:, 3] * towards], 1)
    radius = parents[:, 3:] * chance.uniform(0.30, 0.52, (len(parents), 1))
    return np.concatenate([parents[:, :3] + 0.95 * at, radius], 1)


def relief(sheet: Sheet, balls: Plane, soft: float) -> tuple[Plane, Plane]:
    """How far the balls reach towards the eye, melted into each other over `soft`, and how deep they are: [h, w]."""
    weight, depth = np.full_like(sheet.x, 1e-6), np.zeros_like(sheet.x)
    rows, columns = sheet.x.shape
    for x, y, z, radius in balls[balls[:, 3] > 0.7 * sheet.pixel]:
        reach = radius + 8 * sheet.pixel  # the sheet is bent
        top, bottom = (int(np.clip((y + part) / sheet.pixel, 0, rows)) for part in (-reach, reach))
        left, right = (int(np.clip((x + part) / sheet.pixel, 0, columns)) for part in (-reach, reach))
        box = np.s_[top:bottom, left:right]
        part = np.clip(1 - ((sheet.x[box] - x) ** 2 + (sheet.y[box] - y) ** 2) / radius**2, 0, 1)
        half = radius * np.sqrt(part)
        weight[box] += part * np.exp((z + half) / soft)
        depth[box] += half
    return soft * np.log(weight), depth


def paint_heap(picture: Plane, sheet: Sheet, heap: Heap, light: Light) -> Plane:
    """A heap before the sky: lit, shaded in its folds and at its base, and thin at its edges."""
    unit, tall = heap.tall / sheet.pixel, heap.tall
    bend = [fractal(sheet.x * 2.6 / tall, sheet.y * 2.6 / tall, heap.seed + turn, 6) for turn in (1, 2)]
    bent = Sheet(sheet.x + 0.07 * tall * bend[0], sheet.y + 0.07 * tall * bend[1], sheet.pixel)
    front, depth = relief(bent, puffs(heap), 0.07 * tall)
    front = blur(
        front + 0.022 * tall * fractal(sheet.x * 7 / tall, sheet.y * 7 / tall, heap.seed + 5, 5), 0.012 * unit + 0.5
    )
    slope_x, slope_y = np.gradient(front, axis=1) / sheet.pixel, np.gradient(front, axis=0) / sheet.pixel
    sun = np.asarray(light.sun, np.float32) / np.float32(np.linalg.norm(light.sun))
    facing = (-slope_x * sun[0] + slope_y * sun[1] + sun[2]) / np.sqrt(1.6 + slope_x**2 + slope_y**2)
    up = smooth(0.02, 0.8, (heap.base - sheet.y) / tall)
    bright = 0.45 + 0.30 * facing + 0.32 * up - 0.30 * shadow(depth, unit, sun, tall)
    fog = blur(depth, 0.022 * unit + 0.4) / tall
    ragged = fractal(sheet.x * 6 / tall, sheet.y * 8 / tall, heap.seed + 3, 6)
    cover = smooth(0.02, 0.42, fog * (1 + 0.9 * ragged))
    flat = smooth(0.05, -0.12, (sheet.y - heap.base) / tall + 0.12 * ragged)
    colour = ramp(np.clip(bright, 0, 1), light.tones)
    return mix(picture, mix(colour, picture, heap.veil), cover * flat)


def shadow(depth: Plane, unit: float, sun: Plane, tall: float) -> Plane:
    """How much cloud lies towards the sun, in [0, 1], by four looks; `unit` is a heap's height in pixels."""
    before = np.zeros_like(depth)
    for away in (0.06, 0.13, 0.22, 0.34):
        rows, columns = round(away * unit * float(sun[1])), round(-away * unit * float(sun[0]))
        before += np.roll(blur(depth, 0.35 * away * unit + 0.3), (rows, columns), (0, 1))
    dark: Plane = 1 - np.exp(-0.35 * before / tall)
    return dark


FAIR = Sky(
    heaps=(
        Heap(0.55, 2.42, 0.9, 0.17, 61, 0.42),
        Heap(2.45, 2.46, 1.2, 0.16, 62, 0.45),
        Heap(3.60, 2.36, 0.8, 0.22, 63, 0.36),
        Heap(1.50, 2.22, 1.1, 0.34, 64, 0.18),
        Heap(3.15, 1.86, 1.6, 0.66, 65, 0.05),
        Heap(0.95, 1.50, 1.9, 0.86, 66),
    ),
    decks=(Deck(-0.05, 0.5, 0.5, 71, 0.35),),
    land=((2.70, (0.50, 0.60, 0.62)), (2.80, (0.34, 0.44, 0.28)), (2.90, (0.28, 0.36, 0.16))),
)
TOWERING = Sky(
    heavens=((0.0, (0.10, 0.27, 0.56)), (1.5, (0.30, 0.53, 0.78)), (2.6, (0.72, 0.82, 0.88)), (3.0, (0.9, 0.88, 0.84))),
    light=Light(
        (0.70, 0.45, 0.40),
        ((0.0, (0.40, 0.44, 0.58)), (0.35, (0.66, 0.66, 0.74)), (0.65, (0.95, 0.88, 0.83)), (1.0, (1.0, 0.97, 0.90))),
    ),
    heaps=(
        Heap(0.40, 2.55, 1.3, 0.34, 81, 0.34),
        Heap(3.55, 2.55, 1.1, 0.40, 82, 0.30),
        Heap(2.05, 2.50, 2.5, 1.35, 83, 0.04),
        Heap(1.80, 1.75, 1.3, 1.35, 84),
        Heap(2.75, 2.52, 1.6, 0.50, 85, 0.05),
    ),
    land=((2.78, (0.36, 0.46, 0.58)), (2.88, (0.16, 0.26, 0.36))),
)
MACKEREL = Sky(
    light=Light(
        (-0.5, 0.5, 0.7),
        ((0.0, (0.55, 0.60, 0.71)), (0.4, (0.78, 0.80, 0.86)), (0.7, (0.96, 0.95, 0.94)), (1.0, (1.0, 0.99, 0.96))),
    ),
    decks=(Deck(0.05, 0.35, 0.4, 91, 0.4), Deck(0.38, 2.4, 0.9, 92, 0.95)),
    land=((2.76, (0.48, 0.56, 0.60)), (2.88, (0.22, 0.30, 0.24))),
)
EVENING = Sky(
    heavens=((0.0, (0.17, 0.20, 0.42)), (1.0, (0.46, 0.36, 0.55)), (1.9, (0.92, 0.55, 0.46)), (2.6, (1.0, 0.80, 0.48))),
    light=Light(
        (0.35, -0.45, 0.55),
        ((0.0, (0.27, 0.22, 0.36)), (0.4, (0.60, 0.36, 0.42)), (0.7, (0.98, 0.58, 0.38)), (1.0, (1.0, 0.86, 0.58))),
    ),
    heaps=(Heap(0.7, 2.40, 1.5, 0.36, 101, 0.1), Heap(3.3, 2.30, 1.4, 0.44, 102, 0.1)),
    decks=(Deck(0.34, 0.9, 1.3, 103, 0.92),),
    glow=(2.5, 2.55, 1.1, (1.0, 0.92, 0.66)),
    land=((2.70, (0.36, 0.22, 0.30)), (2.82, (0.14, 0.10, 0.16))),
)
STORM = Sky(
    heavens=(
        (0.0, (0.16, 0.20, 0.27)),
        (1.2, (0.34, 0.40, 0.47)),
        (2.3, (0.72, 0.74, 0.68)),
        (3.0, (0.92, 0.86, 0.68)),
    ),
    light=Light(
        (0.55, 0.5, 0.5),
        ((0.0, (0.10, 0.13, 0.19)), (0.35, (0.25, 0.30, 0.38)), (0.65, (0.50, 0.54, 0.60)), (1.0, (0.88, 0.86, 0.82))),
    ),
    heaps=(
        Heap(2.9, 2.45, 2.0, 0.62, 111, 0.25),
        Heap(0.9, 2.15, 2.7, 0.95, 112, 0.05),
        Heap(2.6, 1.25, 3.8, 0.90, 113),
    ),
    decks=(Deck(0.50, 0.7, 1.3, 114, 0.95),),
    glow=(3.2, 2.6, 0.9, (0.98, 0.92, 0.72)),
    land=((2.72, (0.30, 0.36, 0.36)), (2.82, (0.42, 0.42, 0.20)), (2.92, (0.26, 0.29, 0.14))),
)
