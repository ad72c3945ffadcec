"""Votes: `poll => who chose what`. One of a person in each poll; the last one counts.

A poll is a round of a schedule ("id:7", see `bot.store.schedules.Schedule.poll`) or the stars of a dream ("star:job").
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import sqlalchemy as sa

from bot.store.tables import votes
from engine.queue.database import reading

STAR = "star"
"""What is chosen in a poll about a dream: there is nothing else to choose."""


@dataclass(frozen=True, slots=True)
class Vote:
    """What one person chose."""

    poll: str
    user_id: str
    guild_id: str
    channel_id: str
    choice: str
    created: float
    """Unix seconds: when this choice was made first."""


def star_poll(job_id: str) -> str:
    """The poll of a dream's stars."""
    return f"{STAR}:{job_id}"


def tally(found: Sequence[Vote]) -> Mapping[str, int]:
    """How many chose what, the winner first: the most votes, and of as many those that began earlier."""
    first: dict[str, float] = {}
    count: dict[str, int] = {}
    for one in found:
        count[one.choice] = count.get(one.choice, 0) + 1
        first[one.choice] = min(first.get(one.choice, one.created), one.created)
    ranked = sorted(count, key=lambda choice: (-count[choice], first[choice], choice))
    return {choice: count[choice] for choice in ranked}


class Votes:
    """The repository; every call runs in a thread."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    async def cast(self, vote: Vote) -> None:
        """Count a vote in place of the person's earlier one; the same again changes nothing."""
        await asyncio.to_thread(self._cast, vote)

    async def toggle(self, vote: Vote) -> bool:
        """Count a vote, or take it back where it is there; whether it counts now."""
        return await asyncio.to_thread(self._toggle, vote)

    async def of_poll(self, poll: str) -> list[Vote]:
        """All of a poll, the earliest first."""
        return await asyncio.to_thread(self._of_poll, poll)

    def count(self, poll: str) -> int:
        """How many voted, for who has no loop."""
        return len(self._of_poll(poll))

    async def stars(self, guild_id: str, channel_id: str = "", since: float = 0.0) -> dict[str, list[Vote]]:
        """The stars of a server's dreams, by the ids of their jobs; perhaps of one channel or thread only, and of those
        that were given since."""
        return await asyncio.to_thread(self._stars, guild_id, channel_id, since)

    async def of_user(self, user_id: str) -> list[Vote]:
        """A person's, the earliest first."""
        return await asyncio.to_thread(self._find, votes.c.user_id == user_id)

    async def delete(self, user_id: str) -> int:
        """Forget a person's; how many there were."""
        return await asyncio.to_thread(self._delete, user_id)

    def _cast(self, vote: Vote) -> None:
        with self._engine.begin() as db:
            if db.scalar(sa.select(votes.c.choice).where(*_key(vote))) != vote.choice:
                db.execute(votes.delete().where(*_key(vote)))
                db.execute(votes.insert().values(asdict(vote)))

    def _toggle(self, vote: Vote) -> bool:
        with self._engine.begin() as db:
            there = db.execute(votes.delete().where(*_key(vote))).rowcount
            if not there:
                db.execute(votes.insert().values(asdict(vote)))
        return not there

    def _of_poll(self, poll: str) -> list[Vote]:
        with reading(self._engine) as db:
            return votes_in(db, poll)

    def _stars(self, guild_id: str, channel_id: str, since: float) -> dict[str, list[Vote]]:
        wanted = [votes.c.guild_id == guild_id, votes.c.choice == STAR, votes.c.created >= since]
        if channel_id:
            wanted.append(votes.c.channel_id == channel_id)
        found: dict[str, list[Vote]] = {}
        for one in self._find(*wanted):
            found.setdefault(one.poll.removeprefix(star_poll("")), []).append(one)
        return found

    def _find(self, *wanted: sa.ColumnElement[bool]) -> list[Vote]:
        with reading(self._engine) as db:
            return _read(db, *wanted)

    def _delete(self, user_id: str) -> int:
        with self._engine.begin() as db:
            return db.execute(votes.delete().where(votes.c.user_id == user_id)).rowcount


def votes_in(db: sa.Connection, poll: str) -> list[Vote]:
    """All of a poll, the earliest first, in somebody's transaction."""
    return _read(db, votes.c.poll == poll)


def _read(db: sa.Connection, *wanted: sa.ColumnElement[bool]) -> list[Vote]:
    ordered = sa.select(votes).where(*wanted).order_by(votes.c.created, votes.c.user_id)
    return [Vote(**row._mapping) for row in db.execute(ordered).all()]


def _key(vote: Vote) -> tuple[sa.ColumnElement[bool], ...]:
    return (votes.c.poll == vote.poll, votes.c.user_id == vote.user_id)
