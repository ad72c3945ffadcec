"""Which engines of a fleet live: `beats as they are read => the names of the dead`.

An engine counts its beats up in its row. It is dead once they have stood still for `DEAD_S` of the watcher's own
monotonic clock while the watcher could read them: no two machines need the same time, and after an outage of the
database everybody has that long to be heard of again before anybody is judged.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import sqlalchemy as sa

from engine.queue.job import JobId, State
from engine.queue.ledger import Ledger, jobs

metadata = sa.MetaData()
"""Of the tables that only a fleet has, on PostgreSQL."""
engines = sa.Table(
    "engines",
    metadata,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("beats", sa.BigInteger, nullable=False),
    sa.Column("seen", sa.Float(53), nullable=False),
    sa.Column("about", sa.Text, nullable=False),
)
previews = sa.Table(
    "previews",
    metadata,
    sa.Column("job_id", sa.String(24), primary_key=True),
    sa.Column("jpeg", sa.LargeBinary, nullable=False),
    prefixes=["UNLOGGED"],
)
shared_state = sa.Table(
    "shared_state",
    metadata,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
"""What the processes of one bot must know of each other (`engine.queue.shared_state`)."""
unfit = sa.Table(
    "unfit",
    metadata,
    sa.Column("job_id", sa.String(24), primary_key=True),
    sa.Column("engine", sa.String(64), primary_key=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("since", sa.Float(53), nullable=False),
)
"""Which engines have passed over which jobs, and why (`engine.queue.placement`)."""
memory_needs = sa.Table(
    "memory_needs",
    metadata,
    sa.Column("shape", sa.String(64), primary_key=True),
    sa.Column("megabytes", sa.Integer, nullable=False),
)
"""How much memory dreams take that were too large for an engine."""

BEAT_S = 3.0
LOOK_S = 2.0
DEAD_S = 10.0
MOST_GAP_S = 3 * LOOK_S
"""Who has not looked for so long knows nothing of the time between."""
UNREGISTERED = -1
"""The beats of an engine that runs a job and has no row."""

BEAT = """
INSERT INTO engines (name, beats, seen, about) VALUES (%(name)s, 1, extract(epoch FROM clock_timestamp()), %(about)s)
ON CONFLICT (name) DO UPDATE SET beats = engines.beats + 1, seen = excluded.seen, about = excluded.about"""
READ_BEATS = f"""
SELECT name, beats FROM engines UNION ALL
SELECT DISTINCT engine, {UNREGISTERED} FROM jobs
WHERE state = 'running' AND NOT EXISTS (SELECT 1 FROM engines WHERE name = jobs.engine)"""


class EngineWatch:
    """What one watcher knows."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: dict[str, tuple[int, float]] = {}
        """Of each name, its beats, and since when they are so."""
        self._looked = clock()

    def look(self, beats: Mapping[str, int]) -> dict[str, int]:
        """Take in what was read just now; the dead, and the beats at which they stand still."""
        now = self._clock()
        if now - self._looked > MOST_GAP_S:
            self._seen.clear()
        self._looked = now
        before, self._seen = self._seen, {}
        for name, count in beats.items():
            known = before.get(name)
            self._seen[name] = known if known and known[0] == count else (count, now)
        return {name: count for name, (count, since) in self._seen.items() if now - since >= DEAD_S}

    def forget(self) -> None:
        """The database could not be read: nobody is judged by that."""
        self._seen.clear()

    @property
    def alive(self) -> list[str]:
        """Engines that beat, or may still."""
        now = self._clock()
        return [name for name, (count, since) in self._seen.items() if count > 0 and now - since < DEAD_S]


def take_back(ledger: Ledger, name: str, beats: int) -> list[JobId]:
    """Put back what a dead engine was running, unless it beat meanwhile or somebody else did so; the ids."""

    def is_dead(db: sa.Connection) -> bool:
        _forget_old_previews(db)
        if beats == UNREGISTERED:
            return db.scalar(sa.select(engines.c.name).where(engines.c.name == name)) is None
        return db.execute(engines.delete().where(engines.c.name == name, engines.c.beats == beats)).rowcount == 1

    return ledger.take_back(name, is_dead)


def leave(ledger: Ledger, name: str) -> list[JobId]:
    """An engine ends: nobody waits for it to be missed. What it could not give back goes back; the ids."""

    def forget(db: sa.Connection) -> bool:
        _forget_old_previews(db)
        db.execute(engines.delete().where(engines.c.name == name))
        return True

    return ledger.take_back(name, forget)


def _forget_old_previews(db: sa.Connection) -> None:
    """Those of jobs whose end nobody could tell, because the hint of it was lost."""
    running = sa.select(jobs.c.id).where(jobs.c.state == State.RUNNING)
    db.execute(previews.delete().where(previews.c.job_id.not_in(running)))


def running_on(db: sa.Connection) -> dict[str, list[JobId]]:
    """The jobs that each engine runs, in the order in which they began."""
    columns = sa.select(jobs.c.engine, jobs.c.id).where(jobs.c.state == State.RUNNING)
    found: dict[str, list[JobId]] = {}
    for one in db.execute(columns.order_by(jobs.c.started, jobs.c.id)):
        found.setdefault(one.engine, []).append(JobId(one.id))
    return found
