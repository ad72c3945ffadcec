"""Where a picture is cut: `(picture, what it was made of, shape) => box around what people look at`.

What counts is where a dream changed its picture most, and where there is detail; of what was made of nothing, its
detail alone. A little more counts what is nearer the middle.
"""

from __future__ import annotations

from itertools import accumulate
from typing import Final

from PIL import Image, ImageChops, ImageFilter, ImageOps

Box = tuple[int, int, int, int]
"""Left, top, right, bottom, in pixels."""
Grid = list[list[float]]
"""Rows of cells, each at least 0."""
CELLS: Final = 48
"""Along the long side."""
FINE: Final = 4
"""Pixels along a cell's side in which detail is looked for."""
MIDDLE: Final = 0.35
"""What the middle counts more than a rim, as a share of the average."""
CLOSE_UPS: Final = ((0.7, 0.72), (0.85, 0.88))
"""Sides as shares of the largest box, and which share of what is of interest in that has to be left in each."""


def choose_box(
    picture: Image.Image, before: Image.Image | None, aspect: float, *, least: int = 0, middle: bool = False
) -> Box:
    """The box of an aspect (width / height) with most of interest in it: the largest that there is, or a
    smaller one, no narrower than `least` pixels, where little is lost by it; 0: the largest. `middle`: around the
    middle, whatever is there."""
    width, height = picture.size
    full = (min(width, round(height * aspect)), min(height, round(width / aspect)))
    if middle:
        return _around_middle(picture.size, full)
    cells, scale = interest(picture, before), max(picture.size) / CELLS
    most, best = _best_box(cells, full, picture.size, scale)
    for share, kept in CLOSE_UPS if least else ():
        wanted = (round(full[0] * share), round(full[1] * share))
        found, box = _best_box(cells, wanted, picture.size, scale)
        if wanted[0] >= least and found >= kept * most:
            return box
    return best


def interest(picture: Image.Image, before: Image.Image | None) -> Grid:
    """How much there is to see in each cell of a picture."""
    small = ImageOps.contain(picture.convert("RGB"), (CELLS, CELLS), Image.Resampling.BOX)
    value = _detail(picture, small.size)
    if before is not None:
        changed = ImageChops.difference(small, before.convert("RGB").resize(small.size, Image.Resampling.BOX))
        red, green, blue = changed.split()
        value = ImageChops.add(value, ImageChops.lighter(ImageChops.lighter(red, green), blue))
    width, height = small.size
    flat = [level**2 for level in value.filter(ImageFilter.GaussianBlur(1)).tobytes()]
    average = sum(flat) / len(flat) + 1e-9
    return [[flat[y * width + x] + MIDDLE * average * _nearness((x + 0.5) / width, (y + 0.5) / height)
             for x in range(width)] for y in range(height)]  # fmt: skip


def _detail(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """How far light differs from what is around it, of 255."""
    grey = picture.convert("L").resize((size[0] * FINE, size[1] * FINE), Image.Resampling.BOX)
    return ImageChops.difference(grey, grey.filter(ImageFilter.GaussianBlur(FINE))).resize(size, Image.Resampling.BOX)


def _nearness(x: float, y: float) -> float:
    """1 in the middle, 0 at the rims."""
    return max(0.0, 1 - 4 * ((x - 0.5) ** 2 + (y - 0.5) ** 2))


def _best_box(cells: Grid, wanted: tuple[int, int], size: tuple[int, int], scale: float) -> tuple[float, Box]:
    """How much of interest the best box of so many pixels has, and where it is."""
    rows, columns = len(cells), len(cells[0])
    across, down = (max(1, min(most, round(edge / scale))) for edge, most in zip(wanted, (columns, rows), strict=True))
    sums = _sums(cells)
    found, left, top = max(
        (sums[y + down][x + across] - sums[y][x + across] - sums[y + down][x] + sums[y][x], x, y)
        for y in range(rows - down + 1) for x in range(columns - across + 1)
    )  # fmt: skip
    x, y = (round((at + many / 2) * scale - edge / 2)
            for at, many, edge in zip((left, top), (across, down), wanted, strict=True))  # fmt: skip
    x, y = (max(0, min(whole - edge, at)) for at, whole, edge in zip((x, y), size, wanted, strict=True))
    return found, (x, y, x + wanted[0], y + wanted[1])


def _sums(cells: Grid) -> Grid:
    """Of all cells above and to the left of each corner."""
    sums = [[0.0] * (len(cells[0]) + 1)]
    for row in cells:
        above = sums[-1]
        sums.append([there + more for there, more in zip(above, (0.0, *accumulate(row)), strict=True)])
    return sums


def _around_middle(size: tuple[int, int], wanted: tuple[int, int]) -> Box:
    left, top = ((whole - edge) // 2 for whole, edge in zip(size, wanted, strict=True))
    return left, top, left + wanted[0], top + wanted[1]
