"""Blobs: `bytes <=> sha256 name`, as files.

Written as temp file, fsync, rename, before the row that names them: a row never points at half a picture. A blob's
modification time is when it was last used. Whoever uses one says so under a shared lock; `remove` looks at that time
under an exclusive one, so that nothing is taken away that was just asked for, by whatever process.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NewType, Protocol

from engine.platform import file_lock

BlobKey = NewType("BlobKey", str)
"""The sha256 of a blob's bytes, in hex."""
PART = ".part-"


@dataclass(frozen=True, slots=True)
class BlobStat:
    """A blob as it lies in the folder."""

    key: BlobKey
    size: int
    """Bytes."""
    used: float
    """Unix seconds of its last use."""


class StoreUnreachable(OSError):
    """A store on another machine does not answer, or does not let us in."""


class BlobStore(Protocol):
    """Bytes by the sha256 of what they are. What is used stays for a while; raises `OSError` where it cannot be
    reached."""

    def put(self, data: bytes) -> BlobKey:
        """Store bytes durably; the same bytes twice are one blob."""
        ...

    def get(self, key: BlobKey) -> bytes | None:
        """The bytes, or None if they are gone or no longer what their name says. That counts as a use."""
        ...

    def has(self, key: BlobKey) -> bool:
        """Whether there is such a blob, whatever it holds by now. That counts as a use."""
        ...

    def list_all(self) -> list[BlobStat]:
        """All blobs, those unused for longest first."""
        ...

    def remove(self, key: BlobKey, unused_since: float) -> int:
        """Delete a blob unless it was used after that moment (Unix seconds); the bytes freed."""
        ...

    def remove_parts(self, unused_since: float) -> None:
        """Delete what was being written, and was not finished, before that moment (Unix seconds)."""
        ...


class Blobs:
    """A folder of files named after their content."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def put(self, data: bytes) -> BlobKey:
        """Store bytes durably; the same bytes twice are one file. Raises OSError, and then nothing is left behind."""
        key = BlobKey(hashlib.sha256(data).hexdigest())
        if self.get(key) is not None:
            return key
        path = self.path(key)
        path.parent.mkdir(exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self.folder, prefix=PART, delete=False) as part:
            try:
                part.write(data)
                part.flush()
                os.fsync(part.fileno())
            except OSError:
                Path(part.name).unlink()
                raise
        Path(part.name).replace(path)
        return key

    def get(self, key: BlobKey) -> bytes | None:
        """The bytes, or None if they are gone or no longer what their name says. That counts as a use."""
        path = self.path(key)
        try:
            self._use(path)
            data = path.read_bytes()
        except FileNotFoundError:
            return None
        return data if hashlib.sha256(data).hexdigest() == key else None

    def has(self, key: BlobKey) -> bool:
        """Whether there is such a file, whatever it holds by now. That counts as a use."""
        try:
            self._use(self.path(key))
        except FileNotFoundError:
            return False
        return True

    def path(self, key: BlobKey) -> Path:
        """Where a blob lies. Raises ValueError on anything that is not a sha256 in hex."""
        if not is_key(key):
            raise ValueError(f"not a blob's name: {key[:80]!r}")
        return self.folder / key[:2] / key

    def list_all(self) -> list[BlobStat]:
        """All blobs, those unused for longest first."""
        found = []
        for path in self.folder.glob("??/*"):
            with suppress(FileNotFoundError):  # another process tidies, too
                stat = path.stat()
                found.append(BlobStat(BlobKey(path.name), stat.st_size, stat.st_mtime))
        return sorted((one for one in found if is_key(one.key)), key=lambda one: one.used)

    def remove(self, key: BlobKey, unused_since: float) -> int:
        """Delete a blob unless it was used after that moment (Unix seconds); the bytes freed."""
        path = self.path(key)
        with self._lock(shared=False):
            try:
                stat = path.stat()
            except FileNotFoundError:
                return 0
            if stat.st_mtime > unused_since:
                return 0
            path.unlink()
            return stat.st_size

    def remove_parts(self, unused_since: float) -> None:
        """Delete what was being written when its writer was killed."""
        for part in self.folder.glob(f"{PART}*"):
            with suppress(FileNotFoundError):
                if part.stat().st_mtime <= unused_since:
                    part.unlink()

    def _use(self, path: Path) -> None:
        with self._lock(shared=True):
            try:
                os.utime(path)
            except FileNotFoundError:
                raise
            except OSError:  # a disk that cannot be written can still be read
                path.stat()

    @contextmanager
    def _lock(self, *, shared: bool) -> Iterator[None]:
        try:
            lock = file_lock.acquire(self.folder / ".lock", shared=shared, wait=True)
        except OSError:  # a disk that cannot be written: then nothing is removed from it either
            yield
            return
        try:
            yield
        finally:
            os.close(lock)


def is_key(name: str) -> bool:
    """Whether a name is a sha256 in hex."""
    return len(name) == 64 and set(name) <= set("0123456789abcdef")
