"""Migrations: from nothing to what the tables say, once, and never backwards."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext

from bot.store import tables
from bot.store.game_tables import dex_entries, fool_entries, fool_rounds, guess_answers, guess_rounds
from bot.store.presets import Presets
from engine import settings
from engine.errors import DatabaseDamaged, SettingsError
from engine.params import Dream
from engine.queue import engine_registry, migrate
from engine.queue.database import connect, metadata, sqlite_url
from engine.queue.job import JobId, State
from engine.queue.ledger import Ledger
from engine.queue.local_dispatch import open_ledger
from tests.catalogs import catalog
from tests.engine.queue import old_databases
from tests.postgresql_server import PostgresServer


def differences(engine: sa.Engine, *further: sa.MetaData) -> list[object]:
    """What the migrated database lacks of the ledger's and the store's tables, or has beyond them."""
    wanted = sa.MetaData()
    for table in (table for known in (metadata, tables.metadata, *further) for table in known.tables.values()):
        table.to_metadata(wanted)
    with engine.connect() as db:
        return list(compare_metadata(MigrationContext.configure(db), wanted))


def test_migrations_make_the_tables_that_the_code_uses(tmp_path: Path) -> None:
    engine = connect(sqlite_url(tmp_path / "fresh.db"))
    migrate.upgrade(engine)
    assert differences(engine) == []
    engine.dispose()


@pytest.mark.postgresql
def test_a_fleet_that_starts_together_migrates_once(postgresql: PostgresServer, tmp_path: Path) -> None:
    url = postgresql.empty_database()
    fleet = {"database_url": url.replace("+psycopg", ""), "blob_url": tmp_path.as_uri()}
    homes = [settings.load(data_dir=tmp_path / str(number), fleet=fleet) for number in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(migrate.prepare, homes * 2))
    engine = connect(url)
    assert differences(engine, engine_registry.metadata) == []
    with engine.connect() as db:
        assert db.scalar(sa.text("SELECT relpersistence FROM pg_class WHERE relname = 'previews'")) == "u"
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


@pytest.mark.parametrize("revision", old_databases.revisions())
def test_every_released_schema_is_upgraded_with_its_data(revision: str, data_dir: Path) -> None:
    assert (old_databases.FOLDER / f"{revision}.sql").exists(), "run: python -m tests.engine.queue.old_databases"
    found = settings.load(data_dir=data_dir)
    with closing(sqlite3.connect(found.database)) as old:
        old.executescript(old_databases.released(revision))
    with closing(open_ledger(found)) as ledger:
        assert [place.state for _, place in ledger.list_waiting()] == [State.RUNNING, State.QUEUED]
        assert {row.id[0] for row in ledger.list_unposted()} == {"q", "r", "f"}
        done = ledger.row(JobId("d" * 20))
        assert done
        assert done.result
        assert (done.job.picture, done.result.blob, done.job.params.seed) == (
            old_databases.PICTURE,
            old_databases.MADE,
            4821,
        )
        failed = ledger.row(JobId("f" * 20))
        assert failed
        facts: dict[str, object] | None = {} if revision >= old_databases.EXPLAINED else None
        assert (failed.error, failed.error_code, failed.error_facts) == ("The engine crashed twice.", "F01", facts)
        assert ledger.requeue("engine") == 1
        assert ledger.claim("engine")
        assert ledger.estimate(done.job) == pytest.approx(0.31 * done.job.params.work())
    engine = connect(sqlite_url(found.database))
    assert differences(engine) == []
    with engine.connect() as db:
        assert db.execute(sa.select(tables.presets.c.name, tables.presets.c.params)).all() == [
            ("Fur", '{"network": "pocket", "layer": "mid"}')
        ]
    engine.dispose()


@pytest.mark.parametrize("revision", old_databases.revisions())
def test_no_released_migration_was_changed(revision: str) -> None:
    released = old_databases.released(revision)
    assert sorted(old_databases.dump(revision).splitlines()) == sorted(released.splitlines())


@pytest.mark.parametrize(("revision", "before"), old_databases.FLEET_ONLY.items())
def test_what_is_for_fleets_changes_nothing_on_one_machine(revision: str, before: str) -> None:
    assert old_databases.dump(revision).replace(f"'{revision}'", f"'{before}'") == old_databases.dump(before)


MIGRATE = (
    "import sys; from engine import settings; from engine.queue import migrate;"
    "migrate.prepare(settings.load(data_dir=sys.argv[1]))"
)


@pytest.mark.process
def test_processes_that_start_together_migrate_once(data_dir: Path) -> None:
    found = settings.load(data_dir=data_dir)
    with closing(sqlite3.connect(found.database)) as old:
        old.executescript((old_databases.FOLDER / "0001.sql").read_text("utf-8"))
    started = [subprocess.Popen([sys.executable, "-c", MIGRATE, str(data_dir)]) for _ in range(3)]
    assert [one.wait() for one in started] == [0, 0, 0]
    with closing(Ledger(sqlite_url(found.database))) as ledger:
        assert len(ledger.list_unposted()) == 3


@pytest.mark.parametrize("behind", [0, 4096])
def test_a_damaged_database_is_refused_with_the_way_out(data_dir: Path, behind: int) -> None:
    found = settings.load(data_dir=data_dir)
    open_ledger(found).close()
    data = bytearray(found.database.read_bytes())
    data[behind:] = os.urandom(len(data) - behind)
    found.database.write_bytes(data)
    with pytest.raises(DatabaseDamaged, match=r"is damaged.*pareidolia restore FILE"):
        open_ledger(found)
    assert found.database.read_bytes() == data


def test_a_database_that_cannot_be_opened_is_a_sentence(data_dir: Path) -> None:
    found = settings.load(data_dir=data_dir)
    found.database.mkdir()
    with pytest.raises(SettingsError, match=r"cannot be used.*writable"):
        open_ledger(found)


def test_a_database_that_cannot_be_written_is_a_sentence(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = settings.load(data_dir=data_dir)
    open_ledger(found).close()
    with closing(sqlite3.connect(found.database)) as db:
        db.execute("UPDATE alembic_version SET version_num = '0001'")
        db.execute("ALTER TABLE jobs DROP COLUMN others")
        db.commit()
    url = f"sqlite:///file:{found.database}?mode=ro&uri=true"
    monkeypatch.setattr(migrate, "sqlite_url", lambda path: url)
    with pytest.raises(SettingsError, match=r"readonly.*Make .* writable"):
        open_ledger(found)


def test_a_job_of_the_first_schema_is_read_with_no_further_pictures(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "old.db")
    engine = connect(url)
    config = Config()
    config.set_main_option("script_location", str(migrate.scripts()))
    with engine.begin() as db:
        config.attributes["connection"] = db
        command.upgrade(config, "0001")
        db.exec_driver_sql(
            "INSERT INTO jobs (id, state, recipe, params, requester, picture, limit_bytes, posting, priority, tag,"
            " cost_s, created, attempt, crashes, stop, error, error_code) VALUES ('old', 'queued', 'dream',"
            """ '{"recipe":"dream","layer":"mid","seed":4}', 'ada', NULL, 9, '{}', 0, 0, 1, 1, 0, 0, '', '', '')"""
        )
    migrate.upgrade(engine)
    engine.dispose()
    ledger = Ledger(url)
    row = ledger.claim("engine")
    ledger.close()
    assert row is not None
    assert (row.job.params, row.job.others) == (Dream(network="pocket", layer="mid", seed=4), {})


BEFORE = Path(__file__).parents[2] / "data" / "before_default_network.sql"
"""A data folder's database as the commit 88c397a left it, the last one for which pocket was the only default."""
UNNAMED = '{"recipe":"dream","layer":"mid","seed":4}'


