"""All that is kept, in one file, and back: `settings => zip file => settings`. SQLite only.

    pareidolia.json        what this is: format, schema, when it was made
    pareidolia.db          the database, as it was at one moment (SQLite's backup API, so nobody has to stop for it)
    blobs/<sha256>         every picture that a row of it names

Secrets and settings (pareidolia.toml) and fetched networks are not in it. A ledger on PostgreSQL is backed up with
`pg_dump`; there is nothing here for it.

A backup to be restored is a stranger's file: no path in it is used, its names are checked against the three shapes
above, its pictures are named by what they hold, and the database must pass every check before the old one is set
aside.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from engine.errors import BackupError, DatabaseDamaged, SettingsError
from engine.files.blobs import BlobKey, is_key
from engine.platform import file_lock
from engine.queue import migrate
from engine.queue.blob_stores import open_local_blobs
from engine.queue.database import check, connect, lock_file, sqlite_url
from engine.queue.ledger import Ledger
from engine.settings import Settings

FORMAT = 1
MANIFEST, DATABASE, BLOBS = "pareidolia.json", "pareidolia.db", "blobs/"
LARGEST = 512 * 2**20
"""Bytes of the largest picture that is believed."""


@dataclass(frozen=True, slots=True)
class Step:
    """How far it is. The last step says what was done."""

    done: int
    """Pictures written or read."""
    total: int
    lost: int = 0
    """Pictures that the database names and that are not there."""
    aside: Path | None = None
    """Where the database that was replaced lies now."""


# backing up


def backup(settings: Settings, target: Path) -> Iterator[Step]:
    """Write everything into `target`, which must not exist, whoever is at work meanwhile. Raises `BackupError`."""
    _refuse_fleet(settings, "pg_dump")
    if target.exists():
        raise BackupError(problem=f"{target} exists already. Choose another name, or move it away first.")
    if not settings.database.exists():
        raise BackupError(problem=f"There is nothing in {settings.data_dir} to back up yet.")
    part = target.with_name(f".{target.name}.part")
    try:
        with _remove_at_end(part), _shared_lock(settings):
            yield from _write(settings, part)
            part.replace(target)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(
            problem=f"{target} could not be written ({error}). Choose a folder that exists and has room, and try again."
        ) from error


def _write(settings: Settings, part: Path) -> Iterator[Step]:
    with tempfile.TemporaryDirectory(dir=part.parent, prefix=".backup-") as folder:
        copy = Path(folder) / DATABASE
        _copy(settings.database, copy)
        names, schema = _blob_names_after_upgrade(copy), _schema(copy)
        with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as out:
            with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
                facts = {"format": FORMAT, "schema": schema, "made": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
                archive.writestr(MANIFEST, json.dumps(facts))
                archive.write(copy, DATABASE)
                yield from _write_blobs(settings, archive, names)
            out.flush()
            os.fsync(out.fileno())


def _write_blobs(settings: Settings, archive: zipfile.ZipFile, names: list[BlobKey]) -> Iterator[Step]:
    blobs, lost = open_local_blobs(settings), 0
    yield Step(0, len(names))
    for number, name in enumerate(names, 1):
        data = blobs.get(name)
        if data is None:  # retention took it, or the disk did: the rest is worth keeping all the same
            lost += 1
        else:
            archive.writestr(f"{BLOBS}{name}", data)
        yield Step(number, len(names), lost)


def _copy(database: Path, copy: Path) -> None:
    """The database at one moment. Raises `DatabaseDamaged`: half a database is no backup."""
    with closing(sqlite3.connect(database, timeout=30)) as source, closing(sqlite3.connect(copy)) as target:
        try:
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as error:
            raise DatabaseDamaged(path=database, finding=error) from error
    check(copy)


def _blob_names_after_upgrade(copy: Path) -> list[BlobKey]:
    """What it names, whichever version it is of; the copy itself stays of its version, for a way back to that."""
    newest = copy.with_name("newest.db")
    shutil.copyfile(copy, newest)
    _upgrade(newest)
    return _blob_names(newest)


def _upgrade(database: Path) -> None:
    engine = connect(sqlite_url(database))
    try:
        migrate.upgrade(engine)
    finally:
        engine.dispose()


def _blob_names(copy: Path) -> list[BlobKey]:
    with closing(Ledger(sqlite_url(copy))) as ledger:
        return sorted(ledger.referenced_blobs())


def _schema(copy: Path) -> str:
    with closing(sqlite3.connect(copy)) as db:
        return str(db.execute("SELECT version_num FROM alembic_version").fetchone()[0])


# restoring


def restore(settings: Settings, source: Path) -> Iterator[Step]:
    """Put a backup in place of what is there, which is set aside. Nobody may be at work. Raises `SettingsError`s;
    then everything is as it was."""
    _refuse_fleet(settings, "pg_restore")
    try:
        with _exclusive_lock(settings), zipfile.ZipFile(source) as archive, _unpacking(settings) as fresh:
            blobs = _names(archive, source)
            _read_database(settings, archive, source, fresh)
            yield from _read_blobs(settings, archive, source, blobs)
            lost = len(set(_blob_names(fresh)) - {BlobKey(name.removeprefix(BLOBS)) for name in blobs})
            aside = _exchange(settings.database, fresh)
            yield Step(len(blobs), len(blobs), lost, aside)
    except (zipfile.BadZipFile, NotImplementedError, EOFError) as error:
        raise _not_a_backup(source, str(error)) from error
    except OSError as error:
        raise BackupError(
            problem=f"{source} could not be restored ({error}). Check the file and the disk's room, and try again."
        ) from error


def _names(archive: zipfile.ZipFile, source: Path) -> list[str]:
    """The names of the pictures in it. Raises `BackupError` on any file that no backup of ours has."""
    members = archive.infolist()
    blobs = [one.filename for one in members if one.filename not in (MANIFEST, DATABASE)]
    if len({one.filename for one in members}) != len(members) or len(members) != len(blobs) + 2:
        raise _not_a_backup(source, "a part is missing or twice there")
    if not all(name.startswith(BLOBS) and is_key(name.removeprefix(BLOBS)) for name in blobs):
        raise _not_a_backup(source, "there are files in it that no backup has")
    if any(one.compress_type != zipfile.ZIP_STORED for one in members):
        raise _not_a_backup(source, "it was packed by something else")
    if sum(one.file_size for one in members) > source.stat().st_size:
        raise _not_a_backup(source, "it says it is larger than it is")
    return blobs


def _read_database(settings: Settings, archive: zipfile.ZipFile, source: Path, fresh: Path) -> None:
    """Unpack the database, look through it, and bring it to our schema. Raises `BackupError`."""
    _read_manifest(archive, source)
    room = shutil.disk_usage(settings.data_dir).free
    if source.stat().st_size + settings.storage.free_mb * 2**20 > room:
        raise BackupError(
            problem=f"There is not enough room in {settings.data_dir} for {source}. Free some, try again."
        )
    with archive.open(DATABASE) as packed, fresh.open("wb") as out:
        shutil.copyfileobj(packed, out)
    try:
        check(fresh)
        _check_shape(fresh, source)
        _upgrade(fresh)
        with closing(sqlite3.connect(fresh)) as db:
            db.execute("PRAGMA journal_mode=DELETE")
    except (DatabaseDamaged, sqlite3.Error, sa.exc.SQLAlchemyError) as error:
        raise _not_a_backup(source, "its database is damaged") from error
    except SettingsError as error:
        raise BackupError(problem=str(error)) from error


def _read_manifest(archive: zipfile.ZipFile, source: Path) -> None:
    with archive.open(MANIFEST) as packed:
        text = packed.read(10_000)
    try:
        form = json.loads(text)["format"]
    except (ValueError, KeyError, TypeError) as error:
        raise _not_a_backup(source, "it does not say what it is") from error
    if form != FORMAT:
        raise BackupError(problem=f"{source} was made by a newer Pareidolia. Update Pareidolia, then restore it.")


def _check_shape(fresh: Path, source: Path) -> None:
    """It is ours, and nothing in it may do anything: no triggers, no views, no virtual tables."""
    with closing(sqlite3.connect(fresh)) as db:
        found = db.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
    if not {"alembic_version", "jobs", "presets"} <= {name for _, name, _ in found}:
        raise _not_a_backup(source, "its database is damaged")
    if any(kind not in ("table", "index") or "virtual" in (sql or "").lower() for kind, _, sql in found):
        raise _not_a_backup(source, "there is more in its database than ours has")


def _read_blobs(settings: Settings, archive: zipfile.ZipFile, source: Path, names: list[str]) -> Iterator[Step]:
    blobs = open_local_blobs(settings)
    for number, name in enumerate(names):
        yield Step(number, len(names))
        with archive.open(name) as packed:
            data = packed.read(LARGEST)
        if blobs.put(data) != name.removeprefix(BLOBS):
            raise _not_a_backup(source, "a picture in it is damaged")


def _exchange(database: Path, fresh: Path) -> Path | None:
    """Put the fresh database in place; at every moment there is a whole one. Where the old one lies now."""
    aside = None
    if database.exists():
        _fold_journal(database)
        aside = database.with_name(time.strftime(f"{database.stem}-before-%Y%m%d-%H%M%S{database.suffix}"))
        for ending in ("-wal", "-shm"):  # still there only if the old database was damaged
            with suppress(FileNotFoundError):
                database.with_name(database.name + ending).replace(aside.with_name(aside.name + ending))
        os.link(database, aside)
    with fresh.open("rb+") as written:
        os.fsync(written.fileno())
    fresh.replace(database)
    return aside


def _fold_journal(database: Path) -> None:
    """Move what the write-ahead log holds into the database itself, if that is whole."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(database)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _refuse_fleet(settings: Settings, tool: str) -> None:
    """What lies in the folder of a fleet's machine is not what the fleet works with."""
    if settings.fleet.on:
        elsewhere = (
            "The database is the server of `fleet.database_url`, and the pictures are where `fleet.blob_url` says."
        )
        raise BackupError(problem=f"{elsewhere} Use {tool} for the one, and copy the other (docs/scale.md).")


def _not_a_backup(source: Path, why: str) -> BackupError:
    return BackupError(
        problem=f"{source} is not a whole backup of Pareidolia: {why}. Nothing was changed. Try another."
    )


def _shared_lock(settings: Settings) -> AbstractContextManager[None]:
    restoring = BackupError(problem="A backup is being restored here. Try again once that is done.")
    return file_lock.hold(lock_file(settings.run_dir), shared=True, refusal=restoring)


def _exclusive_lock(settings: Settings) -> AbstractContextManager[None]:
    remedy = "Stop the bot and its engine, restore, start again."
    at_work = BackupError(problem=f"Pareidolia is at work in {settings.data_dir}. {remedy}")
    return file_lock.hold(lock_file(settings.run_dir), refusal=at_work)


@contextmanager
def _unpacking(settings: Settings) -> Iterator[Path]:
    """A place for the database beside the one it will replace, so that a rename can do that."""
    with tempfile.TemporaryDirectory(dir=settings.data_dir, prefix=".restore-") as folder:
        yield Path(folder) / DATABASE


@contextmanager
def _remove_at_end(part: Path) -> Iterator[None]:
    """Whatever happens, no half a backup stays."""
    try:
        yield
    finally:
        part.unlink(missing_ok=True)
