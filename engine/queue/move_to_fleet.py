"""A single machine's installation moves to a fleet: `settings => rows and pictures there, verified`.

What is here stays as it is. Whatever is there already is left alone, so that a move that was interrupted is simply
asked for again; pictures go first, so that no row names one that is not there. Every picture is read back by its
checksum, and every table is compared by its number of rows and a checksum of all of them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from engine.errors import MoveError
from engine.files.blobs import BlobKey, BlobStore
from engine.platform import file_lock
from engine.queue import engine_registry, migrate
from engine.queue.blob_stores import open_blobs, open_local_blobs
from engine.queue.database import connect, database_url, lock_file, reading, sqlite_url
from engine.settings import Settings

AT_ONCE = 500
"""Rows of one transaction: nobody waits long for the write lock."""
NOT_MOVED = {"alembic_version", *engine_registry.metadata.tables}
"""What one machine has not, or has of its own."""
Row = Mapping[Any, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """How far it is."""

    done: int
    """Pictures and rows that are there."""
    total: int
    rows: dict[str, int] = field(default_factory=dict)
    """At the end: rows of each table."""
    pictures: int = 0
    lost: int = 0
    """Pictures that were damaged here already."""


def move(settings: Settings) -> Iterator[Step]:
    """Move everything. Nobody may be at work here. Raises `SettingsError`s."""
    if not settings.fleet.on:
        raise MoveError(problem="Say where to: set `fleet.database_url` and `fleet.blob_url` first (docs/scale.md).")
    if not settings.database.exists():
        raise MoveError(problem=f"There is nothing in {settings.data_dir} to move. Start the fleet as it is.")
    at_work = MoveError(
        problem=f"Pareidolia is at work in {settings.data_dir}. Stop the bot and its engine, try again."
    )
    with file_lock.hold(lock_file(settings.run_dir), refusal=at_work):
        yield from _move(settings)


def _move(settings: Settings) -> Iterator[Step]:
    alone = settings.model_copy(update={"fleet": type(settings.fleet)()})
    migrate.prepare(alone)
    migrate.prepare(settings)
    here, there = connect(sqlite_url(settings.database)), connect(database_url(settings))
    try:
        yield from _Move(here, there).run(open_local_blobs(alone), open_blobs(settings))
    finally:
        here.dispose()
        there.dispose()


class _Move:
    """Two databases, of one schema."""

    def __init__(self, here: sa.Engine, there: sa.Engine) -> None:
        self._here = here
        self._there = there
        known = sa.MetaData()
        known.reflect(there)
        self._tables = [table for table in known.sorted_tables if table.name not in NOT_MOVED]

    def run(self, pictures: BlobStore, store: BlobStore) -> Iterator[Step]:
        """Copy, then compare."""
        counts = {table.name: self._count(self._here, table) for table in self._tables}
        self._refuse_foreign_rows(counts)
        listed = pictures.list_all()
        done, total, lost = 0, len(listed) + sum(counts.values()), 0
        yield Step(done, total)
        for one in listed:
            lost += not _send(one.key, pictures, store)
            done += 1
            yield Step(done, total)
        for table in self._tables:
            for copied in self._copy(table):
                done += copied
                yield Step(done, total)
            self._compare(table)
        yield Step(total, total, counts, len(listed) - lost, lost)

    def _refuse_foreign_rows(self, counts: Mapping[str, int]) -> None:
        """What is there must be what an earlier try has moved: two installations in one would mix people up."""
        for table in self._tables:
            if self._keys(self._there, table) - self._keys(self._here, table):
                raise MoveError(
                    problem="The database of `fleet.database_url` holds what is not from here. Choose an empty one."
                )

    def _copy(self, table: sa.Table) -> Iterator[int]:
        insert = postgresql.insert(table).on_conflict_do_nothing()
        with reading(self._here) as db:
            for part in db.execute(sa.select(*table.c)).mappings().partitions(AT_ONCE):
                with self._there.begin() as there:
                    there.execute(insert, [_plain(table, row) for row in part])
                yield len(part)
        with self._there.begin() as there:
            for column in table.primary_key.columns:
                if isinstance(column.type, sa.Integer):
                    _continue_numbers(there, table, column)

    def _compare(self, table: sa.Table) -> None:
        here, there = (self._fingerprint(database, table) for database in (self._here, self._there))
        if here != there:
            raise MoveError(
                problem=f"The table {table.name} did not arrive whole ({here[0]} rows here, {there[0]} there)."
                " Nothing here has changed; empty that database and try again."
            )

    def _fingerprint(self, database: sa.Engine, table: sa.Table) -> tuple[int, int]:
        with reading(database) as db:
            return fingerprint(_plain(table, row) for row in db.execute(sa.select(*table.c)).mappings())

    def _count(self, database: sa.Engine, table: sa.Table) -> int:
        with reading(database) as db:
            return db.scalar(sa.select(sa.func.count()).select_from(table)) or 0

    def _keys(self, database: sa.Engine, table: sa.Table) -> set[tuple[Any, ...]]:
        with reading(database) as db:
            return {tuple(row) for row in db.execute(sa.select(*table.primary_key.columns))}


def _send(key: BlobKey, pictures: BlobStore, store: BlobStore) -> bool:
    """Store a picture there and read it back; False where it is damaged here. Raises `MoveError`."""
    data = pictures.get(key)
    if data is None:
        return False
    store.put(data)
    if store.get(key) is None:
        raise MoveError(problem="A picture did not arrive as it was sent. Check the server of `fleet.blob_url`.")
    return True


def fingerprint(rows: Iterable[Row]) -> tuple[int, int]:
    """How many rows, and a checksum of them all, in whatever order they come."""
    count = total = 0
    for row in rows:
        count += 1
        text = json.dumps(dict(row), sort_keys=True, default=str)
        total += int.from_bytes(hashlib.sha256(text.encode()).digest())
    return count, total % 2**256


def _plain(table: sa.Table, row: Row) -> dict[str, Any]:
    """A row as PostgreSQL takes it: SQLite keeps what is true as 1."""
    truths = {column.name for column in table.c if isinstance(column.type, sa.Boolean)}
    return {name: bool(value) if name in truths and value is not None else value for name, value in row.items()}


def _continue_numbers(db: sa.Connection, table: sa.Table, column: sa.Column[Any]) -> None:
    """The next row gets the number after the largest, where the database counts."""
    sequence = db.scalar(sa.select(sa.func.pg_get_serial_sequence(table.name, column.name)))
    if sequence is not None:
        following = sa.select(sa.func.coalesce(sa.func.max(column), 0) + 1).scalar_subquery()
        db.execute(sa.select(sa.func.setval(sequence, following, False)))
