"""Locks that processes hold against one another, and that go with them: `path => held until closed` (flock)."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def acquire(path: Path, *, shared: bool = False, wait: bool = False, refusal: Exception | None = None) -> int:
    """A descriptor that holds the lock of a file until it is closed. Raises `refusal`, or `BlockingIOError` without
    one, where somebody else has it and `wait` is not asked for, and `OSError` where the file cannot be made."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    try:
        fcntl.flock(lock, kind if wait else kind | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        if refusal and isinstance(error, BlockingIOError):
            raise refusal from None
        raise
    return lock


@contextmanager
def hold(path: Path, *, shared: bool = False, wait: bool = False, refusal: Exception | None = None) -> Iterator[None]:
    """Hold the lock of a file. Raises as `acquire` does."""
    lock = acquire(path, shared=shared, wait=wait, refusal=refusal)
    try:
        yield
    finally:
        os.close(lock)


def is_locked(path: Path) -> bool:
    """Whether somebody holds the lock of a file alone; nobody does where there is no file."""
    try:
        lock = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False
