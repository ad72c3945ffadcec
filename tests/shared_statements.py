"""SQL that was compiled for one SQLite database is not compiled for the next: `with shared_statements(): ...`.

SQLAlchemy keeps what it has compiled for as long as an engine lives, by statement and dialect. Each of hundreds of
tests has an engine of its own, and would compile the same statements for a dialect that differs in nothing: a twentieth
of the time of tests of the bot, or more.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from unittest import mock

from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Engine
from sqlalchemy.util import LRUCache

MOST: Final = 2_000
"""Statements that are kept."""


@contextmanager
def shared_statements() -> Iterator[None]:
    """Until the end, all SQLite dialects count as one, and engines for it keep what they compile in one place."""
    kept: LRUCache[Any, Any] = LRUCache(MOST)
    make = Engine.__init__

    def make_sharing(engine: Engine, pool: Any, dialect: Any, *rest: Any, **options: Any) -> None:
        make(engine, pool, dialect, *rest, **options)
        if type(dialect) is SQLiteDialect_pysqlite:
            engine._compiled_cache = kept

    with (
        mock.patch.object(Engine, "__init__", make_sharing),
        mock.patch.object(SQLiteDialect_pysqlite, "__eq__", _of_one_kind),
        mock.patch.object(SQLiteDialect_pysqlite, "__hash__", _same_for_all),
    ):
        yield


def _of_one_kind(one: object, other: object) -> bool:
    return type(one) is type(other)


def _same_for_all(_dialect: object) -> int:
    return hash(SQLiteDialect_pysqlite)
