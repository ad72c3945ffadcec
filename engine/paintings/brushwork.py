"""Brushes: `(places, directions, colours) => strokes on a canvas`. Drawn at twice the size, so that edges are smooth.

After Haeberli 1990, "Paint by Numbers", and Hertzmann 1998, "Painterly Rendering with Curved Brush Strokes of
Multiple Sizes".
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

from engine.paintings.procedural_painting import Colour, Plane

FINE = 2
"""Pixels of the canvas a pixel of the picture, each way."""
Flow = Callable[[Plane, Plane], Plane]
"""Directions [n] in radians of places [n], in pixels of the picture."""


class Canvas:
    """A picture to paint on, [h, w, 3]."""

    def __init__(self, height: int, width: int, ground: Colour) -> None:
        self.height, self.width = height, width
        self._drawn = Image.new("RGB", (FINE * width, FINE * height), as_bytes(np.array(ground)))
        self._pen = ImageDraw.Draw(self._drawn)

    @classmethod
    def over(cls, picture: Plane) -> Canvas:
        """A canvas with a picture [h, w, 3] on it."""
        height, width = picture.shape[:2]
        canvas = cls(height, width, (0, 0, 0))
        pixels = (np.clip(picture, 0, 1) * 255).astype(np.uint8)
        canvas._drawn.paste(Image.fromarray(pixels).resize(canvas._drawn.size, Image.Resampling.BICUBIC))
        return canvas

    def line(self, points: Plane, width: float, colour: Plane) -> None:
        """A line along points [n, 2], in pixels of the picture."""
        path = (FINE * points).ravel().tolist()
        self._pen.line(path, fill=as_bytes(colour), width=max(1, round(FINE * width)))

    def shape(self, points: Plane, colour: Plane) -> None:
        """A filled polygon."""
        self._pen.polygon((FINE * points).ravel().tolist(), fill=as_bytes(colour))

    def picture(self) -> Plane:
        """What is painted, [h, w, 3] in [0, 1]."""
        shown = self._drawn.resize((self.width, self.height), Image.Resampling.BOX)
        return np.asarray(shown, np.float32) / 255


def as_bytes(colour: Plane) -> tuple[int, ...]:
    """A colour as Pillow takes it."""
    return tuple(int(255 * min(1.0, max(0.0, band))) for band in colour.tolist())


def scatter_points(width: int, height: int, step: float, chance: np.random.Generator) -> Plane:
    """Places [n, 2] about a step apart, in the order of a hand that goes everywhere."""
    x, y = np.meshgrid(np.arange(step / 2, width, step), np.arange(step / 2, height, step))
    places = np.stack([x.ravel(), y.ravel()], 1) + chance.uniform(-0.5, 0.5, (x.size, 2)) * step
    return chance.permutation(np.clip(places, 0, (width - 1, height - 1)))


def follow(places: Plane, angles: Plane, steps: int, length: float) -> Plane:
    """Paths [n, steps + 1, 2] that begin at places [n, 2] and go where a plane of angles [h, w] says."""
    height, width = angles.shape
    paths = [places]
    for _ in range(steps):
        at = paths[-1]
        columns, rows = (np.clip(at[:, k].astype(int), 0, edge - 1) for k, edge in ((0, width), (1, height)))
        turn = angles[rows, columns]
        paths.append(at + length / steps * np.stack([np.cos(turn), np.sin(turn)], 1))
    return np.stack(paths, 1)


def stroke(
    canvas: Canvas, path: Plane, width: float, colour: Plane, chance: np.random.Generator, bristles: int = 4
) -> None:
    """A stroke of a bristle brush along a path [n, 2]: lines side by side, each a little lighter or darker."""
    ahead = path[-1] - path[0]
    aside = np.array((-ahead[1], ahead[0])) / max(float(np.hypot(*ahead)), 1e-6)
    across = (np.arange(bristles) + 0.5) / bristles - 0.5
    shades = 2 * chance.uniform(-0.10, 0.10) * across + chance.normal(0, 0.035, bristles)
    for shift, shade in zip(across.tolist(), shades.tolist(), strict=True):
        canvas.line(path + width * shift * aside, 1.5 * width / bristles, colour + shade)
