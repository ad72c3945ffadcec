"""A painting of dots: `(width) => picture [h, w, 3]`. The landscape, as Seurat and Signac would have painted it.

Small touches of pure paint lie beside each other; the eye mixes them. A touch has the place's colour, made purer, and
one in six towards its complement, as shadows had theirs (Signac 1899, "D'Eugène Delacroix au néo-impressionnisme").
"""

from __future__ import annotations

from typing import Final

import numpy as np
from PIL import Image, ImageDraw

from engine.gallery.landscape import landscape
from engine.paintings.procedural_painting import Plane, blur, finish

CANVAS: Final = (0.87, 0.81, 0.68)
LAYERS: Final = ((0.022, 1.0), (0.014, 0.9), (0.010, 0.85))
"""Of touches: their size as a share of the width, and how much of a layer is painted."""
PURER: Final = 1.7


def dots(width: int) -> Plane:
    """The painting, `width` pixels wide."""
    chance = np.random.default_rng(161)
    model = landscape(width)
    height = model.shape[0]
    painting = Image.new("RGB", (2 * width, 2 * height), _byte(np.array(CANVAS)))
    pen = ImageDraw.Draw(painting)
    for size, share in LAYERS:
        step = max(2.0, 0.62 * size * width)
        soft = np.stack([blur(model[..., band], 0.3 * step) for band in range(3)], -1)
        places = scatter_points(width, height, step, chance)
        for x, y in places[chance.random(len(places)) < share]:
            touch(pen, x, y, 0.5 * size * width, soft[int(y), int(x)], chance)
    shown = np.asarray(painting.resize((width, height), Image.Resampling.BOX), np.float32) / 255
    return finish(shown, seed=9, grain=0.008, vignette=0.05)


def scatter_points(width: int, height: int, step: float, chance: np.random.Generator) -> Plane:
    """Places [n, 2] about a step apart, in the order of a hand that goes everywhere."""
    x, y = np.meshgrid(np.arange(step / 2, width, step), np.arange(step / 2, height, step))
    places = np.stack([x.ravel(), y.ravel()], 1) + chance.uniform(-0.5, 0.5, (x.size, 2)) * step
    places = np.clip(places, 0, (width - 1, height - 1))
    return chance.permutation(places)


def touch(
    pen: ImageDraw.ImageDraw, x: float, y: float, size: float, colour: Plane, chance: np.random.Generator
) -> None:
    """One touch of the brush: an oval, a little longer than wide."""
    long, wide = size * chance.uniform(0.8, 1.15), size * chance.uniform(0.6, 0.85)
    turn = np.linspace(0, 2 * np.pi, 11)[:-1]
    lean = chance.normal(0.2, 0.5)
    ahead, aside = long * np.cos(turn), wide * np.sin(turn)
    points = np.stack(
        [x + ahead * np.cos(lean) - aside * np.sin(lean), y + ahead * np.sin(lean) + aside * np.cos(lean)], 1
    )
    pen.polygon([tuple(point) for point in 2 * points], fill=_byte(paint(colour, chance)))


def paint(colour: Plane, chance: np.random.Generator) -> Plane:
    """A purer colour than the place has, a little off; one in six towards its complement at the same lightness."""
    grey = float(colour.mean())
    away = (colour - grey) * PURER
    if chance.random() < 1 / 6:
        away = -0.25 * away + np.array((0.06, -0.03, 0.10)) * (1 - grey)
    mixed: Plane = np.clip(grey * 0.90 + 0.09 + away + chance.normal(0, 0.05, 3), 0, 1)
    return mixed


def _byte(colour: Plane) -> tuple[int, ...]:
    return tuple(int(255 * band) for band in colour)
