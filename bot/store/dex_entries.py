"""What was grown in a server for the first time: `server => names, each with by whom and how it looked`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from bot.store.game_tables import dex_entries
from engine.queue.database import reading
from engine.queue.job import JobId


@dataclass(frozen=True, slots=True)
class Entry:
    """One subject that was grown."""

    guild_id: str
    name: str
    job_id: str
    """Of the job that grew it first."""
    user_id: str
    """Who asked for that; "" where nobody is remembered, or it was a round."""
    created: float = 0.0
    """Unix seconds."""
    thumbnail: bytes | None = None
    """A small WebP; None where nobody may see it any more, or never could."""


class DexEntries:
    """The repository; every call runs in a thread."""

    def __init__(self, engine: sa.Engine, clock: Callable[[], float] = time.time) -> None:
        self._engine = engine
        self.clock = clock

    async def lacks(self, guild_id: str, names: Collection[str]) -> bool:
        """Whether one of these was never grown in a server."""
        return await asyncio.to_thread(self._lacks, guild_id, names)

    async def add(self, new: Sequence[Entry]) -> None:
        """Write down what is not there already, all of one server."""
        await asyncio.to_thread(self._add, new)

    async def of_job(self, job_id: JobId) -> tuple[Sequence[str], int]:
        """The names that a job was the first to grow in its server, and how many there were then."""
        return await asyncio.to_thread(self._of_job, job_id)

    async def of_server(self, guild_id: str) -> Mapping[str, Entry]:
        """All of a server by their names, the oldest first."""
        return await asyncio.to_thread(self._of_server, guild_id)

    async def hide(self, job_id: str) -> None:
        """Forget how something looked, whose message is gone."""
        mine = sa.update(dex_entries).where(dex_entries.c.job_id == job_id)
        await asyncio.to_thread(self._write, mine.values(thumbnail=None))

    async def of_user(self, user_id: str) -> list[dict[str, Any]]:
        """What a person was the first to grow."""
        return await asyncio.to_thread(self._of_user, user_id)

    async def delete(self, user_id: str) -> None:
        """Forget that it was that person, and how it looked; that it was grown is the server's."""
        hers = sa.update(dex_entries).where(dex_entries.c.user_id == user_id)
        await asyncio.to_thread(self._write, hers.values(user_id="", thumbnail=None))

    def _write(self, statement: sa.Update) -> None:
        with self._engine.begin() as db:
            db.execute(statement)

    def _lacks(self, guild_id: str, names: Collection[str]) -> bool:
        with reading(self._engine) as db:
            return bool(set(names) - _there(db, guild_id, names))

    def _add(self, new: Sequence[Entry]) -> None:
        with self._engine.begin() as db:
            there, now = _there(db, new[0].guild_id, [one.name for one in new]), self.clock()
            rows = [{**asdict(one), "created": now} for one in new if one.name not in there]
            if rows:
                db.execute(dex_entries.insert(), rows)

    def _of_job(self, job_id: JobId) -> tuple[list[str], int]:
        wanted = sa.select(dex_entries.c.name, dex_entries.c.guild_id, dex_entries.c.created)
        with reading(self._engine) as db:
            mine = db.execute(wanted.where(dex_entries.c.job_id == job_id).order_by(dex_entries.c.name)).all()
            if not mine:
                return [], 0
            until = dex_entries.c.guild_id == mine[0].guild_id, dex_entries.c.created <= mine[0].created
            count = db.scalar(sa.select(sa.func.count()).select_from(dex_entries).where(*until))
        return [one.name for one in mine], count or 0

    def _of_server(self, guild_id: str) -> dict[str, Entry]:
        wanted = sa.select(dex_entries).where(dex_entries.c.guild_id == guild_id).order_by(dex_entries.c.created)
        with reading(self._engine) as db:
            return {row.name: Entry(**row._mapping) for row in db.execute(wanted).all()}

    def _of_user(self, user_id: str) -> list[dict[str, Any]]:
        wanted = sa.select(dex_entries.c.guild_id, dex_entries.c.name, dex_entries.c.created)
        with reading(self._engine) as db:
            return [dict(row._mapping) for row in db.execute(wanted.where(dex_entries.c.user_id == user_id)).all()]


def _there(db: sa.Connection, guild_id: str, names: Collection[str]) -> set[str]:
    wanted = dex_entries.c.guild_id == guild_id, dex_entries.c.name.in_(names)
    return set(db.scalars(sa.select(dex_entries.c.name).where(*wanted)))
