"""Small facts that must outlive the bot: `path <=> JSON`, written whole or not at all."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any, Protocol

from engine.platform import atomic_file

log = logging.getLogger(__name__)


class Note(Protocol):
    """One fact that is remembered."""

    def read(self) -> Any:
        """What was noted; None where nothing was."""
        ...

    def write(self, fact: Any) -> None:
        """Remember another one."""
        ...


class FileNote:
    """A note in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Any:  # noqa: D102
        try:
            return read(self._path)
        except (OSError, ValueError):
            return None

    def write(self, fact: Any) -> None:  # noqa: D102
        write(self._path, fact)


def write(path: Path, facts: Any) -> None:
    """Write a note; a disk that is full costs the memory of it, not the bot."""
    try:
        with atomic_file.replacing(path) as part:
            part.write_text(json.dumps(facts), "utf-8")
    except OSError as error:
        log.warning("%s cannot be written: %s", path, error)


def read(path: Path) -> Any:
    """What was noted. Raises `OSError` where there is no note, `ValueError` where it is none."""
    return json.loads(path.read_text("utf-8"))
