"""Dreams of people that became part of something: `schedule => entries`. The row comes before the message."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass

import sqlalchemy as sa

from bot.store.tables import schedule_entries
from engine.queue.database import reading

entries = schedule_entries.c
START = "start"
"""In place of a job: who began something, which is no part of it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A dream in a gallery, or a step of a picture that several make."""

    schedule_id: str
    job_id: str
    guild_id: str
    user_id: str
    number: int
    """From 1 on, in the order of what it is part of."""
    created: float
    message_id: str | None = None
    """Where it is shown, once it is."""


class ScheduleEntries:
    """The repository; every call runs in a thread."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    async def add(self, entry: Entry) -> bool:
        """Write one down under the next number; False where it was there before."""
        return await asyncio.to_thread(self._add, entry)

    async def remove(self, entry: Entry) -> None:
        """Nothing came of it."""
        await asyncio.to_thread(self._remove, entry)

    async def show(self, entry: Entry, message_id: int) -> None:
        """Its message stands."""
        await asyncio.to_thread(self._show, entry, str(message_id))

    async def of_schedule(self, schedule_id: str) -> list[Entry]:
        """All of a schedule, by their numbers."""
        return await asyncio.to_thread(self._find, entries.schedule_id == schedule_id)

    def all_of(self, schedule_id: str) -> list[Entry]:
        """The same, for who has no loop."""
        return self._find(entries.schedule_id == schedule_id)

    async def of_user(self, user_id: str) -> list[Entry]:
        """A person's."""
        return await asyncio.to_thread(self._find, entries.user_id == user_id)

    async def delete(self, user_id: str) -> int:
        """Forget a person's; how many there were."""
        return await asyncio.to_thread(self._delete, user_id)

    def _add(self, entry: Entry) -> bool:
        last = sa.select(sa.func.max(entries.number)).where(entries.schedule_id == entry.schedule_id)
        with self._engine.begin() as db:
            if db.scalar(sa.select(entries.number).where(*_key(entry))) is not None:
                return False
            number = (db.scalar(last) or 0) + 1
            db.execute(schedule_entries.insert().values({**asdict(entry), "number": number}))
        return True

    def _remove(self, entry: Entry) -> None:
        with self._engine.begin() as db:
            db.execute(schedule_entries.delete().where(*_key(entry)))

    def _show(self, entry: Entry, message_id: str) -> None:
        with self._engine.begin() as db:
            db.execute(sa.update(schedule_entries).where(*_key(entry)).values(message_id=message_id))

    def _find(self, *wanted: sa.ColumnElement[bool]) -> list[Entry]:
        with reading(self._engine) as db:
            rows = db.execute(sa.select(schedule_entries).where(*wanted).order_by(entries.number)).all()
        return [Entry(**row._mapping) for row in rows]

    def _delete(self, user_id: str) -> int:
        with self._engine.begin() as db:
            return db.execute(schedule_entries.delete().where(entries.user_id == user_id)).rowcount


def _key(entry: Entry) -> tuple[sa.ColumnElement[bool], ...]:
    return (entries.schedule_id == entry.schedule_id, entries.job_id == entry.job_id)
