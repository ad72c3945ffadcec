"""Small facts that must outlive the bot: `path <=> JSON`, written whole or not at all."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from engine.platform import atomic_file

log = logging.getLogger(__name__)


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
