"""The rounds of Fool the network: `a channel's word of the day => photos, and how surely each is taken for it`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from bot.store.game_tables import fool_entries, fool_rounds
from engine.queue.database import reading
from engine.queue.job import JobId

RECENT = 60
"""Rounds of a server whose words do not come again."""


@dataclass(frozen=True, slots=True)
class FoolRound:
    """One word in one channel."""

    id: str
    guild_id: str
    channel_id: str
    """Of a thread, the thread."""
    word: str
    ends: float
    """Unix seconds, as is the next."""
    created: float = 0.0
    announced: bool = False
    """Whether it was said who won, or nobody came."""


@dataclass(frozen=True, slots=True)
class FoolEntry:
    """One photo."""

    job_id: JobId
    """Of the job that looks at it."""
    round_id: str
    user_id: str
    share: float | None = None
    """The probability in [0, 1] that it shows the word; None until that is known."""
    created: float = 0.0


class FoolRounds:
    """The repository; every call runs in a thread."""

    def __init__(self, engine: sa.Engine, clock: Callable[[], float] = time.time) -> None:
        self._engine = engine
        self.clock = clock

    async def begin(self, new: FoolRound) -> FoolRound:
        """The round that is open in a channel: the new one, unless there is one already."""
        return await asyncio.to_thread(self._begin, new)

    async def find_open(self, channel_id: str) -> FoolRound | None:
        """The round that is open in a channel."""
        return await asyncio.to_thread(self._find_open, channel_id)

    async def find_by_job(self, job_id: JobId) -> FoolRound | None:
        """The round that a photo was posted for."""
        return await asyncio.to_thread(self._find_by_job, job_id)

    async def list_over(self) -> Sequence[FoolRound]:
        """Those whose time is up and of which nothing was said yet."""
        return await asyncio.to_thread(self._list_over)

    async def close(self, id: str) -> None:
        """It was said who won, or nobody came."""
        await asyncio.to_thread(
            self._write, sa.update(fool_rounds).where(fool_rounds.c.id == id).values(announced=True)
        )

    async def enter(self, entry: FoolEntry) -> None:
        """A photo is going to be looked at."""
        values = {**asdict(entry), "created": self.clock()}
        await asyncio.to_thread(self._write, fool_entries.insert().values(values))

    async def withdraw(self, job_id: JobId) -> None:
        """Nothing came of it."""
        await asyncio.to_thread(self._write, fool_entries.delete().where(fool_entries.c.job_id == job_id))

    async def score(self, job_id: JobId, share: float) -> None:
        """What a photo was taken for."""
        mine = sa.update(fool_entries).where(fool_entries.c.job_id == job_id)
        await asyncio.to_thread(self._write, mine.values(share=share))

    async def entries(self, round_id: str) -> Sequence[FoolEntry]:
        """The photos of a round that were taken for its word at all, the surest first, then the earliest."""
        return await asyncio.to_thread(self._entries, round_id)

    async def recent_words(self, guild_id: str) -> set[str]:
        """The words of a server lately."""
        return await asyncio.to_thread(self._recent_words, guild_id)

    async def of_user(self, user_id: str) -> list[dict[str, Any]]:
        """What a person posted."""
        return await asyncio.to_thread(self._of_user, user_id)

    async def delete(self, user_id: str) -> None:
        """Forget what a person posted."""
        await asyncio.to_thread(self._write, fool_entries.delete().where(fool_entries.c.user_id == user_id))

    async def purge(self, before: float) -> None:
        """Forget the rounds from before that moment."""
        await asyncio.to_thread(self._purge, before)

    def _write(self, statement: sa.Insert | sa.Update | sa.Delete) -> None:
        with self._engine.begin() as db:
            db.execute(statement)

    def _begin(self, new: FoolRound) -> FoolRound:
        with self._engine.begin() as db:
            if found := db.execute(self._open_round(new.channel_id)).first():
                return FoolRound(**found._mapping)
            db.execute(fool_rounds.insert().values({**asdict(new), "created": self.clock()}))
        return new

    def _find_open(self, channel_id: str) -> FoolRound | None:
        return self._first(self._open_round(channel_id))

    def _find_by_job(self, job_id: JobId) -> FoolRound | None:
        joined = fool_rounds.join(fool_entries, fool_entries.c.round_id == fool_rounds.c.id)
        return self._first(sa.select(fool_rounds).select_from(joined).where(fool_entries.c.job_id == job_id))

    def _open_round(self, channel_id: str) -> sa.Select[Any]:
        there = fool_rounds.c.channel_id == channel_id, fool_rounds.c.ends > self.clock()
        return sa.select(fool_rounds).where(*there)

    def _first(self, wanted: sa.Select[Any]) -> FoolRound | None:
        with reading(self._engine) as db:
            found = db.execute(wanted).first()
        return FoolRound(**found._mapping) if found else None

    def _list_over(self) -> list[FoolRound]:
        over = fool_rounds.c.ends <= self.clock(), fool_rounds.c.announced.is_(False)
        with reading(self._engine) as db:
            return [FoolRound(**row._mapping) for row in db.execute(sa.select(fool_rounds).where(*over)).all()]

    def _entries(self, round_id: str) -> list[FoolEntry]:
        taken = fool_entries.c.round_id == round_id, fool_entries.c.share > 0.0
        order = fool_entries.c.share.desc(), fool_entries.c.created
        with reading(self._engine) as db:
            rows = db.execute(sa.select(fool_entries).where(*taken).order_by(*order)).all()
        return [FoolEntry(**row._mapping) for row in rows]

    def _recent_words(self, guild_id: str) -> set[str]:
        order = fool_rounds.c.created.desc()
        wanted = sa.select(fool_rounds.c.word).where(fool_rounds.c.guild_id == guild_id).order_by(order).limit(RECENT)
        with reading(self._engine) as db:
            return set(db.scalars(wanted))

    def _of_user(self, user_id: str) -> list[dict[str, Any]]:
        joined = fool_entries.join(fool_rounds, fool_entries.c.round_id == fool_rounds.c.id)
        columns = fool_rounds.c.guild_id, fool_rounds.c.channel_id, fool_rounds.c.word, fool_entries.c.share
        wanted = sa.select(*columns, fool_entries.c.created).select_from(joined)
        with reading(self._engine) as db:
            rows = db.execute(wanted.where(fool_entries.c.user_id == user_id).order_by(fool_entries.c.created)).all()
        return [dict(row._mapping) for row in rows]

    def _purge(self, before: float) -> None:
        old = sa.select(fool_rounds.c.id).where(fool_rounds.c.ends < before)
        with self._engine.begin() as db:
            db.execute(fool_entries.delete().where(fool_entries.c.round_id.in_(old)))
            db.execute(fool_rounds.delete().where(fool_rounds.c.ends < before))
