"""Where else a result is shown: `job => further messages of ours`, which go when it is deleted.

Somebody has a copy sent by ✉️, a gallery shows what got stars, a daily dream opens with a favourite. What is to be
deleted is marked first, so that it is not forgotten where Discord is out of reach.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass

import sqlalchemy as sa

from bot.store.tables import result_copies
from engine.queue.database import reading

columns = result_copies.c
AT_ONCE = 500
"""Ids that one statement names."""


@dataclass(frozen=True, slots=True)
class ResultCopy:
    """One of them."""

    message_id: str
    job_id: str
    channel_id: str
    user_id: str
    """To whom it was sent; "" for one in a channel of a server."""
    created: float
    withdrawn: bool = False


class ResultCopies:
    """The repository; every call runs in a thread."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    async def add(self, copy: ResultCopy) -> None:
        """Write one down; the same message of the same job again changes nothing."""
        await asyncio.to_thread(self._add, copy)

    async def of_user(self, user_id: str) -> list[ResultCopy]:
        """What was sent to a person, the oldest first."""
        return await asyncio.to_thread(self._find, columns.user_id == user_id)

    async def withdraw(self, job_ids: Iterable[str], user_id: str = "") -> list[ResultCopy]:
        """Mark all copies of these jobs, and those that were sent to a person, as to be deleted; which they are."""
        return await asyncio.to_thread(self._withdraw, [*job_ids], user_id)

    async def list_withdrawn(self) -> list[ResultCopy]:
        """What is to be deleted, the oldest first."""
        return await asyncio.to_thread(self._find, columns.withdrawn)

    async def list_jobs(self) -> list[str]:
        """The jobs that have copies which are not to be deleted."""
        return await asyncio.to_thread(self._list_jobs)

    async def forget_message(self, message_id: str) -> None:
        """It stands no more."""
        await asyncio.to_thread(self._delete, [columns.message_id == message_id])

    async def forget_jobs(self, job_ids: Iterable[str]) -> None:
        """Forget the copies of jobs that are forgotten; the messages stay."""
        for part in parts([*job_ids]):
            await asyncio.to_thread(self._delete, [columns.job_id.in_(part), ~columns.withdrawn])

    def _add(self, copy: ResultCopy) -> None:
        there = (columns.message_id == copy.message_id, columns.job_id == copy.job_id)
        with self._engine.begin() as db:
            if db.scalar(sa.select(columns.created).where(*there)) is None:
                db.execute(result_copies.insert().values(asdict(copy)))

    def _withdraw(self, job_ids: Sequence[str], user_id: str) -> list[ResultCopy]:
        wanted: list[sa.ColumnElement[bool]] = [columns.job_id.in_(part) for part in parts(job_ids)]
        if user_id:
            wanted.append(columns.user_id == user_id)
        with self._engine.begin() as db:
            for one in wanted:
                db.execute(sa.update(result_copies).where(one).values(withdrawn=True))
        return [*{one.message_id: one for which in wanted for one in self._find(which)}.values()]

    def _find(self, *wanted: sa.ColumnElement[bool]) -> list[ResultCopy]:
        with reading(self._engine) as db:
            rows = db.execute(sa.select(result_copies).where(*wanted).order_by(columns.created)).all()
        return [ResultCopy(**row._mapping) for row in rows]

    def _list_jobs(self) -> list[str]:
        with reading(self._engine) as db:
            return [*db.scalars(sa.select(columns.job_id).where(~columns.withdrawn).distinct())]

    def _delete(self, wanted: Sequence[sa.ColumnElement[bool]]) -> None:
        with self._engine.begin() as db:
            db.execute(result_copies.delete().where(*wanted))


def parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """As many at a time as one statement names."""
    return (ids[at : at + AT_ONCE] for at in range(0, len(ids), AT_ONCE))
