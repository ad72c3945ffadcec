"""Pages of all that can be dreamed towards by a network: `network => names, and what they look like where painted`.

Painted beforehand by `python -m engine.gallery.subject_sheets`; networks that share their classes share their pages.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine.catalog.catalog import Catalog

FOLDER: Final = Path(__file__).with_name("subject_sheets")
"""`NETWORK.json` with the names of each page, and `NETWORK-PAGE.webp`, counted from 1."""
PAINTED: Final = "lite2"
"""The network whose subjects are painted."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some subjects, and a picture of all of them where there is one."""

    names: tuple[str, ...]
    file: Path | None


def pages(catalog: Catalog, network: str, most: int = 20) -> list[Page]:
    """The subjects of a network, or its classes where it has none, page by page; without pictures `most` on each.

    Raises `UnknownNetwork`.
    """
    names = tuple(catalog.subjects(network)) or catalog.names(network)
    if names == tuple(catalog.subjects(PAINTED)) and index_file(PAINTED).is_file():
        shown = json.loads(index_file(PAINTED).read_text("utf-8"))
        return [Page(tuple(page), page_file(PAINTED, number)) for number, page in enumerate(shown)]
    return [Page(names[at : at + most], None) for at in range(0, max(1, len(names)), most)]


def page_file(network: str, number: int, folder: Path = FOLDER) -> Path:
    """Where a page lies, counted from 0."""
    return folder / f"{network}-{number + 1}.webp"


def index_file(network: str, folder: Path = FOLDER) -> Path:
    """Where the names of all pages stand."""
    return folder / f"{network}.json"
