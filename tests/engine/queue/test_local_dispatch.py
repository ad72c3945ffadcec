"""One machine: what a full disk does to requests, and who has the database open."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from engine import settings as jobs_settings
from engine.errors import DiskFull, NoLedger
from engine.params import Dream
from engine.platform import file_lock
from engine.queue.database import lock_file
from engine.queue.job import Job
from engine.queue.local_dispatch import LocalDispatch, open_ledger
from engine.settings import Settings


@pytest.fixture
def found(data_dir: Path) -> Settings:
    return jobs_settings.load(data_dir=data_dir)


@pytest.fixture
async def dispatch(found: Settings) -> AsyncIterator[LocalDispatch]:
    dispatch = LocalDispatch.open(found)
    yield dispatch
    await dispatch.close()


def free(monkeypatch: pytest.MonkeyPatch, megabytes: float) -> None:
    class Usage:
        free = megabytes * 2**20

    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage)


async def test_before_the_disk_is_full_new_dreams_are_refused_and_waiting_ones_are_made(
    dispatch: LocalDispatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    free(monkeypatch, 501)
    key = await dispatch.put_blob(b"a picture")
    id = await dispatch.submit(Job(Dream(), "ada", key), {})
    free(monkeypatch, 499)
    with pytest.raises(DiskFull, match=r"almost full.*Tell the bot's owner"):
        await dispatch.put_blob(b"another")
    with pytest.raises(DiskFull):
        await dispatch.submit(Job(Dream(), "ben", key), {})
    assert [row.id for row, _ in await dispatch.list_waiting()] == [id]
    row = dispatch.ledger.claim("engine")
    assert row
    assert await dispatch.get_blob(key) == b"a picture"
    assert dispatch.ledger.settle_cancelled(id, row.attempt)
    assert await dispatch.mark_posted(id, "message")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EROFS])
async def test_a_disk_that_is_full_all_the_same_is_a_sentence(
    dispatch: LocalDispatch, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def full(_: int) -> None:
        raise OSError(number, "no")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFull):
        await dispatch.put_blob(b"a picture")


def test_who_has_the_ledger_open_keeps_others_from_having_it_alone(found: Settings) -> None:
    with closing(open_ledger(found)), closing(open_ledger(found)), pytest.raises(BlockingIOError):
        file_lock.acquire(lock_file(found.run_dir))
    lock = file_lock.acquire(lock_file(found.run_dir))
    os.close(lock)


async def test_a_database_that_cannot_be_written_is_a_refusal_until_it_can(dispatch: LocalDispatch) -> None:
    def forbid(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute("PRAGMA query_only = ON").close()

    database = dispatch.ledger._db
    event.listen(database, "checkout", forbid)
    with pytest.raises(NoLedger, match=r"trouble saving .* Try again") as refused:
        await dispatch.submit(Job(Dream(), "ada"), {})
    assert "readonly" in str(refused.value.facts["reason"])
    assert await dispatch.list_unposted() == [], "reading works"
    event.remove(database, "checkout", forbid)
    database.dispose()
    assert await dispatch.submit(Job(Dream(), "ada"), {})


def test_a_mistake_of_ours_is_not_taken_for_a_full_disk(dispatch: LocalDispatch) -> None:
    with pytest.raises(sa.exc.OperationalError, match="no such table"), dispatch.ledger._db.begin() as db:
        db.execute(sa.text("SELECT * FROM nowhere"))


async def test_reading_waits_for_no_writer(dispatch: LocalDispatch) -> None:
    id = await dispatch.submit(Job(Dream(), "ada"), {})
    with dispatch.ledger._db.begin() as db:
        db.execute(sa.text("UPDATE jobs SET requester = 'ben'"))
        row = await dispatch.row(id)  # or it would be refused after ten seconds
        assert row
        assert row.job.requester == "ada"
