"""How long jobs take: `(database, job) => seconds and course`, from what runs like it have taken.

A run teaches two moving averages of seconds per unit of work (`Params.work`): that of its recipe and network, and a
closer one, of dreams of its kind and about its size, together with the course in which their steps came. A job is
estimated by the closest that is known, else by what other recipes take on its network.
"""

from __future__ import annotations

import json
import math
from typing import Any

import sqlalchemy as sa

from engine.queue.course import Course, Timing, blend, planned_course, repeat
from engine.queue.database import metadata
from engine.queue.job import Job

calibrations = sa.Table(
    "calibrations",
    metadata,
    sa.Column("recipe", sa.String(24), primary_key=True),
    sa.Column("network", sa.String(64), primary_key=True),
    sa.Column("seconds_per_unit", sa.Float(53), nullable=False),
)

timings = sa.Table(
    "timings",
    metadata,
    sa.Column("kind", sa.String(32), primary_key=True),
    sa.Column("network", sa.String(64), primary_key=True),
    sa.Column("size_class", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("seconds_per_unit", sa.Float(53), nullable=False),
    sa.Column("course", sa.Text, nullable=False),
)

FIRST_GUESS_S = 0.6
"""Seconds per megapixel-iteration before anything has been measured (FIELD: two CPU cores, fp32)."""
SMOOTHING = 0.3
"""Weight of the newest run in a moving average."""
CLASSES_PER_DOUBLING = 2
"""Classes of size between a side and one twice as long."""


def read(db: sa.Connection, job: Job) -> Timing:
    """What is expected of a job: of a batch, the same for each of its pictures, one after another."""
    one = _read_one(db, job)
    return repeat(one, len(job.batch)) if len(job.batch) > 1 else one


def _read_one(db: sa.Connection, job: Job) -> Timing:
    work = job.params.work()
    known = db.execute(sa.select(timings).where(*_matches(timings, _alike(job)))).one_or_none()
    if known:
        return Timing(work * known.seconds_per_unit, tuple(json.loads(known.course)))
    return Timing(work * _general_pace(db, job), planned_course(job.params))


def learn(db: sa.Connection, job: Job, seconds: float, course: Course) -> None:
    """A run has ended well. Where nobody watched its course, or it was one after another, only the general average
    learns."""
    pace = seconds / len(job.batch) / max(job.params.work(), 1e-6)
    _learn_general(db, job, pace)
    if course and len(job.batch) == 1:
        _learn_closely(db, job, pace, course)


def _learn_general(db: sa.Connection, job: Job, pace: float) -> None:
    key = {"recipe": job.params.recipe, "network": job.params.network}
    known = db.scalar(sa.select(calibrations.c.seconds_per_unit).where(*_matches(calibrations, key)))
    _store(db, calibrations, key, known is None, seconds_per_unit=_average(known, pace))


def _learn_closely(db: sa.Connection, job: Job, pace: float, course: Course) -> None:
    key = _alike(job)
    known = db.execute(sa.select(timings).where(*_matches(timings, key))).one_or_none()
    blended = blend(tuple(json.loads(known.course)), course, SMOOTHING) if known else course
    average = _average(known.seconds_per_unit if known else None, pace)
    written = json.dumps([round(share, 4) for share in blended])
    _store(db, timings, key, known is None, seconds_per_unit=average, course=written)


def _general_pace(db: sa.Connection, job: Job) -> float:
    """Seconds per unit of work of this recipe; else of all recipes on this network; else a guess."""
    pace, network = calibrations.c.seconds_per_unit, job.params.network
    here = calibrations.c.network == network
    own = db.scalar(sa.select(pace).where(here, calibrations.c.recipe == job.params.recipe))
    known = own or db.scalar(sa.select(sa.func.avg(pace)).where(here))
    return known or FIRST_GUESS_S * job.params.catalog.network(network).effort


def _alike(job: Job) -> dict[str, Any]:
    """The key of dreams that take the same course: of one kind, network and about one size."""
    params = job.params
    kind = f"{params.timed_as} guided" if "guide" in job.others else params.timed_as
    size_class = round(CLASSES_PER_DOUBLING * math.log2(params.size))
    return {"kind": kind, "network": params.network, "size_class": size_class}


def _matches(table: sa.Table, key: dict[str, Any]) -> list[sa.ColumnElement[bool]]:
    return [table.c[name] == value for name, value in key.items()]


def _store(db: sa.Connection, table: sa.Table, key: dict[str, Any], fresh: bool, **values: Any) -> None:
    change = table.insert() if fresh else table.update().where(*_matches(table, key))
    db.execute(change.values(**key, **values))


def _average(known: float | None, newest: float) -> float:
    return newest if known is None else known + SMOOTHING * (newest - known)
