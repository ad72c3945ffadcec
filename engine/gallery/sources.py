"""What the gallery dreams from: `(kind, width) => picture [3, h, w] in [0, 1]`, 4:3, the same every time.

Photographs are scikit-image's (extra `play`): NASA's are in the public domain, the cat is CC0. What there is no free
photograph of at hand is painted here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor

from engine.canvas.noise import clouds
from engine.canvas.resample import resize
from engine.gallery.building import building
from engine.gallery.drawing import drawing
from engine.gallery.landscape import landscape
from engine.gallery.paint import ACROSS, DOWN, Plane

Box = tuple[int, int, int, int]
"""Left, top, right and bottom of a cutting, in pixels of the photograph."""


def source(kind: str, width: int) -> Tensor:
    """The picture of that kind, `width` pixels wide. Raises `KeyError` for a kind that `KINDS` does not name, and
    `ModuleNotFoundError` for a photograph where scikit-image is not installed."""
    return KINDS[kind](width)


def photograph(name: str, box: Box, width: int) -> Tensor:
    """A cutting of one of scikit-image's photographs."""
    import skimage.data

    left, top, right, bottom = box
    pixels = torch.from_numpy(getattr(skimage.data, name)()[top:bottom, left:right].copy())
    return resize(pixels.permute(2, 0, 1).float() / 255, (_height(width), width)).clamp(0, 1)


def painting(paint: Callable[[int], Plane], width: int) -> Tensor:
    """A picture of our own."""
    return torch.from_numpy(paint(width)).permute(2, 0, 1).contiguous()


def plain_noise(width: int) -> Tensor:
    """Coloured noise: what a dream begins with where there is no picture."""
    return clouds((_height(width), width), torch.Generator().manual_seed(7))


def _height(width: int) -> int:
    return round(width * DOWN / ACROSS)


KINDS: dict[str, Callable[[int], Tensor]] = {
    "portrait": partial(photograph, "astronaut", (22, 0, 422, 300)),
    "landscape": partial(painting, landscape),
    "pet": partial(photograph, "chelsea", (20, 0, 420, 300)),
    "building": partial(painting, building),
    "night": partial(photograph, "rocket", (36, 0, 604, 426)),
    "drawing": partial(painting, drawing),
    "noise": plain_noise,
}
"""The seven kinds of pictures that people bring, in the order of the sheet's rows."""
