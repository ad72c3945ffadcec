"""Every version of a message beside what its row said then: `(world, ledger) => what was said and was not so`.

A version is what somebody saw: a message as it was made, or as an edit left it. The row is read in that very moment,
before the bot hears that its message was taken. In between all rows are looked at again and again, so that it is known
which states a row had just before; an attempt that began and ended between two looks is told by its number.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa

from bot import wording
from bot.playground.world import Event, Message, World
from engine.errors import NoLedger
from engine.queue.database import sqlite_url
from engine.queue.job import State
from engine.queue.ledger import Ledger, jobs
from tests.playground_bot import custom_ids, texts

FRESH_S = 2.0
"""A state that was left longer ago than this must not be claimed any more."""
LOOK_S = 0.1
LIVE = frozenset({State.QUEUED, State.RUNNING})
SETTLED = frozenset(State) - LIVE
MADE = frozenset({"message_create", "message_update"})
UNFINISHED = frozenset({"cancel", "keep"})
FINISHED = frozenset({"again", "deeper"})
"""Buttons, by the verbs of their ids."""
RUNS = re.compile(r"(Dreaming|Imagining|Drawing|Looking)… \d+%|Dreaming now")
WAITS = re.compile(r"You're next|ahead of you|in the queue")
FAILURE = re.compile(r"(?m)^-# F\d\d$")


class Stand(NamedTuple):
    """How a row stands."""

    id: str
    state: State
    attempt: int
    created: float


@dataclass(frozen=True, slots=True)
class Look:
    """What a row said once; `at` is a clock that cannot be set."""

    at: float
    state: State
    attempt: int


@dataclass(frozen=True, slots=True)
class Version:
    """What a message said of a job once, and what was so."""

    at: float
    job: str
    words: str
    claim: frozenset[State]
    """States of which the words are true; none where they are unknown."""
    state: State | None
    """None where there was no such row."""


@dataclass
class History:
    """The versions and rows of one world."""

    read: Callable[[str | None], Iterable[Stand]]
    """The row with an id, or all."""
    clock: Callable[[], float] = time.monotonic
    versions: list[Version] = field(default_factory=list)
    looks: dict[str, list[Look]] = field(default_factory=dict)

    def hear(self, event: Event) -> None:
        """Something happened in the world."""
        if event.kind not in MADE:
            return
        message: Message = event.facts["message"]
        for job in about(message):
            (row,) = self.look(job) or (None,)
            said = " ".join(texts(message).split())[:100]
            state = row.state if row else None
            self.versions.append(Version(self.clock(), job, said, claimed(message), state))

    def look(self, job: str | None = None) -> list[Stand]:
        """Remember how a row, or all, stand now."""
        rows = list(self.read(job))
        now = self.clock()
        for row in rows:
            born = Look(now - max(0.0, time.time() - row.created), State.QUEUED, 0)
            self._note(self.looks.setdefault(row.id, [born]), Look(now, row.state, row.attempt))
        return rows

    def _note(self, looks: list[Look], now: Look) -> None:
        """Of a row that stays as it is, the first look and the last are enough."""
        same = [one for one in looks[-2:] if (one.state, one.attempt) == (now.state, now.attempt)]
        if len(same) == 2:
            looks.pop()
        looks.append(now)

    def untrue(self) -> list[str]:
        """The versions that said what was not so, in words."""
        return [
            f"{one.job} was {one.state or 'unknown'}, and its message said: {one.words!r}"
            for one in self.versions
            if not self._is_true(one)
        ]

    def _is_true(self, one: Version) -> bool:
        if one.claim <= SETTLED:
            return one.state in one.claim
        return bool(one.claim & self.states(one.job, one.at - FRESH_S, one.at))

    def states(self, job: str, since: float, until: float) -> set[State]:
        """The states that a row may have had in that time, as far as the looks at it tell."""
        had: set[State] = set()
        for before, after in pairwise(self.looks.get(job, [])):
            if before.at <= until and after.at >= since:
                had |= between(before, after)
        return had


def between(before: Look, after: Look) -> set[State]:
    """The states of a row from one look to the next; to begin another attempt it must have waited."""
    had = {before.state, after.state}
    return had | LIVE if after.attempt > before.attempt else had


def about(message: Message) -> list[str]:
    """The jobs of which a message says how they stand."""
    named = [one.partition(":") for one in custom_ids(message)]
    return sorted({job for verb, _, job in named if verb in UNFINISHED | FINISHED})


def claimed(message: Message) -> frozenset[State]:
    """The states of which its words are true; none for words that are unknown."""
    words = texts(message)
    if UNFINISHED.isdisjoint(one.partition(":")[0] for one in custom_ids(message)):
        return _answered(words, picture=bool(message.attachments))
    if wording.PLAIN in words or len(about(message)) > 1:
        return LIVE
    return frozenset({State.RUNNING} if RUNS.search(words) else {State.QUEUED} if WAITS.search(words) else ())


def _answered(words: str, *, picture: bool) -> frozenset[State]:
    if wording.CANCELLED in words:
        return frozenset({State.CANCELLED})
    if FAILURE.search(words):
        return frozenset({State.FAILED})
    if picture or wording.LOST in words or wording.UNFIT in words:
        return frozenset({State.DONE})
    return SETTLED if wording.PLAIN in words else frozenset()


class Reader:
    """Reads the rows of a database beside everybody who writes them; none while there is no database."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._ledger: Ledger | None = None

    def __call__(self, job: str | None) -> list[Stand]:
        """The row with an id, or all."""
        if self._ledger is None and not self._database.exists():
            return []
        self._ledger = self._ledger or Ledger(sqlite_url(self._database))
        with suppress(NoLedger, sa.exc.OperationalError):  # its tables may have yet to be made
            return stands(self._ledger, job)
        return []

    def close(self) -> None:
        """Let go of the database."""
        if self._ledger is not None:
            self._ledger.close()


def stands(ledger: Ledger, job: str | None = None) -> list[Stand]:
    """How the row with an id, or all of a ledger, stand."""
    query = sa.select(jobs.c.id, jobs.c.state, jobs.c.attempt, jobs.c.created)
    with ledger._read() as db:
        found = db.execute(query if job is None else query.where(jobs.c.id == job)).all()
    return [Stand(id, State(state), attempt, created) for id, state, attempt, created in found]


@asynccontextmanager
async def recorded(world: World, database: Path) -> AsyncIterator[History]:
    """The history of a world, from now on to the end of the context."""
    with closing(Reader(database)) as reader:
        history = History(reader)
        looking = asyncio.create_task(_look_forever(history))
        forget = world.listen(history.hear)
        try:
            yield history
        finally:
            forget()
            looking.cancel()
            await asyncio.wait({looking})
    if not looking.cancelled():
        looking.result()


async def _look_forever(history: History) -> None:
    while True:
        history.look()
        await asyncio.sleep(LOOK_S)
