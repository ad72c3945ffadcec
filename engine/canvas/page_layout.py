"""Pictures and words on one dark page: `(pictures, words, places) => picture [3, h, w]`.

Places are given in points, of which a page is `WIDTH` wide whatever its size in pixels. The letters are Pillow's own
(Aileron), so that a page looks the same on every machine; it has no emoji.
"""

from __future__ import annotations

import unicodedata
from functools import cache

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from engine.canvas.pillow_image import to_pillow

WIDTH = 1280.0
Colour = tuple[int, int, int]

# The chat page's night paper and ink, and two of its sheen.
PAPER: Colour = (0x14, 0x10, 0x0E)
LEAF: Colour = (0x26, 0x20, 0x1B)
INK: Colour = (0xF5, 0xEC, 0xDF)
SOFT: Colour = (0xCB, 0xBC, 0xAB)
FAINT: Colour = (0xA3, 0x93, 0x83)
WARM: Colour = (0xF2, 0xBD, 0x8C)
GOOD: Colour = (0x8F, 0xDC, 0xC4)
BAD: Colour = (0xFF, 0x9D, 0x8F)
VIOLET: Colour = (0xB9, 0xA8, 0xF2)
MARGIN = 48.0
"""Points that are left free at every edge."""
ROUND = 8.0
"""Radius of a picture's corners, in points."""
_FINE = 4
"""Corners are drawn this much larger first."""


class Page:
    """One page that is being laid out."""

    def __init__(self, pixels: int, height: float) -> None:
        """A page so many pixels wide and so many points high."""
        self.scale = pixels / WIDTH
        self._sheet = Image.new("RGB", (pixels, max(1, round(height * self.scale))), PAPER)
        self._draw = ImageDraw.Draw(self._sheet)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self._sheet.height, self._sheet.width

    def picture(self, picture: Tensor, left: float, top: float, width: float, height: float) -> None:
        """A picture [3, h, w] in [0, 1], brought to that size, with round corners."""
        x, y, right, bottom = self._pixels(left, top, left + width, top + height)
        size = (max(1, right - x), max(1, bottom - y))
        image = to_pillow(picture)
        image = image if image.size == size else image.resize(size, Image.Resampling.LANCZOS)
        self._sheet.paste(image, (x, y), _corner_mask(size, ROUND * self.scale))

    def text(self, words: str, left: float, top: float, size: float, colour: Colour = INK, anchor: str = "ls") -> None:
        """One line of text, accents left out. Of its base line "ls" puts the left end there, "rs" the right one."""
        at = (left * self.scale, top * self.scale)
        self._draw.text(at, _strip_accents(words), colour, _font(max(6, round(size * self.scale))), anchor)

    def bar(
        self, left: float, top: float, width: float, height: float, colour: Colour, radius: float | None = None
    ) -> None:
        """A filled bar with round ends, or with round corners of that radius."""
        x, y, right, bottom = self._pixels(left, top, left + width, top + height)
        size = (max(1, right - x), max(1, bottom - y))
        self._sheet.paste(
            colour,
            (x, y, x + size[0], y + size[1]),
            _corner_mask(size, min(size) / 2 if radius is None else radius * self.scale),
        )

    def render(self) -> Tensor:
        """The page so far, [3, h, w] in [0, 1], on the CPU."""
        return torch.from_numpy(np.array(self._sheet, np.float32)).permute(2, 0, 1).div(255)

    def _pixels(self, *points: float) -> tuple[int, ...]:
        return tuple(round(point * self.scale) for point in points)


def shorten(words: str, size: float, width: float) -> str:
    """Words that are at most `width` points wide at that size; what is too long ends in dots."""
    letters = _font(round(size))
    if letters.getlength(_strip_accents(words)) <= width:
        return words
    while words and letters.getlength(_strip_accents(words) + "…") > width:
        words = words[:-1]
    return words.rstrip() + "…"


def wrap(words: str, size: float, width: float, most: int) -> list[str]:
    """Words in lines that are at most `width` points wide at that size; the last of at most so many ends in dots."""
    letters, lines = _font(round(size)), [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}".strip()
        if not lines[-1] or len(lines) == most or letters.getlength(_strip_accents(longer)) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return [*lines[:-1], shorten(lines[-1], size, width)]


def text_width(words: str, size: float) -> float:
    """How wide words are at that size, in points."""
    return _font(round(size)).getlength(_strip_accents(words))


def _strip_accents(words: str) -> str:
    """Without what the letters do not have: "crème brûlée" => "creme brulee"."""
    split = unicodedata.normalize("NFKD", words)
    return "".join(sign for sign in split if sign in "·…" or sign.isascii())


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


@cache
def _corner_mask(size: tuple[int, int], radius: float) -> Image.Image:
    """What of a picture of that size is seen."""
    large = Image.new("L", (size[0] * _FINE, size[1] * _FINE), 0)
    box = (0, 0, large.width - 1, large.height - 1)
    ImageDraw.Draw(large).rounded_rectangle(box, radius * _FINE, 255)
    return large.resize(size, Image.Resampling.BOX)
