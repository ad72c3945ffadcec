"""The ledger: the `jobs` table, which is the truth. Everything else is a hint. `database url => durable queue`.

Synchronous SQLAlchemy Core; the bot calls it through `to_thread`. Every write is one transaction of
`engine.queue.database`, which holds the write lock from its first statement.

Fairness is start-time fair queueing (Goyal et al. 1996): tag = max(tag now running, end of this user's last job),
end = tag + estimated seconds; the smallest tag runs next. Estimates follow what runs have taken (`timings`).

Longer than most files: whatever is said about the table of jobs is said here.
"""

from __future__ import annotations

import json
import math
import os
import re
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, replace
from typing import Any

import sqlalchemy as sa

from engine import params
from engine.catalog.catalog import Catalog, shipped_catalog
from engine.errors import BadOption, EngineCrashed, NoLongerKnown, PareidoliaError, QueueFull, TooManyJobs
from engine.files.blobs import BlobKey
from engine.queue import timings
from engine.queue.course import Course
from engine.queue.database import connect, metadata, reading
from engine.queue.history import History
from engine.queue.job import (
    CancelOutcome,
    Job,
    JobId,
    JobRow,
    Limits,
    Place,
    Result,
    Standing,
    State,
    count_pictures,
    new_id,
)
from engine.queue.statistics import FinishedJob, finished_jobs

jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("id", sa.String(24), primary_key=True),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("recipe", sa.String(24), nullable=False),
    sa.Column("params", sa.Text, nullable=False),
    sa.Column("requester", sa.String(32), nullable=False),
    sa.Column("picture", sa.String(64)),
    sa.Column("others", sa.Text),
    sa.Column("parent", sa.String(24)),
    sa.Column("limit_bytes", sa.BigInteger, nullable=False),
    sa.Column("posting", sa.Text, nullable=False),
    sa.Column("priority", sa.Integer, nullable=False),
    sa.Column("tag", sa.Float(53), nullable=False),
    sa.Column("cost_s", sa.Float(53), nullable=False),
    sa.Column("created", sa.Float(53), nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("crashes", sa.Integer, nullable=False),
    sa.Column("engine", sa.String(64)),
    sa.Column("started", sa.Float(53)),
    sa.Column("finished", sa.Float(53)),
    sa.Column("stop", sa.String(8), nullable=False),
    sa.Column("result", sa.Text),
    sa.Column("error", sa.Text, nullable=False),
    sa.Column("error_code", sa.String(8), nullable=False),
    sa.Column("error_facts", sa.Text),
    sa.Column("posted", sa.String(32)),
    sa.Column("spoiler", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("history", sa.Text),
    sa.Index("jobs_next", "state", "priority", "tag", "created"),
    sa.Index("jobs_requester", "requester", "state"),
    sa.Index("jobs_unposted", "posted", "created"),
    sa.Index("jobs_begun", "tag", sqlite_where=sa.text("attempt > 0"), postgresql_where=sa.text("attempt > 0")),
    sa.Index("jobs_share", "requester", "tag"),
    sa.Index("jobs_finished", "finished"),
)
"""What is asked again and again finds its rows by an index, however long the past is that retention keeps."""

Choose = Callable[[sa.Connection, "sa.Select[tuple[str]]"], str | None]
"""Takes the id of one job of those that a query finds, in its order."""
MOST_CRASHES = 2
"""A child that crashed this often on a job fails it."""
RECENT_SOURCES = 20
"""Jobs that are looked through for the last picture that somebody brought to a channel."""
LATELY_S = 7 * 86_400.0
RECENT_RESULTS = 10
"""Answers in a channel that are looked through for the last one that can be dreamed on."""
MOST_STARTS = 20
"""A job that was begun this often and never ended brings whole engines down; it fails."""

_presets = sa.table("presets", sa.column("params"))
"""The bot's table, of which retention must know what it names."""
_SOURCES = (jobs.c.picture, jobs.c.others)
_MADE = (jobs.c.result, jobs.c.params, jobs.c.history)
_NAMING = (*_SOURCES, *_MADE)
"""Where a row names blobs: what it was made of, and what has to stay as long as the result does. A history names the
pictures that Animate begins with."""
FEW_KEYS = 16
"""Of more blobs at once, the names in all rows are read."""
_BLOB_NAME = re.compile(r"\b[0-9a-f]{64}\b")

_NOBODYS: dict[str, Any] = {
    "requester": "", "params": "{}", "picture": None, "others": None, "result": None, "parent": None, "posting": "{}",
    "posted": "forgotten", "error": "", "error_code": "", "error_facts": None, "history": None,
}  # fmt: skip
"""A row of which only the times are left."""

_TURN = (jobs.c.priority, jobs.c.tag, jobs.c.created)
"""The order in which jobs run."""
_OPEN = (State.QUEUED, State.RUNNING)
_SETTLED = (State.DONE, State.FAILED, State.CANCELLED)
_ANSWERED = (jobs.c.state.not_in(_OPEN), jobs.c.posted.is_not(None))
"""Of what is settled: said so, SQLite takes the index of `finished` and not that of `state`."""


class Ledger:
    """The table and every move on it. A move that finds the row in another state than it needs does nothing."""

    def __init__(
        self,
        url: str,
        limits: Limits | None = None,
        *,
        engines: int = 1,
        clock: Callable[[], float] = time.time,
        occupancy: int | None = None,
        catalog: Catalog | None = None,
    ) -> None:
        """`occupancy` is a descriptor with the lock of `engine.queue.database.lock_file`, closed with the ledger.

        Params in rows are read with `catalog`, or with the package's.
        """
        self.catalog = catalog or shipped_catalog()
        self.limits = limits or Limits()
        self.engines = engines
        self.clock = clock
        self._occupancy = occupancy
        self._db = connect(url)

    def close(self) -> None:
        """Let go of the database."""
        self._db.dispose()
        if self._occupancy is not None:
            os.close(self._occupancy)
            self._occupancy = None

    # what the bot does

    def submit(self, job: Job, posting: dict[str, Any], id: JobId | None = None, *, priority: int = 0) -> JobId:
        """Queue a job: limits, tag and row in one transaction. Raises `QueueFull` or `TooManyJobs`."""
        id = id or new_id()
        with self._db.begin() as db:
            self._refuse_over_limits(db, job)
            cost = timings.read(db, job).seconds
            tag = max(self._virtual_time(db), self._last_end(db, job.requester))
            db.execute(jobs.insert().values(_fresh_row(id, job, posting, priority, tag, cost, self.clock())))
        return id

    def record(self, job: Job, result: Result, posting: dict[str, Any], id: JobId) -> bool:
        """Write down a job that is done already, such as one picture of a sheet; False if there is one of that id."""
        now = self.clock()
        done = {"state": State.DONE, "started": now, "finished": now, "result": json.dumps(asdict(result))}
        with self._db.begin() as db:
            if db.scalar(sa.select(jobs.c.id).where(jobs.c.id == id)) is not None:
                return False
            db.execute(jobs.insert().values(_fresh_row(id, job, posting, 0, 0.0, 0.0, now) | done))
        return True

    def _refuse_over_limits(self, db: sa.Connection, job: Job) -> None:
        waiting = jobs.c.state.in_(_OPEN)
        total, cost = db.execute(
            sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(jobs.c.cost_s), 0)).where(waiting)
        ).one()
        if total >= self.limits.total:
            raise QueueFull(waiting=total, minutes=max(1, round(cost / self.engines / 60)))
        if job.pictures > self.limits.per_user and len(job.batch) == 1:
            raise BadOption(option="variations", problem=f"can be at most {self.limits.per_user} here")
        mine = db.execute(sa.select(jobs.c.params, jobs.c.others).where(waiting, jobs.c.requester == job.requester))
        count = sum(_pictures(params, others) for params, others in mine)
        if count + job.pictures > self.limits.per_user:
            raise TooManyJobs(count=count, limit=self.limits.per_user)

    def _virtual_time(self, db: sa.Connection) -> float:
        begun = sa.text("attempt > 0")  # in the index's own words: with a parameter SQLite would not use it
        return db.scalar(sa.select(sa.func.max(jobs.c.tag)).where(begun)) or 0.0

    def _last_end(self, db: sa.Connection, requester: str) -> float:
        """The end of the user's last job: tags of one user rise, so that it is the one with the largest."""
        counted = sa.or_(jobs.c.state.in_(_OPEN), jobs.c.attempt > 0)  # what was cancelled unstarted cost nothing
        mine = sa.select(jobs.c.tag + jobs.c.cost_s).where(jobs.c.requester == requester, counted)
        return db.scalar(mine.order_by(jobs.c.tag.desc()).limit(1)) or 0.0

    def estimate(self, job: Job) -> float:
        """Seconds that a job will take once it runs."""
        with self._read() as db:
            return timings.read(db, job).seconds

    def cancel(self, id: JobId, *, keep_preview: bool = False) -> CancelOutcome:
        """Settle a waiting job, flag a running one; `keep` only matters to a running one."""
        with self._db.begin() as db:
            state = db.scalar(sa.select(jobs.c.state).where(jobs.c.id == id))
            if state is None:
                return CancelOutcome.UNKNOWN
            if State(state).settled:
                return CancelOutcome.TOO_LATE
            one = jobs.update().where(jobs.c.id == id)
            if state == State.QUEUED:
                db.execute(one.values(state=State.CANCELLED, finished=self.clock()))
                return CancelOutcome.CANCELLED
            db.execute(one.values(stop="keep" if keep_preview else "stop"))
            return CancelOutcome.STOPPING

    def row(self, id: JobId) -> JobRow | None:
        """What became of a job."""
        with self._read() as db:
            found = db.execute(sa.select(jobs).where(jobs.c.id == id)).one_or_none()
        return _job_row(found, self.catalog) if found else None

    def find_by_answer(self, message_id: str) -> JobRow | None:
        """The settled job whose answer was posted as that message."""
        with self._read() as db:
            found = db.execute(sa.select(jobs).where(jobs.c.posted == message_id).limit(1)).one_or_none()
        return _job_row(found, self.catalog) if found else None

    def recent_sources(self, requester: str) -> list[JobRow]:
        """A user's latest jobs that began with a picture which they chose themselves, the newest first; a few."""
        chosen = (jobs.c.requester == requester, jobs.c.picture.is_not(None), jobs.c.parent.is_(None))
        with self._read() as db:
            rows = db.execute(
                sa.select(jobs).where(*chosen).order_by(jobs.c.created.desc()).limit(RECENT_SOURCES)
            ).all()
        return [_job_row(one, self.catalog) for one in rows]

    def history(self, requester: str, at_most: int | None = None) -> list[JobRow]:
        """A user's jobs, whatever became of them, the newest first."""
        mine = sa.select(jobs).where(jobs.c.requester == requester)
        with self._read() as db:
            rows = db.execute(mine.order_by(jobs.c.created.desc(), jobs.c.tag.desc()).limit(at_most)).all()
        return [_job_row(one, self.catalog) for one in rows]

    def rows_about(self, user: str) -> list[JobRow]:
        """The jobs of others whose postings name a user, as the owner of what they are made of, the newest first."""
        named = (jobs.c.posting.contains(user, autoescape=True), jobs.c.requester != user)
        with self._read() as db:
            rows = db.execute(sa.select(jobs).where(*named).order_by(jobs.c.created.desc())).all()
        return [_job_row(one, self.catalog) for one in rows]

    def recent_results(self, channel_id: int) -> list[JobRow]:
        """The latest jobs whose answers were posted for a channel within a week, the newest first; a few."""
        here = jobs.c.posting.contains(f'"channel_id": {channel_id},', autoescape=True)
        lately = jobs.c.finished > self.clock() - LATELY_S  # rows of a year are kept, and this reads each of them
        answered = (lately, jobs.c.state == State.DONE, jobs.c.posted.is_not(None), here)
        with self._read() as db:
            rows = db.execute(
                sa.select(jobs).where(*answered).order_by(jobs.c.finished.desc()).limit(RECENT_RESULTS)
            ).all()
        return [_job_row(one, self.catalog) for one in rows]

    def standings(self, ids: Sequence[JobId]) -> dict[JobId, Standing]:
        """What became of these jobs; those that there are not are left out."""
        found = sa.select(jobs.c.id, jobs.c.state, jobs.c.attempt).where(jobs.c.id.in_(ids))
        with self._read() as db:
            return {JobId(one.id): Standing(State(one.state), one.attempt > 0) for one in db.execute(found)}

    def finished_in_server(self, guild_id: int, since: float) -> list[FinishedJob]:
        """The jobs of a server that were begun and settled since that moment."""
        with self._read() as db:
            return finished_jobs(db, jobs, guild_id, since)

    def list_waiting(self, requester: str | None = None) -> list[tuple[JobRow, Place]]:
        """Jobs that run or wait, in the order in which they will run; all, or one user's."""
        rows = self._open_rows(*jobs.c)
        line = zip(rows, self._places(rows), strict=True)
        return [(_job_row(row, self.catalog), place) for row, place in line if requester in (None, row.requester)]

    def places(self) -> dict[JobId, Place]:
        """Where every job that runs or waits stands, in the order in which they will run."""
        rows = self._open_rows(jobs.c.id, jobs.c.state, jobs.c.cost_s, jobs.c.started)
        return {JobId(row.id): place for row, place in zip(rows, self._places(rows), strict=True)}

    def place(self, id: JobId) -> Place | None:
        """Where a job stands, as `places` has it; None if it is settled or unknown. Who waits is added up by the
        database: a thousand rows would take ten times as long.
        """
        mine = sa.select(jobs).where(jobs.c.id == id, jobs.c.state.in_(_OPEN))
        running = sa.select(jobs).where(jobs.c.state == State.RUNNING).order_by(*_TURN)
        with self._read() as db:
            row, line = db.execute(mine).one_or_none(), list(db.execute(running))
            if row is None:
                return None
            if row.state == State.RUNNING:
                return next(place for one, place in zip(line, self._places(line), strict=True) if one.id == id)
            turn, own = sa.tuple_(*_TURN), sa.tuple_(*(row._mapping[column] for column in _TURN))
            total = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(jobs.c.cost_s), 0))
            count, seconds = db.execute(total.where(jobs.c.state == State.QUEUED, turn < own)).one()
            ties = db.scalar(sa.select(sa.func.count()).where(jobs.c.state == State.QUEUED, turn == own))
        if ties and ties > 1:  # of one moment: the database has an order of its own among them
            return self.places().get(id)
        now = self.clock()
        rest = sum(_remaining(one, now) for one in line) + float(seconds) + _remaining(row, now)
        return Place(len(line) + count, rest / self.engines, State.QUEUED)

    def _open_rows(self, *columns: sa.Column[Any]) -> Sequence[sa.Row[Any]]:
        running_first = sa.case((jobs.c.state == State.RUNNING, 0), else_=1)
        order = (running_first, *_TURN)
        with self._read() as db:
            return db.execute(sa.select(*columns).where(jobs.c.state.in_(_OPEN)).order_by(*order)).all()

    def _places(self, line: Sequence[sa.Row[Any]]) -> list[Place]:
        places, now, until = [], self.clock(), 0.0
        for ahead, row in enumerate(line):
            until += _remaining(row, now) / self.engines
            places.append(Place(0 if row.state == State.RUNNING else ahead, until, State(row.state)))
        return places

    def list_unposted(self) -> Sequence[JobRow]:
        """Rows, settled or not, whose answer has not been posted, oldest first."""
        with self._read() as db:
            rows = db.execute(sa.select(jobs).where(jobs.c.posted.is_(None)).order_by(jobs.c.created)).all()
        return [_job_row(one, self.catalog) for one in rows]

    def update_posting(self, id: JobId, posting: dict[str, Any]) -> None:
        """Replace where the answer goes."""
        with self._db.begin() as db:
            db.execute(jobs.update().where(jobs.c.id == id).values(posting=json.dumps(posting)))

    def mark_posted(self, id: JobId, message_id: str, posting: dict[str, Any] | None = None) -> bool:
        """Record where a settled job's answer stands, and replace its posting by what is still needed of it, where that
        is given; False if it was recorded before."""
        posted = {"posted": message_id} | ({} if posting is None else {"posting": json.dumps(posting)})
        open_outbox = (jobs.c.id == id, jobs.c.posted.is_(None), jobs.c.state.in_(_SETTLED))
        with self._db.begin() as db:
            return db.execute(jobs.update().where(*open_outbox).values(**posted)).rowcount == 1

    # what an engine does; every write is fenced by (id, attempt), so that a zombie changes nothing

    def claim(self, engine: str, at_most_s: float = math.inf, choose: Choose | None = None) -> JobRow | None:
        """Take the next job that should take at most so many seconds: its attempt is committed before it runs.

        `choose` takes one of those that wait, in their order. Without it a job that asks for what this version no
        longer knows fails on the way, with a sentence.
        """
        short = () if at_most_s == math.inf else (jobs.c.cost_s <= at_most_s,)
        waiting = sa.select(jobs.c.id).where(jobs.c.state == State.QUEUED, *short).order_by(*_TURN)
        with self._db.begin() as db:
            id = choose(db, waiting) if choose else db.scalar(waiting.limit(1))
            if id is None:
                return None
            begun = {"state": State.RUNNING, "engine": engine, "started": self.clock(), "stop": ""}
            db.execute(jobs.update().where(jobs.c.id == id).values(attempt=jobs.c.attempt + 1, **begun))
            found = db.execute(sa.select(jobs).where(jobs.c.id == id)).one()
            row = _job_row(found, self.catalog)
            expected = timings.read(db, row.job)
        if _parse_known(found.params, self.catalog) is None:
            self.fail(row.id, row.attempt, NoLongerKnown())
            return self.claim(engine, at_most_s, choose)
        return replace(row, expected=expected)

    def stop_flag(self, id: JobId, attempt: int) -> str:
        """ "" (go on), "stop", "keep", or "lost" when the job is no longer this engine's."""
        query = sa.select(jobs.c.stop).where(*_fence(id, attempt))
        with self._read() as db:
            flag = db.scalar(query)
        return "lost" if flag is None else flag

    def finish(self, id: JobId, attempt: int, result: Result, seconds: float, course: Course = ()) -> bool:
        """Settle as done, and learn from how long it took, and from its course where that was watched."""
        done = {"state": State.DONE, "result": json.dumps(asdict(result)), "finished": self.clock()}
        with self._db.begin() as db:
            if db.execute(jobs.update().where(*_fence(id, attempt)).values(**done)).rowcount != 1:
                return False
            row = _job_row(db.execute(sa.select(jobs).where(jobs.c.id == id)).one(), self.catalog)
            if not row.keep_preview:  # a dream that was kept early says nothing of a whole one
                timings.learn(db, row.job, seconds, course)
        return True

    def fail(self, id: JobId, attempt: int, error: PareidoliaError) -> bool:
        """Settle as failed, with the code and the facts of which the user's sentence is made."""
        return self._settle(id, attempt, self._failure(error))

    def fail_waiting(self, db: sa.Connection, id: str, error: PareidoliaError) -> None:
        """In a transaction, settle a job that nobody has begun as failed."""
        waits = jobs.c.id == id, jobs.c.state == State.QUEUED
        db.execute(jobs.update().where(*waits).values(**self._failure(error)))

    def settle_cancelled(self, id: JobId, attempt: int) -> bool:
        """Settle as cancelled."""
        return self._settle(id, attempt, {"state": State.CANCELLED, "finished": self.clock()})

    def give_back(self, id: JobId, attempt: int) -> bool:
        """Put a job back unharmed, as if it had never begun: the engine stops gracefully."""
        return self._settle(id, attempt, {"state": State.QUEUED, "engine": None, "started": None})

    def record_crash(self, id: JobId, attempt: int) -> State:
        """The child died on it: queued once more, or failed the second time."""
        with self._db.begin() as db:
            row = db.execute(sa.select(jobs).where(*_fence(id, attempt))).one_or_none()
            if row is None:
                return State.QUEUED
            state = State.FAILED if row.crashes + 1 >= MOST_CRASHES else State.QUEUED
            db.execute(jobs.update().where(jobs.c.id == id).values(crashes=row.crashes + 1, **self._after(state)))
            return state

    def requeue(self, engine: str) -> int:
        """Put back what this engine's dead predecessor was running; its lock proves that it is dead."""
        return len(self.take_back(engine))

    def take_back(self, engine: str, is_dead: Callable[[sa.Connection], bool] = lambda _: True) -> list[JobId]:
        """Put back what an engine was running that is dead, which is asked in the same transaction; the ids."""
        mine = (jobs.c.state == State.RUNNING, jobs.c.engine == engine)
        with self._db.begin() as db:
            if not is_dead(db):
                return []
            found = [JobId(id) for id in db.scalars(sa.select(jobs.c.id).where(*mine))]
            db.execute(jobs.update().where(*mine, jobs.c.attempt >= MOST_STARTS).values(**self._after(State.FAILED)))
            flagged = {"state": State.CANCELLED, "finished": self.clock()}
            db.execute(jobs.update().where(*mine, jobs.c.stop != "").values(**flagged))
            db.execute(jobs.update().where(*mine).values(**self._after(State.QUEUED)))
        return found

    # what retention does

    def forget(self, before: float, at_most: int = 200) -> int:
        """Delete the rows of jobs that were answered and had settled before that moment (Unix seconds); how many.

        A few at a time, so that nobody waits long for the write lock.
        """
        old = sa.select(jobs.c.id).where(jobs.c.finished < before, *_ANSWERED)
        with self._db.begin() as db:
            return db.execute(jobs.delete().where(jobs.c.id.in_(old.limit(at_most)))).rowcount

    def forget_requester(self, requester: str) -> tuple[int, set[BlobKey]]:
        """Delete a user's rows that are settled and answered; how many, and the blobs that nothing names any more.

        The row that fairness counts from stays as a number without a person: without it, whoever came next would run
        before all who wait.
        """
        return self._forget(jobs.c.requester == requester, jobs.c.posted.is_not(None))

    def forget_job(self, id: JobId) -> tuple[int, set[BlobKey]]:
        """Delete one row that is settled, answered or not, as `forget_requester` does."""
        return self._forget(jobs.c.id == id)

    def forget_server(self, guild_id: str) -> tuple[int, set[BlobKey]]:
        """Delete the rows of what was asked for in a server, as `forget_requester` does."""
        there = jobs.c.posting.contains(f'"guild_id": {guild_id},', autoescape=True)
        return self._forget(there, jobs.c.posted.is_not(None))

    def _forget(self, *which: sa.ColumnElement[bool]) -> tuple[int, set[BlobKey]]:
        settled = (*which, jobs.c.state.not_in(_OPEN))
        with self._db.begin() as db:
            found = db.execute(sa.select(*_NAMING).where(*settled)).all()
            latest = (*settled, jobs.c.attempt > 0, jobs.c.tag == self._virtual_time(db))
            kept = db.scalar(sa.select(jobs.c.id).where(*latest).limit(1))
            db.execute(jobs.delete().where(*settled, jobs.c.id != (kept or "")))
            db.execute(jobs.update().where(jobs.c.id == (kept or "")).values(id=new_id(), **_NOBODYS))
        return len(found), self._without_name(_names_in(found))

    def _without_name(self, keys: set[BlobKey]) -> set[BlobKey]:
        """Those of these blobs that nothing names; of a few, the database is asked for each."""
        if len(keys) > FEW_KEYS:
            return keys - self.referenced_blobs()
        with self._read() as db:
            return {key for key in keys if not _is_named(db, key)}

    def forget_oldest(self, most: int, at_most: int = 200) -> int:
        """Delete the rows of the jobs that settled first, of more than so many that were answered; how many."""
        with self._read() as db:  # counting them all would hold the write lock
            excess = (db.scalar(sa.select(sa.func.count()).select_from(jobs).where(*_ANSWERED)) or 0) - most
        if excess <= 0:
            return 0
        oldest = sa.select(jobs.c.id).where(*_ANSWERED).order_by(jobs.c.finished).limit(min(excess, at_most))
        with self._db.begin() as db:
            return db.execute(jobs.delete().where(jobs.c.id.in_(oldest))).rowcount

    def referenced_blobs(self, *, pinned: bool = False, since: float = 0.0, sources_since: float = 0.0) -> set[BlobKey]:
        """Blobs that a preset names, or a job that is not settled and answered, or that settled since that moment (Unix
        seconds): what a job was made of, unless a history names it, since another. Only `pinned`: without the last."""
        unanswered = sa.or_(jobs.c.posted.is_(None), jobs.c.state.in_(_OPEN))
        queries = [sa.select(*_NAMING).where(unanswered), sa.select(_presets.c.params)]
        if not pinned:
            queries += [
                sa.select(*_MADE).where(jobs.c.finished >= since),
                sa.select(*_SOURCES).where(jobs.c.finished >= sources_since),
            ]
        with self._read() as db:  # a few rows at a time: all of them may be more than should be in memory at once
            return _names_in(row for query in queries for part in db.execute(query).partitions(500) for row in part)

    def _after(self, state: State) -> dict[str, Any]:
        if state == State.QUEUED:
            return {"state": state, "engine": None}
        return self._failure(EngineCrashed())

    def _failure(self, error: PareidoliaError) -> dict[str, Any]:
        """What a row becomes. The sentence stays with it for whoever has no words for the code."""
        told = {"error": str(error), "error_code": error.code, "error_facts": json.dumps(error.plain_facts())}
        return {"state": State.FAILED, "finished": self.clock(), **told}

    def _settle(self, id: JobId, attempt: int, values: dict[str, Any]) -> bool:
        with self._db.begin() as db:
            return db.execute(jobs.update().where(*_fence(id, attempt)).values(**values)).rowcount == 1

    def _read(self) -> AbstractContextManager[sa.Connection]:
        return reading(self._db)


