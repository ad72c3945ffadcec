"""Retention: what is old goes, what anyone may still need stays, and nobody is hurt who works meanwhile."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest

from engine.files.blobs import BlobKey, Blobs
from engine.params import Dream, PastDream
from engine.queue import retention
from engine.queue.database import connect, sqlite_url
from engine.queue.history import History
from engine.queue.job import Job, JobId, Limits, Result
from engine.queue.ledger import Ledger
from engine.queue.retention import DAY_S, UNUSED_S, Tidied, tidy
from engine.settings import Storage
from tests.engine.queue.conftest import Clock

SOURCES_TOO = {"days": 30, "source_hours": 30 * 24, "gigabytes": 1, "free_mb": 0}
"""What was sent in stays as long as what was made of it."""
KEEP = Storage(**SOURCES_TOO)
ROWS_TOO = Storage(**SOURCES_TOO, button_days=30)
MB = 10**6


class House:
    """A ledger and its blobs, whose files are as old as the clock says."""

    def __init__(self, ledger: Ledger, blobs: Blobs, clock: Clock) -> None:
        self.ledger, self.blobs, self.clock = ledger, blobs, clock
        self._numbers = count()

    def picture(self, size: int = 10) -> BlobKey:
        key = self.blobs.put(b"%08d" % next(self._numbers) + bytes(size - 8))
        self.used(key)
        return key

    def used(self, key: BlobKey) -> None:
        os.utime(self.blobs.path(key), (self.clock.now, self.clock.now))

    def job(self, until: str, picture: BlobKey | None = None, **more: object) -> JobId:
        """A job that got as far as `until`."""
        wanted = Job(Dream(), f"user {next(self._numbers)}", picture or self.picture(), **more)  # type: ignore[arg-type]
        id = self.ledger.submit(wanted, {})
        if until == "queued":
            return id
        row = self.ledger.claim("engine")
        assert row
        assert row.id == id
        if until == "running":
            return id
        self.ledger.finish(id, row.attempt, Result(self.picture(), "image/png", 8, 8, 10), 1.0)
        if until == "posted":
            self.ledger.mark_posted(id, "message")
        return id

    def blobs_of(self, id: JobId) -> set[BlobKey]:
        row = self.ledger.row(id)
        assert row
        return {key for key in (row.job.picture, row.result and row.result.blob) if key}

    def there(self) -> set[BlobKey]:
        return {one.key for one in self.blobs.list_all()}

    def tidy(self, storage: Storage = KEEP) -> Tidied:
        return tidy(self.ledger, self.blobs, storage)


@pytest.fixture
def house(database: str, tmp_path: Path, clock: Clock) -> Iterator[House]:
    with closing(Ledger(database, Limits(10**6, 10**6), clock=clock)) as ledger:
        yield House(ledger, Blobs(tmp_path / "blobs"), clock)


def test_pictures_of_an_answered_job_go_after_their_days_and_its_row_after_a_year(house: House) -> None:
    id = house.job("posted")
    house.clock.now += 30 * DAY_S - 1
    assert house.tidy() == Tidied(0, 0, 20)
    house.clock.now += 2
    assert house.tidy() == Tidied(0, 20, 0)
    assert house.there() == set()
    house.clock.now += 335 * DAY_S - 2
    assert house.tidy() == Tidied(0, 0, 0)
    assert house.ledger.row(id)
    house.clock.now += 2
    assert house.tidy() == Tidied(1, 0, 0)
    assert house.ledger.row(id) is None


def test_what_was_sent_in_goes_after_a_day_unless_animate_begins_with_it(house: House) -> None:
    source, mask, first = house.picture(), house.picture(), house.picture()
    plain = house.job("posted", source, others={"mask": mask})
    house.job("posted", house.picture(), history=History((PastDream(params=Dream()),), 0, {"picture": first}))
    waiting = house.job("queued")
    house.clock.now += DAY_S - 1
    assert house.tidy(Storage()).freed == 0
    house.clock.now += 2
    assert house.tidy(Storage()).freed == 30, "two sources and a mask"
    assert not {source, mask} & house.there()
    assert {first, *house.blobs_of(waiting)} <= house.there()
    row = house.ledger.row(plain)
    assert row
    assert row.result
    assert row.result.blob in house.there(), "results stay for their days"
    house.clock.now += 30 * DAY_S
    house.tidy(Storage())
    assert house.there() == house.blobs_of(waiting)


def test_rows_never_go_before_their_pictures(house: House) -> None:
    id = house.job("posted")
    house.clock.now += 99 * DAY_S
    longer = Storage(**{**SOURCES_TOO, "days": 100, "source_hours": 2400, "button_days": 1})
    assert house.tidy(longer) == Tidied(0, 0, 20)
    assert house.ledger.row(id)


def test_of_too_many_rows_those_that_settled_first_go(house: House) -> None:
    jobs = []
    for _ in range(5):
        jobs.append(house.job("posted"))
        house.clock.now += 60
    unanswered = house.job("settled")
    assert house.tidy(Storage(button_rows=2, free_mb=0)).jobs == 3
    assert [house.ledger.row(id) is not None for id in jobs] == [False] * 3 + [True] * 2
    assert house.ledger.row(unanswered)


@pytest.mark.parametrize("until", ["queued", "running", "settled"])
def test_what_was_not_answered_stays_for_ever(house: House, until: str) -> None:
    id = house.job(until)
    mine = house.blobs_of(id)
    house.clock.now += 1000 * DAY_S
    house.tidy(Storage(days=1, gigabytes=1e-9, free_mb=0))
    assert house.ledger.row(id)
    assert house.there() == mine


def test_a_picture_that_a_younger_job_names_stays(house: House) -> None:
    shared = house.picture()
    house.job("posted", shared)
    house.clock.now += 29 * DAY_S
    younger = house.job("posted", shared)
    house.clock.now += 2 * DAY_S
    assert house.tidy(ROWS_TOO).jobs == 1
    assert house.there() == house.blobs_of(younger)


def test_a_mask_and_a_guide_are_named_as_well(house: House) -> None:
    others = {"mask": house.picture(), "guide": house.picture()}
    house.job("queued", others=others)
    house.clock.now += DAY_S
    house.tidy()
    assert set(others.values()) <= house.there()


def test_more_than_one_batch_goes_in_one_round(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        house.job("posted")
    monkeypatch.setattr(Ledger.forget, "__defaults__", (2,))
    house.clock.now += 31 * DAY_S
    assert house.tidy(ROWS_TOO) == Tidied(5, 100, 0)


def test_a_preset_pins_what_it_names_and_never_goes(house: House, database: str) -> None:
    guide = house.picture()
    engine = connect(database)
    with engine.begin() as db:
        db.exec_driver_sql(
            "INSERT INTO presets (user_id, name, name_key, params, created, used)"
            f" VALUES ('1', 'Fur', 'fur', '{{\"guide\":\"{guide}\"}}', 0, 0)"
        )
    house.clock.now += 1000 * DAY_S
    house.tidy(Storage(days=1, gigabytes=1e-9, free_mb=0))
    assert house.there() == {guide}
    with engine.connect() as db:
        assert db.exec_driver_sql("SELECT count(*) FROM presets").scalar() == 1
    engine.dispose()


def test_a_picture_that_nobody_names_goes_after_the_grace(house: House) -> None:
    house.picture()
    house.clock.now += UNUSED_S - 1
    assert house.tidy().freed == 0
    house.clock.now += 2
    assert house.tidy().freed == 10


def test_over_the_quota_the_pictures_unused_for_longest_go(house: House) -> None:
    jobs = []
    for _ in range(4):
        jobs.append(house.job("posted", house.picture(MB)))
        house.clock.now += 60
    waiting = house.job("queued", house.picture(MB))
    old, _, _, fourth = map(house.blobs_of, jobs)
    house.clock.now += DAY_S
    for key in old:
        house.used(key)  # someone pressed Deeper yesterday
    house.clock.now += DAY_S
    tidied = house.tidy(Storage(**{**SOURCES_TOO, "gigabytes": 0.0031}))
    assert tidied.jobs == 0
    assert house.there() == old | fourth | house.blobs_of(waiting)
    assert all(house.ledger.row(id) for id in jobs)  # their buttons say that the picture is gone


def test_a_quota_that_cannot_be_kept_is_said(house: House, caplog: pytest.LogCaptureFixture) -> None:
    house.job("queued", house.picture(MB))
    house.tidy(Storage(days=30, gigabytes=0.0005, free_mb=0))
    assert "more than storage.gigabytes allows" in caplog.text


@pytest.mark.slow
def test_nobody_who_works_meanwhile_loses_a_picture(tmp_path: Path, database: str) -> None:
    """Two users bring the same pictures, and two press Deeper on old ones of their own, while three processes tidy with
    no mercy. Not on one another's: who makes a picture old would take it from somebody who has just used it."""
    harsh = Storage(days=1e-9, button_days=1e-9, gigabytes=1e-9, free_mb=0)
    pictures = [b"%d" % n for n in range(40)]

    def work(user: int) -> list[tuple[JobId, BlobKey]]:
        blobs, asked = Blobs(tmp_path), []
        with closing(Ledger(database, Limits(10**6, 10**6))) as ledger:
            for data in pictures:
                key = blobs.put(data + b" %d" % user if user % 2 else data)
                if user % 2:
                    os.utime(blobs.path(key), (1, 1))  # as old as can be, and used again
                    if blobs.get(key) is None:
                        continue
                asked.append((ledger.submit(Job(Dream(), f"{user}", key), {}), key))
        return asked

    def clean(_: int) -> list[tuple[JobId, BlobKey]]:
        with closing(Ledger(database, Limits())) as ledger:
            for _ in range(10):
                tidy(ledger, Blobs(tmp_path), harsh)
        return []

    with ThreadPoolExecutor(7) as pool:
        parts = [pool.submit(work, n) for n in range(4)] + [pool.submit(clean, n) for n in range(3)]
        asked = [one for part in parts for one in part.result()]
    blobs = Blobs(tmp_path)
    assert len(asked) >= 80
    assert all(blobs.get(key) is not None for _, key in asked)


