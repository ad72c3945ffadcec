"""What happens again and again in servers: `server => schedules`. They survive restarts, and run once when missed.

A schedule is claimed in one transaction that also sets when it is due next, before anything is done; whatever then ends
the bot, its successor finds the claim and goes on. So a time that passed while nobody ran is made up for once, and no
time is used twice, however the clock is set.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from bot.store.schedule_entries import START
from bot.store.tables import schedule_entries, schedules, server_rules, votes
from bot.store.votes import Vote, votes_in
from engine.queue.database import reading

ENDLESS, DAILY, EXHIBITION, EXQUISITE, GAME = "endless", "daily", "exhibition", "exquisite", "game"
"""Kinds: frozen. `EXQUISITE` lets people begin games, each of which is a `GAME`."""
PERPETUAL = (ENDLESS, DAILY, EXHIBITION, EXQUISITE)
"""Those that an admin switches on, of which a channel has one of each kind."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """One thing that happens in one channel."""

    id: str
    """20 url-safe characters."""
    guild_id: str
    channel_id: str
    kind: str
    hour: int
    """Of the day there, 0 to 23."""
    zone: str
    """An IANA name ("Europe/Berlin") or an offset ("UTC+2")."""
    due: float | None
    """When it is to happen next, in Unix seconds; None while it rests."""
    created: float
    claimed: float | None = None
    """Since when somebody is at work on it, or was when the bot ended."""
    thread_id: str = ""
    """The thread in which it happens now, if in one."""
    state: Mapping[str, Any] = field(default_factory=dict)
    """What its kind keeps, as JSON."""

    def with_state(self, **changes: Any) -> Schedule:
        """The same with these changes of its state; None takes one out."""
        kept = {**self.state, **changes}
        return replace(self, state={name: value for name, value in kept.items() if value is not None})

    @property
    def round(self) -> int:
        """How often it happened, with the one that is under way."""
        return int(self.state.get("round", 0))

    @property
    def poll(self) -> str:
        """The name of the vote that is open in this round."""
        return f"{self.id}:{self.round}"


Change = Callable[[Schedule, Sequence[Vote]], Schedule | None]
"""Takes the votes of the round, too; None leaves it as it is."""


class Schedules:
    """The repository; every call runs in a thread."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    async def add(self, schedule: Schedule) -> Schedule:
        """Write one down; of the perpetual kinds, a channel has one, which keeps its id and what it was at."""
        return await asyncio.to_thread(self._add, schedule)

    async def load(self, id: str) -> Schedule | None:
        """One, if it is there."""
        return next(iter(await asyncio.to_thread(self._find, schedules.c.id == id)), None)

    async def of_server(self, guild_id: str, *kinds: str) -> list[Schedule]:
        """A server's, perhaps of some kinds only, the oldest first."""
        wanted = [schedules.c.kind.in_(kinds)] if kinds else []
        return await asyncio.to_thread(self._find, schedules.c.guild_id == guild_id, *wanted)

    async def begun_by(self, user_id: str) -> list[Schedule]:
        """The games that a person began."""
        began = sa.select(schedule_entries.c.schedule_id).where(
            schedule_entries.c.user_id == user_id, schedule_entries.c.job_id == START
        )
        return await asyncio.to_thread(self._find, schedules.c.id.in_(began))

    async def takes_stars(self, guild_id: str, channel_id: str) -> bool:
        """Whether people can give stars to what is posted in a channel or thread: the server has an exhibition, or it
        is the thread of a daily dream."""
        found = [one for one in await self.of_server(guild_id, EXHIBITION, DAILY) if one.due is not None]
        return any(one.kind == EXHIBITION or one.thread_id == channel_id for one in found)

    def all(self) -> list[Schedule]:
        """Those of all servers, for who has no loop."""
        return self._find()

    async def due(self, now: float) -> list[Schedule]:
        """What is to happen by now, and what is claimed, the oldest first."""
        return await asyncio.to_thread(self._find, (schedules.c.due <= now) | schedules.c.claimed.is_not(None))

    async def change(self, id: str, change: Change) -> Schedule | None:
        """Change one in one transaction; as it is then, None where there is none."""
        return await asyncio.to_thread(self._change, id, change)

    async def delete(self, id: str) -> None:
        """Forget one, with its votes and entries."""
        await asyncio.to_thread(self._delete, id)

    def _add(self, schedule: Schedule) -> Schedule:
        there = (schedules.c.guild_id == schedule.guild_id, schedules.c.channel_id == schedule.channel_id,
                 schedules.c.kind == schedule.kind)  # fmt: skip
        with self._engine.begin() as db:
            found = db.execute(sa.select(schedules).where(*there)).first() if schedule.kind in PERPETUAL else None
            if found is not None:
                before = _read(found)
                schedule = replace(schedule, id=before.id, created=before.created, claimed=before.claimed,
                                   thread_id=before.thread_id, state={**before.state, **schedule.state})  # fmt: skip
                schedule = schedule.with_state(paused=None, idle_s=None, idle=None, failures=None)
                db.execute(schedules.delete().where(schedules.c.id == schedule.id))
            db.execute(schedules.insert().values(_values(schedule)))
            if not db.scalar(sa.select(server_rules.c.guild_id).where(server_rules.c.guild_id == schedule.guild_id)):
                # where the bot was removed, what it has of a server is purged by its rules
                db.execute(server_rules.insert().values(guild_id=schedule.guild_id, rules="{}"))
        return schedule

    def _find(self, *wanted: sa.ColumnElement[bool]) -> list[Schedule]:
        with reading(self._engine) as db:
            rows = db.execute(sa.select(schedules).where(*wanted).order_by(schedules.c.created, schedules.c.id)).all()
        return [_read(row) for row in rows]

    def _change(self, id: str, change: Change) -> Schedule | None:
        with self._engine.begin() as db:
            row = db.execute(sa.select(schedules).where(schedules.c.id == id)).first()
            if row is None:
                return None
            before = _read(row)
            after = change(before, votes_in(db, before.poll))
            if after is None:
                return before
            db.execute(sa.update(schedules).where(schedules.c.id == id).values(_values(after)))
        return after

    def _delete(self, id: str) -> None:
        with self._engine.begin() as db:
            db.execute(votes.delete().where(votes.c.poll.like(f"{id.replace('_', '!_')}:%", escape="!")))
            db.execute(schedule_entries.delete().where(schedule_entries.c.schedule_id == id))
            db.execute(schedules.delete().where(schedules.c.id == id))


def _values(schedule: Schedule) -> dict[str, Any]:
    return {**asdict(schedule), "state": json.dumps(dict(schedule.state))}


def _read(row: sa.Row[Any]) -> Schedule:
    return Schedule(**{**row._mapping, "state": json.loads(row.state)})
