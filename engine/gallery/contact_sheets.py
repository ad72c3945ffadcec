"""Contact sheets and films of the gallery as files: `(pictures, captions) => Pillow pictures => WebP bytes`.

A sheet is a page of the dream diary: night paper, a margin rule, small captions. The colours are the playground's.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from engine.canvas.page_layout import FAINT, INK, PAPER, WARM, Colour
from engine.canvas.pillow_image import to_pillow
from engine.encoders.encoder import Encoded
from engine.encoders.upload_limit import first_that_fits

EDGE: Colour = (0x3A, 0x30, 0x29)
RULE: Colour = (0x7C, 0x4A, 0x3F)
QUALITIES = (66, 60, 54, 48, 42, 36, 30, 24)
"""Of a WebP, tried in this order until the file is small enough.

At a sheet's distance one sees no difference from 78."""
PAGE_SHARE = 2 / 3
"""How large the pages of `see` and `channel` hang, of what a chat shows: their letters can just be read."""
# Pixels: around the sheet, between cells, for a row's name, for a line of text; the size of letters.
MARGIN, GAP, SIDE, LINE, LETTERS = 26, 10, 34, 30, 17


@dataclass(frozen=True)
class Cell:
    """A picture [3, h, w] in [0, 1], and what stands under it; `marked` is what people get if they ask for nothing."""

    picture: Tensor
    caption: str = ""
    marked: bool = False


@dataclass(frozen=True)
class Row:
    """Cells side by side, and their name in the margin."""

    name: str
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Layout:
    """Where the cells of a sheet lie, in pixels: `cell` is (width, height) of each."""

    rows: int
    columns: int
    cell: tuple[int, int]
    headed: bool = False
    captioned: bool = False

    @property
    def pitch(self) -> tuple[int, int]:
        """From one cell to the next, to the right and down."""
        return self.cell[0] + GAP, self.cell[1] + (LINE if self.captioned else GAP)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the sheet: even margins around names, heads, cells and captions."""
        x, y = self.place(self.rows - 1, self.columns - 1)
        return x + self.cell[0] + MARGIN, y + self.cell[1] + (LINE if self.captioned else 0) + MARGIN

    def place(self, row: int, column: int) -> tuple[int, int]:
        """The upper left corner of a cell."""
        top = MARGIN + (LINE if self.headed else 0)
        return MARGIN + SIDE + column * self.pitch[0], top + row * self.pitch[1]


def sheet(
    rows: Sequence[Row], width: int, heads: Sequence[str] = (), marked: str = "", height: int | None = None
) -> Image.Image:
    """A sheet of cells `width` pixels wide, 4:3 or so high; one of the `heads` over its columns may be marked.

    Raises `ValueError` for no rows.
    """
    if not rows:
        raise ValueError("a sheet of nothing; give at least one row")
    captioned = any(cell.caption for row in rows for cell in row.cells)
    layout = Layout(
        len(rows), max(len(row.cells) for row in rows), (width, height or width * 3 // 4), bool(heads), captioned
    )
    page = Image.new("RGB", layout.size, PAPER)
    pen = ImageDraw.Draw(page)
    ruled = MARGIN + SIDE - GAP
    pen.line((ruled, MARGIN // 2, ruled, page.height - MARGIN // 2), fill=RULE)
    for column, head in enumerate(heads):
        x, y = layout.place(0, column)
        _draw_text(pen, (x + width / 2, y - LINE / 2 - 2), head, WARM if head == marked else INK)
    for number, row in enumerate(rows):
        _draw_row_name(page, row.name, layout, number)
        for column, cell in enumerate(row.cells):
            _draw_cell(page, cell, layout, layout.place(number, column))
    return page


def _draw_cell(page: Image.Image, cell: Cell, layout: Layout, place: tuple[int, int]) -> None:
    (x, y), (width, height) = place, layout.cell
    shown = to_pillow(cell.picture).resize((width, height), Image.Resampling.LANCZOS)
    pen = ImageDraw.Draw(page)
    page.paste(shown, place)
    pen.rectangle((x - 1, y - 1, x + width, y + height), outline=WARM if cell.marked else EDGE)
    _draw_text(pen, (x + width / 2, y + height + LINE / 2), cell.caption, WARM if cell.marked else INK)


def _draw_row_name(page: Image.Image, name: str, layout: Layout, row: int) -> None:
    """Write a row's name upwards in the margin, at the middle of its cells."""
    height = layout.cell[1]
    strip = Image.new("RGB", (height, SIDE - GAP), PAPER)
    _draw_text(ImageDraw.Draw(strip), (height / 2, strip.height / 2 - 2), name, FAINT)
    page.paste(strip.transpose(Image.Transpose.ROTATE_90), (MARGIN - 4, layout.place(row, 0)[1]))


def _draw_text(pen: ImageDraw.ImageDraw, middle: tuple[float, float], text: str, colour: Colour) -> None:
    pen.text(middle, text, fill=colour, font=ImageFont.load_default(LETTERS), anchor="mm")


def page(picture: Tensor) -> Image.Image:
    """A page that a recipe wrote, [3, h, w] in [0, 1], as it hangs."""
    written = to_pillow(picture)
    size = (round(written.width * PAGE_SHARE), round(written.height * PAGE_SHARE))
    return written.resize(size, Image.Resampling.LANCZOS)


def webp(pictures: Sequence[Image.Image], limit_bytes: int, fps: int = 12) -> Encoded:
    """One picture, or a film that begins again at its end, in the best quality that fits.

    Raises `ValueError` for no pictures, or if nothing fits.
    """
    if not pictures:
        raise ValueError("no pictures; give at least one")
    width, height = pictures[0].size
    attempts = (Encoded(_webp_bytes(pictures, quality, fps), "image/webp", width, height) for quality in QUALITIES)
    best = first_that_fits(attempts, limit_bytes)
    if len(best.data) > limit_bytes:
        raise ValueError(f"{len(best.data)} bytes at the lowest quality; choose smaller or fewer pictures")
    return best


def _webp_bytes(pictures: Sequence[Image.Image], quality: int, fps: int) -> bytes:
    file = io.BytesIO()
    if len(pictures) == 1:
        pictures[0].save(file, "webp", quality=quality, method=6)
    else:
        film = {"save_all": True, "append_images": pictures[1:], "duration": round(1000 / fps), "loop": 0}
        pictures[0].save(file, "webp", quality=quality, method=4, **film)
    return file.getvalue()
