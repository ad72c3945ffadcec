"""How many strangers' files are held at once, over all users: `(person, bytes) => turn`, first come, first served.

A file is in memory from its first byte until the decoder has answered. All of them together have so many bytes; whoever
does not fit waits with nothing in memory but a link. One of a person is held at a time, so that nobody fills the room.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from engine.errors import TooManyPictures
from engine.platform.units import MEGABYTE

ROOM = 100 * MEGABYTE
"""Bytes that all files may have together."""
WAITING = 200
"""Turns that may be waited for; more are refused."""
SECONDS_EACH = 1.0
"""For the guess how long it takes until there is room to wait."""


class Turn:
    """A place in line, and the right to hold a file: `async with turn`."""

    def __init__(self, admission: DownloadQueue, person: str, size: int) -> None:
        self.person = person
        self.size = size
        self.come = asyncio.Event()
        self._admission = admission

    @property
    def ahead(self) -> int:
        """How many turns come before this one; 0 once it has come."""
        return self._admission.ahead(self)

    async def __aenter__(self) -> Turn:
        try:
            await self.come.wait()
        except BaseException:
            self.leave()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        self.leave()

    def leave(self) -> None:
        """Give up the place or the room; again changes nothing."""
        self._admission.leave(self)


class DownloadQueue:
    """The line, and what is held."""

    def __init__(self, room: int = ROOM, waiting: int = WAITING) -> None:
        """`room` in bytes; a file larger than that is held alone."""
        self._room = room
        self._most = waiting
        self._waiting: list[Turn] = []
        self._held: list[Turn] = []

    def line_up(self, person: str, size: int) -> Turn:
        """A turn for a file of so many bytes. Whoever has one enters it or leaves. Raises `TooManyPictures`."""
        if len(self._waiting) >= self._most:
            raise TooManyPictures(minutes=max(1, round(self._most * SECONDS_EACH / 60)))
        turn = Turn(self, person, size)
        self._waiting.append(turn)
        self._admit()
        return turn

    def ahead(self, turn: Turn) -> int:
        """How many wait before a turn, and one for what is held; 0 once it has come."""
        return self._waiting.index(turn) + 1 if turn in self._waiting else 0

    def leave(self, turn: Turn) -> None:
        """Whoever held or waited does so no more."""
        for place in (self._waiting, self._held):
            if turn in place:
                place.remove(turn)
        self._admit()

    def _admit(self) -> None:
        for turn in [*self._next()]:
            self._waiting.remove(turn)
            turn.come.set()

    def _next(self) -> Iterator[Turn]:
        """Those who fit in now. Who waits for their own other file holds nobody up; nobody overtakes a large file."""
        for turn in self._waiting:
            if any(turn.person == one.person for one in self._held):
                continue
            if self._held and sum(one.size for one in self._held) + turn.size > self._room:
                return
            self._held.append(turn)
            yield turn
