"""What the gallery dreams from: `(kind, width) => picture [3, h, w] in [0, 1]`, 4:3, the same every time.

Photographs are scikit-image's (extra `play`), under the licences that its documentation of each names:

    portrait       astronaut            NASA, public domain
    pet            chelsea              Stefan van der Walt, CC0
    night          rocket               SpaceX, public domain
    food           coffee               Rachel Michetti, courtesy of Pikolo Espresso Bar, CC0
    photographer   camera               Lav Varshney, CC0
    stars          hubble_deep_field    NASA, public domain

What there is no free photograph of at hand is painted here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor

from engine.canvas.noise import coloured_noise
from engine.canvas.resample import resize
from engine.gallery import nature, screenshots, skies
from engine.gallery.building import building
from engine.gallery.drawing import drawing
from engine.gallery.group import group
from engine.gallery.landscape import landscape
from engine.gallery.pointillism import dots
from engine.paintings.procedural_painting import ACROSS, DOWN, Plane

Box = tuple[int, int, int, int]
"""Left, top, right and bottom of a cutting, in pixels of the photograph."""


def source(kind: str, width: int) -> Tensor:
    """The picture of that kind, `width` pixels wide. Raises `KeyError` for a kind that `KINDS` does not name, and
    `ModuleNotFoundError` for a photograph where scikit-image is not installed."""
    return KINDS[kind](width)


def whole_photograph(name: str) -> Tensor:
    """One of scikit-image's photographs as it is, [3, h, w]; one without colours in greys."""
    import skimage.data

    pixels = torch.from_numpy(getattr(skimage.data, name)().copy())
    return pixels.expand(3, -1, -1) / 255 if pixels.ndim == 2 else pixels.permute(2, 0, 1).float() / 255


def photograph(name: str, box: Box, width: int) -> Tensor:
    """A cutting of one of scikit-image's photographs."""
    left, top, right, bottom = box
    cut = whole_photograph(name)[:, top:bottom, left:right]
    return resize(cut, (_height(width), width)).clamp(0, 1)


def painting(paint: Callable[[int], Plane], width: int) -> Tensor:
    """A picture of our own."""
    return torch.from_numpy(paint(width)).permute(2, 0, 1).contiguous()


def plain_noise(width: int) -> Tensor:
    """Coloured noise: what a dream begins with where there is no picture."""
    return coloured_noise((_height(width), width), torch.Generator().manual_seed(7))


def _height(width: int) -> int:
    return round(width * DOWN / ACROSS)


CLOUDS: dict[str, Callable[[int], Tensor]] = {
    "cumulus": partial(painting, skies.cumulus),
    "towering cloud": partial(painting, skies.towering),
    "mackerel sky": partial(painting, skies.mackerel),
    "evening clouds": partial(painting, skies.evening),
    "storm": partial(painting, skies.storm),
}
"""Skies in which a dream finds creatures."""
KINDS: dict[str, Callable[[int], Tensor]] = {
    "portrait": partial(photograph, "astronaut", (22, 0, 422, 300)),
    "landscape": partial(painting, landscape),
    "pet": partial(photograph, "chelsea", (20, 0, 420, 300)),
    "building": partial(painting, building),
    "night": partial(photograph, "rocket", (36, 0, 604, 426)),
    "drawing": partial(painting, drawing),
    "noise": plain_noise,
    **CLOUDS,
    "clear sky": partial(painting, skies.clear),
    "group": partial(painting, group),
    "food": partial(photograph, "coffee", (34, 0, 567, 400)),
    "photographer": partial(photograph, "camera", (0, 64, 512, 448)),
    "stars": partial(photograph, "hubble_deep_field", (100, 160, 740, 640)),
    "horizon": partial(painting, nature.horizon),
    "water": partial(painting, nature.water),
    "leaves": partial(painting, nature.leaves),
    "painting of dots": partial(painting, dots),
    "drawing on white": partial(painting, screenshots.on_white),
    "drawing on black": partial(painting, screenshots.on_black),
    "grey drawing": partial(painting, screenshots.on_grey),
    "text on dark": partial(painting, screenshots.verse),
    "logo": partial(painting, screenshots.logo),
    "screenshot": partial(painting, screenshots.chat),
}
"""The kinds of pictures that people bring."""
SHOWN = ("portrait", "landscape", "pet", "building", "night", "drawing", "noise")
"""Seven kinds that are unlike each other, in the order of the sheet's rows."""
