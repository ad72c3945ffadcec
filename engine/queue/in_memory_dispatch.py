"""A dispatch in memory, driven by hand: `() => Dispatch` for tests and for looking at the bot without an engine.

A real ledger on an in-memory database, so that it cannot disagree with the ledger's rules; only delivery is by hand:
`start`, `progress`, `finish`, `fail` do what an engine would.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from functools import cache
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import sqlalchemy as sa

from engine.errors import Broken, Failure
from engine.files.blobs import BlobKey, BlobStat
from engine.queue.database import connect, metadata, sqlite_url
from engine.queue.job import Hint, JobId, JobRow, Limits, Progress, Requeued, Result, Settled, Started, State
from engine.queue.ledger import Ledger
from engine.queue.ledger_dispatch import LedgerDispatch

P = ParamSpec("P")
T = TypeVar("T")

ENGINE = "by hand"
MEMORY = sqlite_url(Path(":memory:"))


class MemoryBlobs(dict[BlobKey, bytes]):
    """The port of `engine.files.blobs.BlobStore`, as a dict. Retention takes nothing of it."""

    def put(self, data: bytes) -> BlobKey:  # noqa: D102
        key = BlobKey(hashlib.sha256(data).hexdigest())
        self[key] = data
        return key

    def has(self, key: BlobKey) -> bool:  # noqa: D102
        return key in self

    def list_all(self) -> list[BlobStat]:  # noqa: D102
        return [BlobStat(key, len(data), 0.0) for key, data in self.items()]

    def remove(self, key: BlobKey, unused_since: float) -> int:  # noqa: D102
        return len(self.pop(key, b""))

    def remove_parts(self, unused_since: float) -> None:
        """There are none."""


class NoEngine:
    """The link to an engine that is played by hand."""

    connected = False

    async def hints(self, _follows: Callable[[JobId], bool] | None = None) -> AsyncIterator[Hint]:
        """None."""
        return
        yield

    def send(self, **header: Any) -> None:
        """To nobody."""


@cache
def _empty_database() -> bytes:
    """The tables, made once: hundreds of tests begin with them."""
    engine = connect(MEMORY)
    metadata.create_all(engine)
    sa.Table("presets", sa.MetaData(), sa.Column("params", sa.Text)).create(engine)  # the bot's
    with engine.connect() as connection:
        made: bytes = connection.connection.driver_connection.serialize()  # type: ignore[union-attr]
    engine.dispose()
    return made


class MemoryDispatch(LedgerDispatch):
    """The port of `engine.queue.dispatch_port`, where the methods it shares are described."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._blobs = MemoryBlobs()
        super().__init__(Ledger(MEMORY, limits), self._blobs, NoEngine())
        with self.ledger._db.connect() as connection:
            connection.connection.driver_connection.deserialize(_empty_database())  # type: ignore[union-attr]
        self._listeners: set[asyncio.Queue[Hint]] = set()
        self.engine_there = True

    # the engine's part, by hand

    def start(self) -> JobRow | None:
        """Claim the next job, as an engine does."""
        row = self.ledger.claim(ENGINE)
        if row:
            self._send_hint(Started(row.id))
        return row

    def progress(self, id: JobId, step: int, steps: int, preview: bytes = b"", eta_s: float = 0.0) -> str:
        """Report progress; returns what the ledger answers ("" for go on)."""
        self._send_hint(Progress(id, step, steps, step / max(1, steps), eta_s, preview))
        return self.ledger.stop_flag(id, self._attempt(id))

    def finish(
        self, id: JobId, data: bytes, *, mime: str = "image/png", width: int = 512, height: int = 512,
        facts: dict[str, Any] | None = None,
    ) -> bool:  # fmt: skip
        """Settle a running job as done with these bytes as its result."""
        result = Result(self.blobs.put(data), mime, width, height, len(data), facts=facts or {})
        return self._settle(id, self.ledger.finish(id, self._attempt(id), result, 1.0))

    def fail(self, id: JobId, error: Failure | None = None) -> bool:
        """Settle a running job as failed."""
        return self._settle(id, self.ledger.fail(id, self._attempt(id), error or Broken()))

    def settle_cancelled(self, id: JobId) -> bool:
        """Settle a running job as cancelled."""
        return self._settle(id, self.ledger.settle_cancelled(id, self._attempt(id)))

    def crash(self, id: JobId) -> State:
        """A running job's child died; what the ledger makes of that."""
        state = self.ledger.record_crash(id, self._attempt(id))
        self._send_hint(Settled(id) if state.settled else Requeued(id))
        return state

    def restart_engine(self, id: JobId) -> State:
        """The engine died on a running job, and its successor takes back what it ran."""
        self.ledger.requeue(ENGINE)
        row = self.ledger.row(id)
        assert row is not None
        self._send_hint(Settled(id) if row.state.settled else Requeued(id))
        return row.state

    def _attempt(self, id: JobId) -> int:
        row = self.ledger.row(id)
        return row.attempt if row else 0

    def _settle(self, id: JobId, done: bool) -> bool:
        self._send_hint(Settled(id))
        return done

    def _send_hint(self, hint: Hint) -> None:
        for queue in self._listeners:
            queue.put_nowait(hint)

    # the port

    async def _ask(self, question: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
        return question(*given, **named)  # in this thread, whose database it is

    async def hints(self, follows: Callable[[JobId], bool] | None = None) -> AsyncIterator[Hint]:  # noqa: D102
        queue: asyncio.Queue[Hint] = asyncio.Queue()
        self._listeners.add(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            self._listeners.discard(queue)

    def engine_listens(self) -> bool:  # noqa: D102
        return self.engine_there
