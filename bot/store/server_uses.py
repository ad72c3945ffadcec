"""Who asked where lately: `server => uses`, which the limits of a server count. Kept for a day.

A use is written down when a request is let in, before its picture is opened, so that two at once are two; it goes where
nothing came of the request. Nothing that a person can do takes back what counts: whoever has their data deleted leaves
theirs under a pseudonym, by which a limit knows them again until the day is over.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
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
    """The person's id, or the pseudonym that is left of it."""
    pictures: int
    public: bool
    """Whether its result is posted in the channel itself."""
    created: float
    """Unix seconds."""


class ServerUses:
    """The repository; every call runs in a thread."""

    def __init__(self, engine: sa.Engine, key: str = "") -> None:
        """`key` is a secret: without it, nobody learns from a pseudonym whose it is."""
        self._engine = engine
        self._key = key.encode()

    def pseudonym(self, user_id: str) -> str:
        """What is left of a person's id when they had their data deleted."""
        return hmac.new(self._key, user_id.encode(), hashlib.sha256).hexdigest()

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
        return await asyncio.to_thread(self._find, self._whose(user_id))

    async def anonymise(self, user_id: str) -> None:
        """Leave a person's under a pseudonym."""
        named = sa.update(server_uses).where(server_uses.c.user_id == user_id)
        await asyncio.to_thread(self._write, named.values(user_id=self.pseudonym(user_id)))

    async def of_person(self, guild_id: str, user_id: str, since: float) -> list[Use]:
        """A person's in a server, the oldest first."""
        return await asyncio.to_thread(
            self._find, self._whose(user_id), server_uses.c.guild_id == guild_id, server_uses.c.created > since
        )

    async def of_channel(self, guild_id: str, channel_id: str, since: float) -> list[Use]:
        """Everybody's in a channel, the oldest first."""
        there = (server_uses.c.guild_id == guild_id, server_uses.c.channel_id == channel_id)
        return await asyncio.to_thread(self._find, *there, server_uses.c.created > since)

    def _whose(self, user_id: str) -> sa.ColumnElement[bool]:
        return server_uses.c.user_id.in_((user_id, self.pseudonym(user_id)))

    def _write(self, statement: sa.Insert | sa.Update | sa.Delete) -> None:
        with self._engine.begin() as db:
            db.execute(statement)

    def _find(self, *which: sa.ColumnElement[bool]) -> list[Use]:
        rows = sa.select(server_uses).where(*which).order_by(server_uses.c.created)
        with reading(self._engine) as db:
            return [Use(**row._mapping) for row in db.execute(rows).all()]