# round after round


class Rounds:
    """Stands in for `tidy`, and lets a test wait for a round."""

    def __init__(self) -> None:
        self.begun = asyncio.Semaphore(0)
        self._loop = asyncio.get_running_loop()

    def __call__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self.begun.release)
        raise sqlite3.OperationalError("database or disk is full")


async def test_rounds_go_on_whatever_a_round_raises(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    rounds = Rounds()
    monkeypatch.setattr(retention, "tidy", rounds)
    monkeypatch.setattr(retention, "TIDY_S", 0.001)
    tidying = asyncio.create_task(retention.tidy_forever(house.ledger, house.blobs, KEEP))
    for _ in range(3):
        await asyncio.wait_for(rounds.begun.acquire(), 60)
    tidying.cancel()
    await asyncio.wait({tidying})
    assert tidying.cancelled()


async def test_a_clock_that_jumps_gets_time_to_be_set_right(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    rounds, now = Rounds(), iter([0.0, 10**9, 10**9, 10**9])
    house.ledger.clock = lambda: next(now, 10.0**9)
    monkeypatch.setattr(retention, "tidy", rounds)
    monkeypatch.setattr(retention, "TIDY_S", 0.001)
    tidying = asyncio.create_task(retention.tidy_forever(house.ledger, house.blobs, KEEP))
    await asyncio.wait_for(rounds.begun.acquire(), 60)
    tidying.cancel()
    await asyncio.wait({tidying})
    assert caplog.text.count("the clock has jumped ahead") == 1


def test_retention_of_20_000_jobs_leaves_no_rows_and_no_growth(tmp_path: Path, clock: Clock) -> None:
    """Rows come and go; the file of the database does not grow with what has gone."""
    from engine.queue import migrate

    path = tmp_path / "soak.db"
    engine = connect(sqlite_url(path))
    migrate.upgrade(engine)
    sizes = []
    with closing(Ledger(sqlite_url(path), Limits(10**6, 10**6), clock=clock)) as ledger:
        house = House(ledger, Blobs(tmp_path / "blobs"), clock)
        model = house.job("posted")
        for _ in range(4):
            _copies(path, model, 5_000, clock.now)
            clock.now += 31 * DAY_S
            retention.tidy(ledger, house.blobs, ROWS_TOO)
            with closing(sqlite3.connect(path)) as db:
                sizes.append(db.execute("PRAGMA page_count").fetchone()[0])
                assert db.execute("SELECT count(*) FROM jobs").fetchone()[0] == 0
            model = house.job("posted")
    engine.dispose()
    assert sizes[-1] <= sizes[0] * 1.05


def _copies(path: Path, model: JobId, number: int, now: float) -> None:
    with closing(sqlite3.connect(path)) as db:
        names = [row[1] for row in db.execute("PRAGMA table_info(jobs)")]
        others = ", ".join(name for name in names if name not in ("id", "finished"))
        db.execute(
            f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {number})"
            f" INSERT INTO jobs (id, finished, {others}) SELECT printf('%020d', i), {now}, {others} FROM jobs, n"
            f" WHERE id = '{model}'"
        )
        db.commit()
