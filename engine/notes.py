"""What was given up so that there is a result at all: `(name, facts) => sentence`.

The engine says a name and facts, whoever shows them makes the sentence: it can be said in another way, or in another
language, than when the result was made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

TEMPLATES: dict[str, str] = {
    "tiles": "There was not enough memory for all of it at once, so it was dreamed in tiles: shapes may be a little"
    " smaller.",
    "lossy": "A lossless file was too large to upload here, so this is a {format}; a smaller `size` keeps PNG.",
    "smaller": "The full size was too large to upload here, so this is {width} x {height}; choose a smaller `size`.",
    "compressed": "This was too large to upload here, so it is compressed more; a smaller `size` keeps it fine.",
    "colours": "This was too large to upload here, so it has {colours} colours; a smaller `size` keeps all 256.",
    "frames": "This was too large to upload here, so {kept} of {frames} frames are left; ask for fewer `frames`.",
    "flashes": "It flashed more than three times a second, which can harm people, so some flashes are dimmed.",
    "too_large": "All of it was too large to upload here; a smaller `size` or fewer `frames` keep more.",
    "colours_left": "It has {colours} colours, not 256.",
    "fit_quality": "It is compressed more.",
    "fit_dither": "Its colours are not dithered.",
    "fit_frames": "{kept} of {frames} frames are left.",
    "fit_size": "It is {width} x {height}.",
    "fit_format": "It is of another format: {format}.",
}
"""The sentence of each name; `{names}` in it are facts. Names stand in rows of the ledger: none may change, and those
that are said no more (compressed, colours, frames) stay."""


@dataclass(frozen=True, slots=True)
class Note:
    """Something that was given up."""

    name: str
    facts: Mapping[str, str | int] = field(default_factory=dict)

    def __str__(self) -> str:
        """The sentence; empty for what a newer engine says and this version has no words for."""
        try:
            return TEMPLATES[self.name].format(**self.facts)
        except LookupError:
            return ""


def read_notes(stored: Iterable[Mapping[str, Any]]) -> tuple[Note, ...]:
    """Notes as `dataclasses.asdict` and JSON keep them."""
    return tuple(Note(str(one["name"]), dict(one["facts"])) for one in stored)


def sentences(notes: Iterable[Note]) -> str:
    """All of them, one after another; those without words are left out."""
    return " ".join(filter(None, map(str, notes)))
