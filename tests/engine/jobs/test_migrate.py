"""Migrations: from nothing to what the tables say, once, and never backwards."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from bot.store import tables
from engine.jobs import migrate, settings
from engine.jobs.database import connect, sqlite_url
from engine.jobs.errors import SettingsError
from engine.jobs.ledger import metadata


def differences(engine: sa.Engine) -> list[object]:
    """What the migrated database lacks of the ledger's and the store's tables, or has beyond them."""
    wanted = sa.MetaData()
    for table in (*metadata.tables.values(), *tables.metadata.tables.values()):
        table.to_metadata(wanted)
    with engine.connect() as db:
        return list(compare_metadata(MigrationContext.configure(db), wanted))


def test_migrations_make_the_tables_that_the_code_uses(tmp_path: Path) -> None:
    engine = connect(sqlite_url(tmp_path / "fresh.db"))
    migrate.upgrade(engine)
    assert differences(engine) == []
    engine.dispose()


def test_starting_together_migrates_once(data_dir: Path) -> None:
    found = settings.load(data_dir=data_dir)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(migrate.prepare, [found] * 8))
    engine = connect(sqlite_url(found.database))
    assert differences(engine) == []
    engine.dispose()


def test_a_newer_schema_is_refused_with_a_sentence(tmp_path: Path) -> None:
    engine = connect(sqlite_url(tmp_path / "newer.db"))
    migrate.upgrade(engine)
    with engine.begin() as db:
        db.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SettingsError, match=r"newer Pareidolia.*Update"):
        migrate.upgrade(engine)
    engine.dispose()
