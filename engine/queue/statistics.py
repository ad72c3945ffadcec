"""What was made in one server lately: `(jobs, server, since) => finished jobs, as far as statistics need them`."""

from __future__ import annotations

import json
from dataclasses import dataclass

import sqlalchemy as sa

from engine.queue.job import State


@dataclass(frozen=True, slots=True)
class FinishedJob:
    """One job that settled."""

    recipe: str
    state: State
    requester: str
    channel_id: int | None
    subject: str
    """What it was dreamed towards; "" where that is no subject."""
    waited_s: float
    """From the request until it was begun."""
    took_s: float
    """From its beginning until it was finished."""


def finished_jobs(db: sa.Connection, jobs: sa.Table, guild_id: int, since: float) -> list[FinishedJob]:
    """The jobs of a server that settled since that moment (Unix seconds) and were begun, whatever became of them."""
    there = jobs.c.posting.contains(f'"guild_id": {guild_id},', autoescape=True)
    lately = (jobs.c.finished > since, jobs.c.started.is_not(None), there)  # the first has an index
    columns = ("recipe", "state", "requester", "posting", "params", "created", "started", "finished")
    rows = db.execute(sa.select(*(jobs.c[name] for name in columns)).where(*lately)).all()
    return [_finished_job(row) for row in rows]


def _finished_job(row: sa.Row[tuple[object, ...]]) -> FinishedJob:
    options = json.loads(row.params)
    return FinishedJob(
        recipe=row.recipe,
        state=State(row.state),
        requester=row.requester,
        channel_id=json.loads(row.posting).get("channel_id"),
        subject=str(options.get("subject") or ""),
        waited_s=max(0.0, row.started - row.created),
        took_s=max(0.0, row.finished - row.started),
    )
