"""How much may be asked for: by one person, by everybody together, and of the engine. `request => turn, or a refusal`.

The ledger counts jobs inside its transaction; `Quota` counts the requests that are not jobs yet, whose pictures are
being fetched and decoded, so that nobody can keep the decoder busy without queueing anything.

A file is in memory from its first byte until the decoder has answered. All files together have so many bytes
(`DownloadQueue`); whoever does not fit waits with nothing in memory but a link. One of a person is held at a time, so
that nobody fills the room.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from engine.errors import (
    BadOption,
    MoreThanTyped,
    NetworkMissing,
    OptionConflict,
    TooManyJobs,
    TooManyPictures,
    TooManyZoomFrames,
)
from engine.params import AnyParams, Dream, Params, See, VariedParams, Zoom, make
from engine.platform.units import MEGABYTE
from engine.queue.job import FURTHER

MOST_BYTES_HELD = 100 * MEGABYTE
"""Bytes that all files may have together."""
MOST_WAITING = 200
"""Turns that may be waited for; more are refused."""
SECONDS_EACH = 1.0
"""For the guess how long it takes until there is room to wait."""
WORK_OPTIONS = ("size", "frames")
"""The options that commands offer and that make more work."""


class Quota:
    """Slots for requests that are being opened."""

    def __init__(self, per_user: int) -> None:
        self.per_user = per_user
        self._open: Counter[str] = Counter()

    @property
    def busy(self) -> bool:
        """Whether any request is being opened."""
        return bool(self._open)

    def holds(self, user: str) -> bool:
        """Whether a request of this user is being opened."""
        return user in self._open

    @contextmanager
    def slot(self, user: str) -> Iterator[None]:
        """Hold one of the user's slots. Raises `TooManyJobs`."""
        if self._open[user] >= self.per_user:
            raise TooManyJobs(count=self._open[user], limit=self.per_user)
        self._open[user] += 1
        try:
            yield
        finally:
            self._open[user] -= 1
            if not self._open[user]:
                del self._open[user]


def check_work(params: Dream | Zoom | See) -> None:
    """Refuse more work than the commands can be made to ask for. Raises `MoreThanTyped`.

    Params have options that no command offers, such as `iterations`: whoever writes them into a file must not get more
    of the engine by it than anyone who types.
    """
    times = params.work() / _largest(params)
    if times > 1:
        raise MoreThanTyped(times=f"{times:.1f}", recipe=params.recipe)


def _largest(params: Dream | Zoom | See) -> float:
    """The most work that a command can ask of this recipe and network."""
    kind = type(params)
    bounds: dict[str, Any] = {name: _maximum(kind, name) for name in WORK_OPTIONS if name in kind.model_fields}
    if kind is Zoom:
        bounds["frames"] = Zoom.CHAT_FRAMES
    plain = make(kind, params.catalog, network=params.network, **bounds)
    notebook = {**Dream.NOTEBOOK, "look": "2015"}
    return max(plain.work(), plain.model_copy(update=notebook).work() if kind is Dream else 0.0)


def _maximum(kind: type[Params], name: str) -> int:
    return next(int(bound.le) for bound in kind.model_fields[name].metadata if hasattr(bound, "le"))


def check_ready(params: Params) -> None:
    """Refuse a network that is not installed, and what takes too long here. Raises `NetworkMissing` and
    `TooManyZoomFrames`."""
    if not params.catalog.is_ready(params.network):
        raise NetworkMissing(name=params.network)
    if isinstance(params, Zoom) and params.frames > Zoom.CHAT_FRAMES:
        raise TooManyZoomFrames(frames=params.frames, limit=Zoom.CHAT_FRAMES)


def check_at_most_one(**given: object) -> None:
    """Raise `OptionConflict` where more than one of these options is given."""
    first, *others = [name for name, value in given.items() if value is not None] or [""]
    if others:
        raise OptionConflict(first=first, second=others[0])


def check_others(params: AnyParams, others: Mapping[str, object]) -> None:
    """Refuse pictures that do not go with the options. Raises `BadOption`."""
    if "guide" in others and isinstance(params, Dream) and params.subject:
        raise BadOption(option="guide", problem="takes the place of a subject: leave one of them out")
    if not others.keys().isdisjoint(FURTHER) and isinstance(params, VariedParams) and params.variations > 1:
        raise BadOption(option="variations", problem="makes several of one image: send one, or leave it out")


class Turn:
    """A place in line, and the right to hold a file: `async with turn`."""

    def __init__(self, download_queue: DownloadQueue, person: str, size: int) -> None:
        self.person = person
        self.size = size
        self.arrived = asyncio.Event()
        self._download_queue = download_queue

    @property
    def ahead(self) -> int:
        """How many turns come before this one; 0 once it has come."""
        return self._download_queue.ahead(self)

    async def __aenter__(self) -> Turn:
        try:
            await self.arrived.wait()
        except BaseException:
            self.leave()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        self.leave()

    def leave(self) -> None:
        """Give up the place or the room; again changes nothing."""
        self._download_queue.leave(self)


class DownloadQueue:
    """The line, and what is held."""

    def __init__(self, room: int = MOST_BYTES_HELD, waiting: int = MOST_WAITING) -> None:
        """`room` in bytes; a file larger than that is held alone."""
        self._room = room
        self._most = waiting
        self._waiting: list[Turn] = []
        self._held: list[Turn] = []

    def enqueue(self, person: str, size: int) -> Turn:
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
            turn.arrived.set()

    def _next(self) -> Iterator[Turn]:
        """Those who fit in now. Who waits for their own other file holds nobody up; nobody overtakes a large file."""
        for turn in self._waiting:
            if any(turn.person == one.person for one in self._held):
                continue
            if self._held and sum(one.size for one in self._held) + turn.size > self._room:
                return
            self._held.append(turn)
            yield turn
