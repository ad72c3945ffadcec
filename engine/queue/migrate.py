"""Bring a database to this version's schema: `engine => None`, before anything else touches it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from engine.errors import DatabaseUnreachable, NoLedger, SettingsError
from engine.platform import file_lock
from engine.queue.database import check, connect, database_url, reading, sqlite_url
from engine.settings import Settings


def prepare(settings: Settings) -> None:
    """Check, then make or upgrade the database of these settings. Two processes that start together do it once.

    Raises `DatabaseDamaged`, `DatabaseUnreachable`, or `SettingsError` on a newer schema and on a file that cannot be
    used.
    """
    if settings.fleet.on:
        _prepare_fleet(settings)
    else:
        _prepare_file(settings)


def _prepare_fleet(settings: Settings) -> None:
    """The write lock of the database keeps two from doing it at once."""
    engine = connect(database_url(settings))
    with _reachable():
        try:
            upgrade(engine)
        finally:
            engine.dispose()


@contextmanager
def _reachable() -> Iterator[None]:
    """Raises `DatabaseUnreachable` for what a server refuses."""
    try:
        yield
    except (sa.exc.DBAPIError, NoLedger) as error:
        reason = str(error.facts["reason"] if isinstance(error, NoLedger) else error.orig).partition("\n")[0]
        raise DatabaseUnreachable(reason=reason) from error


def server_clock(url: str) -> Callable[[], float]:
    """Unix seconds by the clock of a database server, so that machines whose clocks differ write the same times.
    Raises `DatabaseUnreachable`."""
    engine = connect(url)
    with _reachable():
        try:
            with reading(engine) as db:
                began = time.monotonic()
                there = float(db.exec_driver_sql("SELECT extract(epoch FROM clock_timestamp())").scalar_one())
                now = time.monotonic()
        finally:
            engine.dispose()
    return lambda: there + time.monotonic() - (began + now) / 2


def _prepare_file(settings: Settings) -> None:
    with file_lock.hold(settings.run_dir / "migrate.lock", wait=True):
        engine = connect(sqlite_url(settings.database))
        try:
            check(settings.database)
            upgrade(engine)
        except (sqlite3.OperationalError, sa.exc.OperationalError, NoLedger) as error:
            reason = error.facts["reason"] if isinstance(error, NoLedger) else str(getattr(error, "orig", error))
            remedy = f"Make {settings.data_dir} writable and its disk not full, and start again."
            raise SettingsError(
                problem=f"The database {settings.database} cannot be used ({reason}). {remedy}"
            ) from error
        finally:
            engine.dispose()


def upgrade(engine: sa.Engine) -> None:
    """Run the migrations that are missing, in one transaction. Raises `SettingsError` on a newer schema."""
    # here, for only who opens a database pays for it: a third of a second, more than everything else of `doctor`
    from alembic import command
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(scripts()))
    known = ScriptDirectory.from_config(config)
    with engine.begin() as db:
        current = MigrationContext.configure(db).get_current_revision()
        if current is not None and current not in {script.revision for script in known.walk_revisions()}:
            newer = f"The database is of a newer Pareidolia (schema {current})."
            raise SettingsError(problem=f"{newer} Update Pareidolia, or restore a backup.")
        config.attributes["connection"] = db
        command.upgrade(config, "head")


def scripts() -> Path:
    """The migrations: beside the packages in a checkout, inside this package in a wheel."""
    packed = Path(__file__).parent / "migrations"
    return packed if packed.is_dir() else Path(__file__).parents[2] / "migrations"
