"""Everything that was made, as sheets to look at: `pictures by part => files`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from torch import Tensor

from engine.gallery.contact_sheets import Cell, Row, sheet, webp

COLUMNS: Final = 5
ROWS: Final = 12
"""Of one sheet; what is more goes on another one."""
CELL: Final = 240
LIMIT: Final = 6_000_000


def contact_sheets(made: Mapping[str, Tensor], out: Path, part: str) -> Iterator[Path]:
    """Write pictures of one size side by side, over their captions; gives every file that was written."""
    cells = [Cell(picture, caption) for caption, picture in made.items()]
    height, width = next(iter(made.values())).shape[1:]
    for number, begin in enumerate(range(0, len(cells), COLUMNS * ROWS), 1):
        page = cells[begin : begin + COLUMNS * ROWS]
        rows = [Row("", page[at : at + COLUMNS]) for at in range(0, len(page), COLUMNS)]
        path = out / f"{part}-{number}.webp"
        path.write_bytes(webp([sheet(rows, CELL, height=round(CELL * height / width))], LIMIT).data)
        yield path
