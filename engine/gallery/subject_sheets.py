"""`python -m engine.gallery.subject_sheets`: paint what a network imagines for each subject, as the pages of `/help`.

Each is what `/concept` makes of it, of which the middle is shown: there the thing is, and it has to be named at a
glance. On one core some fifteen minutes for lite2's.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from torch import Tensor

from engine import recipes
from engine.ascent.progress import Frame
from engine.catalog import subject_sheets
from engine.gallery.contact_sheets import Cell, Row, sheet, webp
from engine.params import Concept, make
from engine.runtime import Runtime

SEED: Final = 4821
SIDE: Final = 256
MIDDLE: Final = 0.68
"""The share of a painted side that is shown."""
TILE: Final = 112
"""Pixels of a picture on a page."""
COLUMNS, ROWS = 5, 4
PAGE_BYTES: Final = 56_000


def main(arguments: Sequence[str] | None = None) -> None:
    """Paint the subjects of a network and say which files were written."""
    asked = _parser().parse_args(arguments)
    runtime = Runtime("cpu", "float32", asked.threads)
    names = asked.only or list(runtime.catalog.subjects(asked.network))
    painted = {name: paint(runtime, asked.network, name) for name in names}
    for path in write(asked.network, painted, asked.out):
        print(f"{path}: {path.stat().st_size / 1e6:.2f} MB", flush=True)


def paint(runtime: Runtime, network_name: str, subject: str, iterations: int | None = None) -> Tensor:
    """The middle of what a network imagines for a subject, [3, h, w] in [0, 1]."""
    params = make(
        Concept, runtime.catalog, network=network_name, subject=subject, seed=SEED, size=SIDE, iterations=iterations
    )
    print(subject, flush=True)
    *_, last = (report for report in recipes.run(params, None, runtime) if isinstance(report, Frame))
    return middle(last.picture)


def middle(picture: Tensor) -> Tensor:
    """The middle of a picture [3, h, w]."""
    height, width = picture.shape[1:]
    top, left = round(height * (1 - MIDDLE) / 2), round(width * (1 - MIDDLE) / 2)
    return picture[:, top : height - top, left : width - left]


def write(network_name: str, painted: Mapping[str, Tensor], folder: Path = subject_sheets.FOLDER) -> Iterator[Path]:
    """Store pages of pictures, and the names on each."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = spread(list(painted))
    for number, page in enumerate(pages):
        path = subject_sheets.page_file(network_name, number, folder)
        path.write_bytes(webp([sheet(list(_rows(page, painted)), TILE, height=TILE)], PAGE_BYTES).data)
        yield path
    subject_sheets.index_file(network_name, folder).write_text(json.dumps(pages, indent=1) + "\n", "utf-8")


def spread(names: Sequence[str]) -> list[Sequence[str]]:
    """Names on as few pages as they need, about as many on each."""
    count = -(-len(names) // (COLUMNS * ROWS))
    each = -(-len(names) // max(1, count))
    return [names[at : at + each] for at in range(0, len(names), max(1, each))]


def _rows(names: Sequence[str], painted: Mapping[str, Tensor]) -> Iterable[Row]:
    cells = [Cell(painted[name], name) for name in names]
    return (Row("", cells[at : at + COLUMNS]) for at in range(0, len(cells), COLUMNS))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m engine.gallery.subject_sheets", description="Paint all subjects.")
    parser.add_argument("--network", default="lite2", help="whose subjects")
    parser.add_argument("--only", nargs="+", help="these subjects instead of all")
    parser.add_argument("--threads", type=int, default=0, help="of the CPU; 0 takes all")
    parser.add_argument("--out", type=Path, default=subject_sheets.FOLDER, help="the folder for the files")
    return parser


if __name__ == "__main__":
    main()
