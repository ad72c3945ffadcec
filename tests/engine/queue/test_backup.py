"""Backups: everything comes back, while others write; what is no backup changes nothing."""

from __future__ import annotations

import json
import os
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from threading import Event, Thread

import pytest

from bot.store.presets import Presets
from engine import settings as jobs_settings
from engine.errors import BackupError, DatabaseDamaged, SettingsError
from engine.params import Dream
from engine.queue.backup import BLOBS, DATABASE, MANIFEST, Step, backup, restore
from engine.queue.blob_stores import open_local_blobs
from engine.queue.database import connect, sqlite_url
from engine.queue.job import Job, JobId, Result
from engine.queue.ledger import Ledger
from engine.queue.local_dispatch import open_ledger
from engine.settings import Settings

pytestmark = pytest.mark.slow


@pytest.fixture
def found(data_dir: Path) -> Settings:
    return jobs_settings.load(data_dir=data_dir, storage={"free_mb": 0})


def last(steps: Iterator[Step]) -> Step:
    return [*steps][-1]


def submit(ledger: Ledger, found: Settings, text: bytes) -> JobId:
    return ledger.submit(Job(Dream(), "ada", open_local_blobs(found).put(text)), {"channel_id": 7})


def dreamed(found: Settings) -> JobId:
    """A finished dream of a picture, and a preset."""
    with closing(open_ledger(found)) as ledger:
        id = submit(ledger, found, b"a photo")
        row = ledger.claim("engine")
        assert row
        ledger.finish(id, row.attempt, Result(open_local_blobs(found).put(b"a dream"), "image/png", 8, 8, 7), 1.0)
    engine = connect(sqlite_url(found.database))
    Presets(engine, 20)._save("ada", "fur", {"layer": "mid"})
    engine.dispose()
    return id


def all_of(found: Settings) -> tuple[list[tuple[object, ...]], set[str]]:
    """Every job, calibration and preset, and every picture."""
    with closing(sqlite3.connect(found.database)) as db:
        rows = [row for table in ("jobs", "calibrations", "presets") for row in db.execute(f"SELECT * FROM {table}")]
    return rows, {one.key for one in open_local_blobs(found).list_all()}


def test_everything_comes_back_on_another_machine(found: Settings, tmp_path: Path) -> None:
    dreamed(found)
    file = tmp_path / "kept.zip"
    assert last(backup(found, file)) == Step(2, 2)
    elsewhere = jobs_settings.load(data_dir=tmp_path / "new", storage={"free_mb": 0})
    assert last(restore(elsewhere, file)) == Step(2, 2, 0, None)
    assert all_of(elsewhere) == all_of(found)
    assert len(all_of(elsewhere)[0]) == 3
    with closing(open_ledger(elsewhere)) as ledger:
        assert len(ledger.list_unposted()) == 1


def test_what_came_after_the_backup_is_set_aside(found: Settings, tmp_path: Path) -> None:
    dreamed(found)
    file = tmp_path / "kept.zip"
    last(backup(found, file))
    then = all_of(found)
    with closing(open_ledger(found)) as ledger:
        later = submit(ledger, found, b"another photo")
    aside = last(restore(found, file)).aside
    assert all_of(found)[0] == then[0]
    assert aside
    with closing(Ledger(sqlite_url(aside))) as old:
        assert old.row(later)


def test_only_its_owner_can_read_a_backup(found: Settings, tmp_path: Path) -> None:
    dreamed(found)
    last(backup(found, tmp_path / "kept.zip"))
    assert (tmp_path / "kept.zip").stat().st_mode & 0o777 == 0o600


