"""Locks of blobs by name, which all machines of a fleet share: `(name, shared) => while it is held`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from engine.errors import NoLedger
from engine.files.blobs import BlobKey
from engine.queue.database import connect, reading

BLOBS = 0x424C4F42
"""The class of these locks; the other half of a lock's number is the hash of the name."""


class BlobLock:
    """Advisory locks of a PostgreSQL session: they go with the connection."""

    def __init__(self, url: str) -> None:
        self._db = connect(url)

    @contextmanager
    def __call__(self, key: BlobKey, shared: bool) -> Iterator[None]:
        """Hold the lock of a name. Raises `NoLedger`."""
        kind = "_shared" if shared else ""
        with reading(self._db) as db:
            db.exec_driver_sql(f"SELECT pg_advisory_lock{kind}(%s, hashtext(%s))", (BLOBS, key))
            try:
                yield
            finally:
                self._unlock(db, kind, key)

    def _unlock(self, db: sa.Connection, kind: str, key: BlobKey) -> None:
        try:
            db.exec_driver_sql(f"SELECT pg_advisory_unlock{kind}(%s, hashtext(%s))", (BLOBS, key))
        except NoLedger:  # the connection is gone, and the lock with it
            db.invalidate()