def test_what_was_asked_of_the_only_default_goes_on_with_it(data_dir: Path) -> None:
    found = settings.load(data_dir=data_dir)
    assert found.default_network == "pocket"  # of these tests; the product's is another
    catalog.include(found.networks_dir, default="lite2")
    with closing(sqlite3.connect(found.database)) as old:
        old.executescript(BEFORE.read_text("utf-8"))
        old.execute("UPDATE jobs SET params = ? WHERE id = ?", (UNNAMED, "a" * 20))
        old.commit()
    with closing(open_ledger(found)) as ledger:
        asked = {row.id[0]: row.job.params for row in ledger.list_unposted()}
    assert {id: params.network for id, params in asked.items()} == {"a": "pocket", "b": "pocket", "c": "googlenet"}
    assert asked["a"] == Dream(network="pocket", layer="mid", seed=4)
    engine = connect(sqlite_url(found.database))
    presets = Presets(engine)
    assert {one.name: one.options for user in "78" for one in presets._all(user)} == {
        "Fur": {"network": "pocket", "layer": "mid", "strength": 1.6},
        "Eyes": {"network": "pocket", "subject": "eyes", "size": 256},
        "Dogs": {"layer": "inception_4c", "network": "googlenet"},
        "Vögel": {"network": "pocket", "subject": "birds"},
    }
    engine.dispose()


def drop_games(db: sa.Connection) -> None:
    """Without what the migration of the games made."""
    for table in (guess_rounds, guess_answers, dex_entries, fool_rounds, fool_entries):
        db.exec_driver_sql(f"DROP TABLE {table.name}")