def _names_in(rows: Iterable[Iterable[str | None]]) -> set[BlobKey]:
    """The blobs that these rows name."""
    return {BlobKey(name) for row in rows for text in row if text for name in _BLOB_NAME.findall(text)}


def _is_named(db: sa.Connection, key: BlobKey) -> bool:
    """Whether a job or a preset names a blob."""
    of_job = sa.select(jobs.c.id).where(sa.or_(*(column.contains(key) for column in _NAMING)))
    of_preset = sa.select(_presets.c.params).where(_presets.c.params.contains(key))
    return any(db.scalar(query.limit(1)) is not None for query in (of_job, of_preset))


def _fence(id: JobId, attempt: int) -> tuple[sa.ColumnElement[bool], ...]:
    return jobs.c.id == id, jobs.c.attempt == attempt, jobs.c.state == State.RUNNING


def _fresh_row(
    id: JobId, job: Job, posting: dict[str, Any], priority: int, tag: float, cost_s: float, now: float
) -> dict[str, Any]:
    return {
        "id": id, "state": State.QUEUED, "recipe": job.params.recipe, "params": job.params.model_dump_json(),
        "requester": job.requester, "picture": job.picture, "others": json.dumps(dict(job.others)),
        "parent": job.parent, "limit_bytes": job.limit_bytes,
        "posting": json.dumps(posting), "priority": priority, "tag": tag, "cost_s": cost_s, "created": now,
        "attempt": 0, "crashes": 0, "stop": "", "error": "", "error_code": "",
        "spoiler": job.spoiler, "history": job.history.to_json() or None,
    }  # fmt: skip


