"""Who asked where lately: `server => uses`, which the limits of a server count. Kept for a day.

A use is written down when a request is let in, before its picture is opened, so that two at once are two; it goes where
nothing came of the request.
"""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass

import sqlalchemy as sa

from bot.store.tables import server_uses
from engine.queue.database import reading
from engine.queue.job import JobId

HOUR_S = 3600.0
DAY_S = 24 * HOUR_S


@dataclass(frozen=True, slots=True)
class Use:
    """One request that was let in."""

    job_id: JobId
    guild_id: str
    channel_id: str
    """The channel, also of what was asked for in a thread of it."""
    user_id: str
    pictures: int
    public: bool
    """Whether its result is posted in the channel itself."""
    created: float
    """Unix seconds."""


class ServerUses:
    """The repository; every call runs in a thread."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    async def add(self, use: Use) -> None:
        """Write one down."""
        await asyncio.to_thread(self._write, server_uses.insert().values(asdict(use)))

    async def remove(self, job_id: JobId) -> None:
        """Nothing came of it."""
        await asyncio.to_thread(self._write, server_uses.delete().where(server_uses.c.job_id == job_id))

    async def purge(self, before: float) -> None:
        """Forget those from before that moment."""
        await asyncio.to_thread(self._write, server_uses.delete().where(server_uses.c.created < before))

    async def of_user(self, user_id: str) -> list[Use]:
        """A person's in all servers, the oldest first."""
        return await asyncio.to_thread(self._of_user, user_id)

    async def delete(self, user_id: str) -> int:
        """Forget a person's; how many there were."""
        return await asyncio.to_thread(self._delete, user_id)

    async def of_person(self, guild_id: str, user_id: str, since: float) -> list[Use]:
        """A person's in a server, the oldest first."""
        return await asyncio.to_thread(self._find, guild_id, since, server_uses.c.user_id == user_id)

    async def of_channel(self, guild_id: str, channel_id: str, since: float) -> list[Use]:
        """Everybody's in a channel, the oldest first."""
        return await asyncio.to_thread(self._find, guild_id, since, server_uses.c.channel_id == channel_id)

    def _write(self, statement: sa.Insert | sa.Delete) -> None:
        with self._engine.begin() as db:
            db.execute(statement)

    def _of_user(self, user_id: str) -> list[Use]:
        wanted = sa.select(server_uses).where(server_uses.c.user_id == user_id).order_by(server_uses.c.created)
        with reading(self._engine) as db:
            return [Use(**row._mapping) for row in db.execute(wanted).all()]

    def _delete(self, user_id: str) -> int:
        with self._engine.begin() as db:
            return db.execute(server_uses.delete().where(server_uses.c.user_id == user_id)).rowcount

    def _find(self, guild_id: str, since: float, whose: sa.ColumnElement[bool]) -> list[Use]:
        there = (server_uses.c.guild_id == guild_id, server_uses.c.created > since, whose)
        with reading(self._engine) as db:
            rows = db.execute(sa.select(server_uses).where(*there).order_by(server_uses.c.created)).all()
        return [Use(**row._mapping) for row in rows]