def test_a_backup_while_others_write_is_one_moment(found: Settings, tmp_path: Path) -> None:
    stop, wrote = Event(), Event()

    def write() -> None:
        with closing(open_ledger(found)) as ledger:
            ledger.limits = jobs_settings.Limits(per_user=10**6, total=10**6)  # type: ignore[assignment]
            while not stop.is_set():
                submit(ledger, found, os.urandom(16))
                wrote.set()

    writer = Thread(target=write)
    writer.start()
    wrote.wait(60)
    try:
        for number in range(3):
            last(backup(found, tmp_path / f"{number}.zip"))
    finally:
        stop.set()
        writer.join()
    for number in range(3):
        elsewhere = jobs_settings.load(data_dir=tmp_path / str(number), storage={"free_mb": 0})
        assert last(restore(elsewhere, tmp_path / f"{number}.zip")).lost == 0
        rows, pictures = all_of(elsewhere)
        assert len(pictures) == len(rows) > 0


def test_nothing_is_restored_under_someone_at_work(found: Settings, tmp_path: Path) -> None:
    dreamed(found)
    file = tmp_path / "kept.zip"
    last(backup(found, file))
    with closing(open_ledger(found)), pytest.raises(BackupError, match="Stop the bot"):
        last(restore(found, file))
    last(restore(found, file))


def test_nobody_starts_while_a_backup_is_restored(found: Settings, tmp_path: Path) -> None:
    dreamed(found)
    last(backup(found, tmp_path / "kept.zip"))
    steps = restore(found, tmp_path / "kept.zip")
    next(steps)
    with pytest.raises(SettingsError, match="being restored"):
        open_ledger(found)
    with pytest.raises(BackupError, match="being restored"):
        last(backup(found, tmp_path / "another.zip"))
    assert [*steps][-1].aside
    open_ledger(found).close()


def test_a_backup_never_overwrites_and_never_stays_half(found: Settings, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="nothing"):
        last(backup(found, tmp_path / "kept.zip"))
    dreamed(found)
    (tmp_path / "there.zip").write_text("mine")
    with pytest.raises(BackupError, match="exists already"):
        last(backup(found, tmp_path / "there.zip"))
    with pytest.raises(BackupError, match="Choose a folder"):
        last(backup(found, tmp_path / "nowhere" / "kept.zip"))
    next(steps := backup(found, tmp_path / "cut.zip"))
    steps.close()  # type: ignore[attr-defined]
    assert [path.name for path in tmp_path.iterdir()] == ["there.zip"]


def test_a_damaged_database_is_not_backed_up(found: Settings, tmp_path: Path) -> None:
    dreamed(found)
    damage(found.database)
    with pytest.raises(DatabaseDamaged, match="pareidolia restore"):
        last(backup(found, tmp_path / "kept.zip"))
    assert [*tmp_path.iterdir()] == []


def damage(database: Path) -> None:
    """Overwrite everything behind the header."""
    data = bytearray(database.read_bytes())
    data[4096:] = os.urandom(len(data) - 4096)
    database.write_bytes(data)


def test_a_damaged_database_is_replaced_and_set_aside(found: Settings, tmp_path: Path) -> None:
    dreamed(found)
    last(backup(found, tmp_path / "kept.zip"))
    then = all_of(found)
    damage(found.database)
    with pytest.raises(DatabaseDamaged, match="pareidolia restore FILE"):
        open_ledger(found)
    assert last(restore(found, tmp_path / "kept.zip")).aside
    assert all_of(found) == then
    open_ledger(found).close()


# strangers' archives

Parts = dict[str, bytes]


def without(name: str) -> Callable[[Parts], Parts]:
    return lambda parts: {key: value for key, value in parts.items() if key != name}


def with_part(name: str, data: bytes = b"") -> Callable[[Parts], Parts]:
    return lambda parts: {**parts, name: data}


def with_sql(*statements: str) -> Callable[[Parts], Parts]:
    def change(parts: Parts) -> Parts:
        with closing(sqlite3.connect(":memory:")) as db:
            db.deserialize(parts[DATABASE])
            for statement in statements:
                db.execute(statement)
            db.commit()
            return {**parts, DATABASE: db.serialize()}

    return change