def _pictures(stored: str, others: str | None) -> int:
    """How many pictures a stored job makes."""
    return count_pictures(json.loads(stored).get("variations", 1), json.loads(others or "{}"))


def _remaining(row: sa.Row[Any], now: float) -> float:
    """Seconds of work left in a row; a job that overran its estimate is about to end. Clocks may be set back."""
    if row.state == State.RUNNING and row.started is not None:
        return float(max(row.cost_s - max(now - row.started, 0.0), 0.5))
    return float(row.cost_s)


def _parse_known(stored: str, catalog: Catalog) -> params.AnyParams | None:
    """Params as stored; None where a network or a word in them has gone since. Their row must still be answered."""
    try:
        return params.parse(stored, catalog)
    except PareidoliaError:
        return None


def _parse_history(stored: str | None, catalog: Catalog) -> History:
    """As stored; none where a network or a word in it has gone since."""
    try:
        return History.from_json(stored, catalog)
    except PareidoliaError:
        return History()


def _job_row(row: sa.Row[Any], catalog: Catalog) -> JobRow:
    return JobRow(
        id=JobId(row.id),
        job=Job(
            params=_parse_known(row.params, catalog) or params.make(params.Dream, catalog),
            requester=row.requester,
            picture=BlobKey(row.picture) if row.picture else None,
            others={name: BlobKey(key) for name, key in json.loads(row.others or "{}").items()},
            parent=JobId(row.parent) if row.parent else None,
            limit_bytes=row.limit_bytes,
            spoiler=bool(row.spoiler),
            history=_parse_history(row.history, catalog),
        ),
        state=State(row.state),
        posting=json.loads(row.posting),
        created=row.created,
        attempt=row.attempt,
        started=row.started,
        finished=row.finished,
        result=Result.from_json(json.loads(row.result)) if row.result else None,
        error=row.error,
        error_code=row.error_code,
        error_facts=json.loads(row.error_facts) if row.error_facts else None,
        keep_preview=row.stop == "keep",
        posted=row.posted,
        crashes=row.crashes,
    )
