"""Files that are there whole or not at all: `path => a name beside it to write to`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(path: Path, *, durable: bool = False) -> Iterator[Path]:
    """A name beside a file. What was written there takes the file's place at the end; nothing is left if that failed.

    `durable`: it is on the disk before (fsync of the file, and of its folder). A file has one writer at a time.
    """
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)  # of a writer that was killed
    try:
        yield part
        if durable:
            _sync(part)
        part.replace(path)
        if durable:
            _sync(path.parent)
    finally:
        part.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