def with_swapped_pictures(parts: Parts) -> Parts:
    one, two = [name for name in parts if name.startswith(BLOBS)]
    return {**parts, one: parts[two], two: parts[one]}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (without(DATABASE), "missing"),
        (without(MANIFEST), "missing"),
        (with_part("../../escaped"), "no backup has"),
        (with_part("/tmp/escaped"), "no backup has"),
        (with_part(f"{BLOBS}../../../escaped"), "no backup has"),
        (with_part(f"{BLOBS}{'A' * 64}"), "no backup has"),
        (with_part("config.toml", b"[discord]"), "no backup has"),
        (with_part(f"{BLOBS}{'0' * 64}", b"not what the name says"), "damaged"),
        (with_swapped_pictures, "damaged"),
        (with_part(DATABASE, b"no database"), "database is damaged"),
        (with_part(DATABASE), "database is damaged"),
        (with_part(MANIFEST, b"{}"), "what it is"),
        (with_part(MANIFEST, b"[[["), "what it is"),
        (with_part(MANIFEST, json.dumps({"format": 2}).encode()), "newer Pareidolia"),
        (with_sql("CREATE TRIGGER t AFTER INSERT ON jobs BEGIN DELETE FROM presets; END"), "more in its database"),
        (with_sql("ALTER TABLE presets RENAME TO p", "CREATE VIEW presets AS SELECT * FROM p"), "more in its database"),
        (with_sql("UPDATE alembic_version SET version_num = '9999'"), "newer Pareidolia"),
        (with_sql("DROP TABLE jobs"), "database is damaged"),
    ],
)
def test_what_is_no_backup_changes_nothing(
    found: Settings, tmp_path: Path, change: Callable[[Parts], Parts], why: str
) -> None:
    dreamed(found)
    last(backup(found, tmp_path / "kept.zip"))
    with zipfile.ZipFile(tmp_path / "kept.zip") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(tmp_path / "forged.zip", "w") as archive:
        for name, data in change(parts).items():
            archive.writestr(name, data)
    before = all_of(found), listing(found.data_dir)
    with pytest.raises(BackupError, match=why):
        last(restore(found, tmp_path / "forged.zip"))
    after = all_of(found), listing(found.data_dir)
    assert after[0][0] == before[0][0]
    assert [name for name in after[1] if "blobs" not in name] == [name for name in before[1] if "blobs" not in name]
    assert not (tmp_path / "escaped").exists()
    open_ledger(found).close()


def listing(folder: Path) -> list[str]:
    return sorted(
        str(path.relative_to(folder)) for path in folder.rglob("*") if not path.name.endswith(("-wal", "-shm"))
    )


def test_a_bomb_and_a_torn_file_are_refused(found: Settings, tmp_path: Path) -> None:
    dreamed(found)
    file, bomb, torn = tmp_path / "kept.zip", tmp_path / "bomb.zip", tmp_path / "torn.zip"
    last(backup(found, file))
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MANIFEST, json.dumps({"format": 1}))
        archive.writestr(DATABASE, bytes(50 * 2**20))
    torn.write_bytes(file.read_bytes()[:-400])
    for bad in (bomb, torn):
        with pytest.raises(BackupError, match="not a whole backup"):
            last(restore(found, bad))
    with pytest.raises(BackupError, match="Check the file"):
        last(restore(found, tmp_path / "nothing.zip"))


def test_a_crash_in_the_middle_leaves_the_old_database(
    found: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dreamed(found)
    last(backup(found, tmp_path / "kept.zip"))
    then = all_of(found)

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", crash)  # after the old one was set aside, before the new one is in place
    with pytest.raises(KeyboardInterrupt):
        last(restore(found, tmp_path / "kept.zip"))
    monkeypatch.undo()
    assert all_of(found) == then
    open_ledger(found).close()
