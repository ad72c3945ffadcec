"""The rounds of Guess the dream: `round and answers => who was right first`.

An answer is one transaction: whoever answers twice, or presses twice, has answered once, and of two right answers the
first wins.
"""

from __future__ import annotations

import asyncio
import enum
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import sqlalchemy as sa

from bot.store.game_tables import guess_answers, guess_rounds
from engine.queue.database import reading
from engine.queue.job import JobId

RECENT = 30
"""Rounds of a server whose subjects are not asked for again."""


class Outcome(enum.Enum):
    """What became of an answer."""

    RIGHT = "right"
    """And the first one that was."""
    WRONG = "wrong"
    AGAIN = "again"
    """That person has answered before."""
    OVER = "over"
    """The round has ended."""


@dataclass(frozen=True, slots=True)
class Round:
    """One round."""

    id: JobId
    """Of the job that grows what is to be guessed."""
    guild_id: str
    channel_id: str
    """Of a thread, the thread."""
    host: str
    """Who started it."""
    level: str
    choices: tuple[str, ...]
    """Subjects, in the order of the buttons."""
    answer: int
    """Which of them is right, from 0 on."""
    created: float = 0.0
    """Unix seconds, as is the next."""
    ended: float | None = None
    winner: str = ""
    took_s: float = 0.0
    """How long the winner took."""

    @property
    def subject(self) -> str:
        """What is to be guessed."""
        return self.choices[self.answer]


