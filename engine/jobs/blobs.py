"""Blobs: `bytes <=> sha256 name`, as files.

Written as temp file, fsync, rename, before the row that names them: a row never points at half a picture.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from engine.jobs.job import BlobKey


class Blobs:
    """A folder of files named after their content."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def put(self, data: bytes) -> BlobKey:
        """Store bytes durably; the same bytes twice are one file."""
        key = BlobKey(hashlib.sha256(data).hexdigest())
        path = self.path(key)
        if path.exists():
            path.touch()
            return key
        path.parent.mkdir(exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self.folder, prefix=".part-", delete=False) as part:
            part.write(data)
            part.flush()
            os.fsync(part.fileno())
        Path(part.name).replace(path)
        return key

    def get(self, key: BlobKey) -> bytes | None:
        """The bytes, or None if they are gone or no longer what their name says."""
        try:
            data = self.path(key).read_bytes()
        except FileNotFoundError:
            return None
        return data if hashlib.sha256(data).hexdigest() == key else None

    def path(self, key: BlobKey) -> Path:
        """Where a blob lies. Raises ValueError on anything that is not a sha256 in hex."""
        if len(key) != 64 or not set(key) <= set("0123456789abcdef"):
            raise ValueError(f"not a blob's name: {key[:80]!r}")
        return self.folder / key[:2] / key
