"""How a fleet does: `ledger => its engines, its queue, and how long jobs take`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from engine.queue import engine_registry
from engine.queue.database import reading
from engine.queue.engine_registry import DEAD_S, engines
from engine.queue.job import JobId, State
from engine.queue.ledger import Ledger, jobs

DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class EngineStatus:
    """One engine."""

    name: str
    about: dict[str, str]
    """Its `host`, `version` and `device`."""
    silent_s: float
    """Seconds since its last beat."""
    jobs: Sequence[JobId]
    """What it runs."""

    @property
    def alive(self) -> bool:
        """Whether it beat lately."""
        return self.silent_s < DEAD_S


@dataclass(frozen=True, slots=True)
class RecipeTimes:
    """The jobs of one recipe that were finished within a day."""

    recipe: str
    done: int
    failed: int
    wait_s: float
    """From request to begin, on average."""
    run_s: float
    """From begin to end, on average."""


@dataclass(frozen=True, slots=True)
class FleetStatus:
    """All of it, at one moment."""

    engines: Sequence[EngineStatus]
    waiting: int
    running: int
    oldest_s: float
    """Seconds that the oldest job has waited; 0 where none waits."""
    recipes: Sequence[RecipeTimes]


def read(ledger: Ledger) -> FleetStatus:
    """Ask the database."""
    now = ledger.clock()
    with reading(ledger._db) as db:
        work = engine_registry.running_on(db)
        known = [
            EngineStatus(one.name, json.loads(one.about), max(0.0, now - one.seen), work.get(one.name, ()))
            for one in db.execute(sa.select(engines).order_by(engines.c.name))
        ]
        waiting = jobs.c.state == State.QUEUED
        count, oldest = db.execute(sa.select(sa.func.count(), sa.func.min(jobs.c.created)).where(waiting)).one()
        return FleetStatus(
            known, count, sum(map(len, work.values())), max(0.0, now - (oldest or now)), _times(db, now - DAY_S)
        )


def _times(db: sa.Connection, since: float) -> list[RecipeTimes]:
    def count(state: State) -> sa.ColumnElement[int]:
        return sa.func.count().filter(jobs.c.state == state)

    wait, run = sa.func.avg(jobs.c.started - jobs.c.created), sa.func.avg(jobs.c.finished - jobs.c.started)
    query = sa.select(jobs.c.recipe, count(State.DONE), count(State.FAILED), wait, run)
    ended = (jobs.c.finished > since, jobs.c.started.is_not(None))
    rows = db.execute(query.where(*ended).group_by(jobs.c.recipe).order_by(jobs.c.recipe))
    return [RecipeTimes(recipe, done, failed, float(waited), float(ran)) for recipe, done, failed, waited, ran in rows]