def test_both_databases_name_the_network_and_leave_the_rest_as_it_is(database: str) -> None:
    texts = {
        "a": '{"layer": "mid"}', "b": '{"subject": "network"}', "c": '{"network": "vgg16"}',
        "d": '{"network" : "vgg19"}', "e": "[1]", "f": "no json 100%",
    }  # fmt: skip
    engine = connect(database)
    with engine.begin() as db:
        db.exec_driver_sql("UPDATE alembic_version SET version_num = '0003'")
        db.exec_driver_sql("DROP TABLE timings")
        db.exec_driver_sql("DROP TABLE shared_presets")
        db.exec_driver_sql("DROP TABLE user_settings")
        db.exec_driver_sql("ALTER TABLE jobs DROP COLUMN spoiler")
        db.exec_driver_sql("ALTER TABLE jobs DROP COLUMN history")
        db.exec_driver_sql("ALTER TABLE jobs DROP COLUMN error_facts")
        db.exec_driver_sql("DROP TABLE reports")
        db.exec_driver_sql("DROP TABLE server_rules")
        db.exec_driver_sql("DROP TABLE server_uses")
        db.exec_driver_sql("DROP TABLE server_blocks")
        drop_games(db)
        for table in ("schedules", "votes", "schedule_entries", "result_copies"):
            db.exec_driver_sql(f"DROP TABLE {table}")
        db.exec_driver_sql("DROP TABLE IF EXISTS engines")
        db.exec_driver_sql("DROP TABLE IF EXISTS previews")
        db.exec_driver_sql("DROP TABLE IF EXISTS shared_state")
        db.exec_driver_sql("DROP TABLE IF EXISTS unfit")
        db.exec_driver_sql("DROP TABLE IF EXISTS memory_needs")
        for name, text in texts.items():
            row = {"user_id": "7", "name": name, "name_key": name, "params": text, "created": 1.0, "used": 1.0}
            db.execute(tables.presets.insert().values(row))
        db.exec_driver_sql("ALTER TABLE presets DROP COLUMN is_default")
    migrate.upgrade(engine)
    with engine.connect() as db:
        kept = dict(db.execute(sa.select(tables.presets.c.name, tables.presets.c.params)).all())
    engine.dispose()
    named = {name: kept[name] for name in "ab"}
    assert named == {"a": '{"network": "pocket", "layer": "mid"}', "b": '{"network": "pocket", "subject": "network"}'}
    assert json.loads(kept["d"]) == {"network": "vgg19"}
    assert {name: kept[name] for name in "cef"} == {name: texts[name] for name in "cef"}


def test_names_of_presets_find_each_other_in_any_spelling_and_none_is_lost(database: str) -> None:
    names = {  # as they were kept: (name, key, last used)
        1: ("Café", "café", 3.0), 2: ("ＣＡＦÉ", "ｃａｆé", 2.0), 3: ("fur", "fur", 1.0), 4: ("ｆｕｒ", "ｆｕｒ", 9.0),
        5: ("ﬁ" + "x" * 31, "fi" + "x" * 31, 1.0),
        6: ("FI" + "x" * 31, "fi" + "x" * 31 + "z", 2.0), 7: ("Fur", "fur", 1.0),
    }  # fmt: skip
    engine = connect(database)
    with engine.begin() as db:
        db.exec_driver_sql("DROP TABLE timings")
        db.exec_driver_sql("DROP TABLE shared_presets")
        db.exec_driver_sql("DROP TABLE user_settings")
        db.exec_driver_sql("ALTER TABLE jobs DROP COLUMN spoiler")
        db.exec_driver_sql("ALTER TABLE jobs DROP COLUMN history")
        db.exec_driver_sql("ALTER TABLE jobs DROP COLUMN error_facts")
        db.exec_driver_sql("DROP TABLE reports")
        db.exec_driver_sql("DROP TABLE server_rules")
        db.exec_driver_sql("DROP TABLE server_uses")
        db.exec_driver_sql("DROP TABLE server_blocks")
        drop_games(db)
        for table in ("schedules", "votes", "schedule_entries", "result_copies"):
            db.exec_driver_sql(f"DROP TABLE {table}")
        db.exec_driver_sql("DROP TABLE IF EXISTS engines")
        db.exec_driver_sql("DROP TABLE IF EXISTS previews")
        db.exec_driver_sql("DROP TABLE IF EXISTS shared_state")
        db.exec_driver_sql("DROP TABLE IF EXISTS unfit")
        db.exec_driver_sql("DROP TABLE IF EXISTS memory_needs")
        db.exec_driver_sql("UPDATE alembic_version SET version_num = '0004'")
        for id, (name, name_key, used) in names.items():
            row = {"id": id, "user_id": "8" if id == 7 else "7", "name": name, "name_key": name_key, "params": "{}"}
            db.execute(tables.presets.insert().values({**row, "created": 1.0, "used": used}))
        db.exec_driver_sql("ALTER TABLE presets DROP COLUMN is_default")
    migrate.upgrade(engine)
    kept = Presets(engine)
    with engine.connect() as db:
        assert dict(db.execute(sa.select(tables.presets.c.id, tables.presets.c.name)).all()) == {
            1: "Café", 2: "ＣＡＦÉ 2", 3: "fur 2", 4: "ｆｕｒ", 5: "ﬁ" + "x" * 29 + " 2", 6: "FI" + "x" * 31, 7: "Fur",
        }  # fmt: skip
    assert all(kept._load("7", name) == {} for name in ("cafe\u0301", "café 2", "FUR", "fur 2", "fi" + "x" * 31))
    engine.dispose()