class GuessRounds:
    """The repository; every call runs in a thread."""

    def __init__(self, engine: sa.Engine, clock: Callable[[], float] = time.time) -> None:
        self._engine = engine
        self.clock = clock

    async def begin(self, new: Round) -> Round | None:
        """Write a round down; the one that is open in its channel already, if one is: then nothing is written."""
        return await asyncio.to_thread(self._begin, new)

    async def find(self, id: str) -> Round | None:
        """The round of that id."""
        return await asyncio.to_thread(self._find, id)

    async def remove(self, id: JobId) -> None:
        """Nothing came of it."""
        await asyncio.to_thread(self._remove, id)

    async def answer(self, id: str, user_id: str, choice: int, took_s: float) -> Outcome:
        """Count an answer, `took_s` seconds after the round began to grow; a right one ends the round."""
        return await asyncio.to_thread(self._answer, id, user_id, choice, took_s)

    async def end(self, id: JobId) -> Round | None:
        """The round as it is once it is over, which it is from now on if it was not yet."""
        return await asyncio.to_thread(self._end, id)

    async def recent_subjects(self, guild_id: str) -> set[str]:
        """What was to be guessed in a server lately."""
        return await asyncio.to_thread(self._recent_subjects, guild_id)

    async def wins(self, guild_id: str, since: float) -> Sequence[tuple[str, int]]:
        """Who won how many rounds of a server that ended since that moment (Unix seconds), the most first."""
        return await asyncio.to_thread(self._wins, guild_id, since)

    async def of_user(self, user_id: str) -> list[dict[str, Any]]:
        """A person's answers, and what they started and won."""
        return await asyncio.to_thread(self._of_user, user_id)

    async def delete(self, user_id: str) -> int:
        """Forget a person's answers, and who started and won what they did; how many answers there were."""
        return await asyncio.to_thread(self._delete, user_id)

    async def purge(self, before: float) -> None:
        """Forget the rounds from before that moment."""
        await asyncio.to_thread(self._purge, before)

    def _begin(self, new: Round) -> Round | None:
        there = guess_rounds.c.channel_id == new.channel_id, guess_rounds.c.ended.is_(None)
        with self._engine.begin() as db:
            if found := db.execute(sa.select(guess_rounds).where(*there)).first():
                return _read(found)
            values = {**asdict(new), "choices": json.dumps(new.choices), "created": self.clock()}
            db.execute(guess_rounds.insert().values(values))
        return None

    def _find(self, id: str) -> Round | None:
        with reading(self._engine) as db:
            return _find(db, id)

    def _remove(self, id: JobId) -> None:
        with self._engine.begin() as db:
            db.execute(guess_rounds.delete().where(guess_rounds.c.id == id))

    def _answer(self, id: str, user_id: str, choice: int, took_s: float) -> Outcome:
        mine = guess_answers.c.round_id == id, guess_answers.c.user_id == user_id
        with self._engine.begin() as db:
            found = _find(db, id)
            if found is None or found.ended is not None:
                return Outcome.OVER
            if db.execute(sa.select(guess_answers.c.choice).where(*mine)).first():
                return Outcome.AGAIN
            given = {"round_id": id, "user_id": user_id, "choice": choice, "created": self.clock()}
            db.execute(guess_answers.insert().values(given))
            if choice != found.answer:
                return Outcome.WRONG
            _update(db, id, ended=self.clock(), winner=user_id, took_s=took_s)
        return Outcome.RIGHT

    def _end(self, id: JobId) -> Round | None:
        with self._engine.begin() as db:
            found = _find(db, id)
            if found is None or found.ended is not None:
                return found
            now = self.clock()
            _update(db, id, ended=now)
        return replace(found, ended=now)

    def _recent_subjects(self, guild_id: str) -> set[str]:
        order = guess_rounds.c.created.desc()
        wanted = sa.select(guess_rounds).where(guess_rounds.c.guild_id == guild_id).order_by(order).limit(RECENT)
        with reading(self._engine) as db:
            return {_read(row).subject for row in db.execute(wanted).all()}

    def _wins(self, guild_id: str, since: float) -> list[tuple[str, int]]:
        won, count = guess_rounds.c.winner, sa.func.count()
        there = guess_rounds.c.guild_id == guild_id, guess_rounds.c.ended > since, won != ""
        first = sa.func.min(guess_rounds.c.ended)
        wanted = sa.select(won, count).where(*there).group_by(won).order_by(count.desc(), first)
        with reading(self._engine) as db:
            return [(user, number) for user, number in db.execute(wanted).all()]

    def _of_user(self, user_id: str) -> list[dict[str, Any]]:
        joined = guess_rounds.outerjoin(
            guess_answers,
            sa.and_(guess_answers.c.round_id == guess_rounds.c.id, guess_answers.c.user_id == user_id),
        )
        his = sa.or_(guess_answers.c.user_id == user_id, guess_rounds.c.host == user_id)
        wanted = sa.select(guess_rounds, guess_answers.c.choice).select_from(joined).where(his)
        with reading(self._engine) as db:
            rows = db.execute(wanted.order_by(guess_rounds.c.created)).all()
        return [_told(row._mapping, user_id) for row in rows]

    def _delete(self, user_id: str) -> int:
        with self._engine.begin() as db:
            for column in (guess_rounds.c.winner, guess_rounds.c.host):
                db.execute(sa.update(guess_rounds).where(column == user_id).values({column.name: ""}))
            return db.execute(guess_answers.delete().where(guess_answers.c.user_id == user_id)).rowcount

    def _purge(self, before: float) -> None:
        old = sa.select(guess_rounds.c.id).where(guess_rounds.c.created < before)
        with self._engine.begin() as db:
            db.execute(guess_answers.delete().where(guess_answers.c.round_id.in_(old)))
            db.execute(guess_rounds.delete().where(guess_rounds.c.created < before))


def _find(db: sa.Connection, id: str) -> Round | None:
    row = db.execute(sa.select(guess_rounds).where(guess_rounds.c.id == id)).first()
    return _read(row) if row else None


def _read(row: sa.Row[Any]) -> Round:
    return Round(**{**row._mapping, "choices": tuple(json.loads(row.choices))})


def _update(db: sa.Connection, id: str, **values: Any) -> None:
    db.execute(sa.update(guess_rounds).where(guess_rounds.c.id == id).values(values))


def _told(row: sa.RowMapping, user_id: str) -> dict[str, Any]:
    """A round, as somebody who was in it may read it: what is still to be guessed is not told."""
    return {
        "round": row["id"],
        "guild_id": row["guild_id"],
        "channel_id": row["channel_id"],
        "created": row["created"],
        "started_it": row["host"] == user_id,
        "answered": None if row["choice"] is None else json.loads(row["choices"])[row["choice"]],
        "won": row["winner"] == user_id,
    }
