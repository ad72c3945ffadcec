"""A finished file, and the port through which pictures become one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from torch import Tensor

from engine.notes import Note


@dataclass(frozen=True, slots=True)
class Encoded:
    """A file that can be uploaded."""

    data: bytes = field(repr=False)
    mime: str
    width: int
    height: int
    notes: tuple[Note, ...] = ()
    """What was given up, to fit the upload limit or for want of memory."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What the recipe found out on the way, as JSON knows it."""
    variations: tuple[Encoded, ...] = ()
    """Where the file is a sheet of several pictures, the files of each."""
    ending: Encoded | None = None
    """Where the file is a zoom, its last picture, from which the next one goes on."""


class Encoder(Protocol):
    """Takes the pictures of a result one by one, and makes one file of them."""

    def add(self, picture: Tensor, frames: int = 1) -> None:
        """Take the next picture, [3, h, w] in [0, 1], of so many, which may be fewer in the end; all have one size."""
        ...

    def finish(self) -> Encoded:
        """The file. Raises `ValueError` if no picture was added."""
        ...

    def close(self) -> None:
        """Let go of temporary files; harmless twice, and after `finish`."""
        ...
