"""The database that everything kept in rows shares: `url => engine`.

A write is one transaction that holds the write lock from its first statement (BEGIN IMMEDIATE on SQLite, an advisory
lock on PostgreSQL): read-then-write without it loses rows. Reads take no lock and wait for nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

ADVISORY_LOCK = 0x50415245


def sqlite_url(path: Path) -> str:
    """The URL of a SQLite file."""
    return sa.URL.create("sqlite", database=str(path)).render_as_string(hide_password=False)


def connect(url: str) -> sa.Engine:
    """An engine whose transactions hold the write lock from their first statement."""
    engine = sa.create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _durable_sqlite)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    else:
        lock = f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})"
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(lock))
    return engine


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A connection without the write lock: readers never wait for writers."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        yield db


def _durable_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver's own BEGIN is deferred; ours is not
    for pragma in ("busy_timeout=10000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}").close()
