"""The database that everything kept in rows shares: `url => engine`.

A write is one transaction that holds the write lock from its first statement (BEGIN IMMEDIATE on SQLite, an advisory
lock on PostgreSQL): read-then-write without it loses rows. Reads take no lock and wait for nobody.
"""

from __future__ import annotations

import importlib.util
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

from engine.errors import DatabaseDamaged, NoLedger, SettingsError
from engine.platform.outage import Outage
from engine.settings import Settings, origin

log = logging.getLogger(__name__)
outage = Outage(log, "the database")
"""Of a fleet's server, for all connections of a process to it."""
metadata = sa.MetaData()
"""Of the queue's tables."""

ADVISORY_LOCK = 0x50415245
POSTGRESQL: dict[str, Any] = {
    "connect_timeout": 5, "application_name": "pareidolia",
    "keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3, "tcp_user_timeout": 10_000,
    "options": "-c lock_timeout=10s -c idle_in_transaction_session_timeout=15s"
    " -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3 -c tcp_user_timeout=10s",
}  # fmt: skip
"""A machine that is gone must not keep the write lock: both ends notice within some 11 s that nobody answers."""
READING = "AUTOCOMMIT"
"""The isolation of reads: no transaction."""
TRANSIENT_CODES = frozenset({
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
})  # fmt: skip
"""What SQLite says of a disk that is full, read-only, gone, or in somebody else's hands for too long."""


def sqlite_url(path: Path) -> str:
    """The URL of a SQLite file."""
    return sa.URL.create("sqlite", database=str(path)).render_as_string(hide_password=False)


def database_url(settings: Settings) -> str:
    """The URL of the database of these settings: the fleet's, or this machine's file. Raises `SettingsError`."""
    chosen = settings.fleet.database_url.get_secret_value()
    if not chosen:
        return sqlite_url(settings.database)
    try:
        url = sa.make_url(chosen).set(drivername="postgresql+psycopg")
    except (sa.exc.ArgumentError, ValueError):  # what it says has the password in it
        where = origin("fleet", "database_url")
        raise SettingsError(
            problem=f"`fleet.database_url` should be postgresql://user:password@host:5432/name{where}."
        ) from None
    if importlib.util.find_spec("psycopg") is None:
        raise SettingsError(
            problem="`fleet.database_url` needs the package psycopg. Run: pip install 'pareidolia[fleet]'"
        )
    return url.render_as_string(hide_password=False)


def lock_file(run_dir: Path) -> Path:
    """The file whose lock is shared by all who use the database, and held alone by whoever puts another in its place
    (`engine.platform.file_lock`)."""
    return run_dir / "database.lock"


def check(path: Path) -> None:
    """Look through a SQLite file, if there is one. Raises `DatabaseDamaged`, and sqlite3's OperationalErrors."""
    if not path.exists():
        return
    try:
        with closing(sqlite3.connect(path, timeout=10)) as db:
            found = [str(row[0]) for row in db.execute("PRAGMA quick_check(1)")]
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError as error:
        found = [str(error)]
    if found != ["ok"]:
        raise DatabaseDamaged(path=path, finding=" ".join(" ".join(found).split())[:120])


def connect(url: str) -> sa.Engine:
    """An engine whose transactions hold the write lock from their first statement.

    What a disk or a server refuses for a while is raised as `NoLedger`, by every statement.
    """
    engine = sa.create_engine(url) if url.startswith("sqlite") else _create_postgresql(url)
    event.listen(engine, "handle_error", _raise_no_ledger)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _durable_sqlite)
        lock = "BEGIN IMMEDIATE"
    else:
        event.listen(engine, "connect", lambda *_: outage.report_success())
        event.listen(engine, "commit", lambda _: outage.report_success())
        lock = f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})"
    event.listen(engine, "begin", lambda connection: None if _reads(connection) else connection.exec_driver_sql(lock))
    return engine


def _create_postgresql(url: str) -> sa.Engine:
    """Its connections are asked whether they live before they are used: a server that was restarted costs nobody a
    request."""
    return sa.create_engine(url, pool_pre_ping=True, connect_args=POSTGRESQL, hide_parameters=True)


def _reads(connection: sa.Connection) -> bool:
    """Whether a connection is one of `reading`: SQLAlchemy announces a beginning there, too; nothing may begin."""
    return connection.get_execution_options().get("isolation_level") == READING


def _raise_no_ledger(context: sa.engine.ExceptionContext) -> None:
    found = context.sqlalchemy_exception
    if context.is_pre_ping:
        return  # the pool makes another connection
    if isinstance(found, sa.exc.OperationalError) and _is_transient(context.original_exception):
        raise _no_ledger_error(context.original_exception) from found


def _is_transient(error: BaseException) -> bool:
    code = getattr(error, "sqlite_errorcode", None)
    return code is None or code & 0xFF in TRANSIENT_CODES  # the upper bits say more precisely what it was


def _no_ledger_error(error: BaseException) -> NoLedger:
    if hasattr(error, "sqlite_errorcode"):
        log.error("the database cannot be used: %s", error)
    else:
        outage.report_failure(str(error))
    return NoLedger(reason=str(error))


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A connection without the write lock: readers never wait for writers."""
    with engine.connect().execution_options(isolation_level=READING) as db:
        yield db


def _durable_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver's own BEGIN is deferred; ours is not
    try:
        for pragma in ("busy_timeout=10000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}").close()
    except sqlite3.OperationalError as error:
        if _is_transient(error):
            raise _no_ledger_error(error) from error
        raise
