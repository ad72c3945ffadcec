"""A page of the Dreamdex as one picture: `names, and how what was grown of them looked => WebP`.

What is missing is an empty frame with its name.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Final

from PIL import Image, ImageDraw, ImageFont, ImageOps

COLUMNS, ROWS = 6, 5
TILES: Final = COLUMNS * ROWS
SIDE, GAP, LINE, MARGIN = 96, 12, 22, 16
"""Pixels: of a tile, between two, of its name, around all."""
THUMBNAIL_QUALITY, WALL_QUALITY = 60, 78
LETTERS = 13
PAPER, HOLE, EDGE, INK, FAINT = "#1e1b26", "#2b2735", "#4a4358", "#f1ecf7", "#8d84a0"


def thumbnail(png: bytes) -> bytes:
    """The middle of a clean picture as a small square, some 2 KB."""
    out = io.BytesIO()
    with Image.open(io.BytesIO(png)) as opened:
        small = ImageOps.fit(opened.convert("RGB"), (SIDE, SIDE), Image.Resampling.LANCZOS)
    small.save(out, "WEBP", quality=THUMBNAIL_QUALITY, method=6)
    return out.getvalue()


def wall(names: Sequence[str], found: Mapping[str, bytes | None]) -> bytes:
    """A picture of at most `TILES` names; `found` has thumbnails of what was grown, None where one is not shown."""
    rows = -(-len(names) // COLUMNS)
    size = (2 * MARGIN + COLUMNS * (SIDE + GAP) - GAP, 2 * MARGIN + rows * (SIDE + LINE + GAP) - GAP)
    page = Image.new("RGB", size, PAPER)
    for at, name in enumerate(names):
        row, column = divmod(at, COLUMNS)
        place = MARGIN + column * (SIDE + GAP), MARGIN + row * (SIDE + LINE + GAP)
        _draw_tile(page, place, name, found)
    out = io.BytesIO()
    page.save(out, "WEBP", quality=WALL_QUALITY, method=4)
    return out.getvalue()


def _draw_tile(page: Image.Image, place: tuple[int, int], name: str, found: Mapping[str, bytes | None]) -> None:
    pen, (x, y) = ImageDraw.Draw(page), place
    letters = ImageFont.load_default(LETTERS)
    pen.rounded_rectangle((x, y, x + SIDE, y + SIDE), 8, fill=HOLE, outline=EDGE)
    if shown := found.get(name):
        with Image.open(io.BytesIO(shown)) as opened:
            page.paste(opened.convert("RGB"), place)
    elif name in found:
        pen.ellipse((x + SIDE * 0.3, y + SIDE * 0.3, x + SIDE * 0.7, y + SIDE * 0.7), fill=FAINT)
    else:
        pen.text((x + SIDE / 2, y + SIDE / 2), "?", fill=FAINT, font=ImageFont.load_default(40), anchor="mm")
    colour = INK if name in found else FAINT
    pen.text((x + SIDE / 2, y + SIDE + LINE / 2), _fit(name, letters), fill=colour, font=letters, anchor="mm")


def _fit(name: str, letters: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> str:
    """As much of a name as stands under a tile."""
    shown = name
    while letters.getlength(shown) > SIDE + GAP - 4:
        shown = f"{shown.rstrip('…')[:-1].rstrip()}…"
    return shown
