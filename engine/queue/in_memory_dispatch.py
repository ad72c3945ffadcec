"""A dispatch in memory, driven by hand: `() => Dispatch` for tests and for looking at the bot without an engine.

A real ledger on an in-memory database, so that it cannot disagree with the ledger's rules; only delivery is by hand:
`start`, `progress`, `finish`, `fail` do what an engine would.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from engine.errors import Broken, Failure
from engine.files.blobs import BlobKey
from engine.queue.database import metadata, sqlite_url
from engine.queue.job import (
    CancelOutcome,
    Forgotten,
    Hint,
    Job,
    JobId,
    JobRow,
    Limits,
    Place,
    Progress,
    Requeued,
    Result,
    Settled,
    Standing,
    Started,
    State,
)
from engine.queue.ledger import Ledger
from engine.queue.statistics import FinishedJob

ENGINE = "by hand"


class MemoryDispatch:
    """The port of `engine.queue.dispatch_port`, where the methods it shares are described."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.ledger = Ledger(sqlite_url(Path(":memory:")), limits)
        metadata.create_all(self.ledger._db)
        sa.Table("presets", sa.MetaData(), sa.Column("params", sa.Text)).create(self.ledger._db)  # the bot's
        self._blobs: dict[BlobKey, bytes] = {}
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
        key = hashlib.sha256(data).hexdigest()
        self._blobs[BlobKey(key)] = data
        result = Result(BlobKey(key), mime, width, height, len(data), facts=facts or {})
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

    async def submit(self, job: Job, posting: dict[str, Any], id: JobId | None = None) -> JobId:  # noqa: D102
        return self.ledger.submit(job, posting, id)

    async def record(self, job: Job, result: Result, posting: dict[str, Any], id: JobId) -> bool:  # noqa: D102
        return self.ledger.record(job, result, posting, id)

    async def cancel(self, id: JobId, *, keep_preview: bool = False) -> CancelOutcome:  # noqa: D102
        return self.ledger.cancel(id, keep_preview=keep_preview)

    async def place(self, id: JobId) -> Place | None:  # noqa: D102
        return self.ledger.place(id)

    async def row(self, id: JobId) -> JobRow | None:  # noqa: D102
        return self.ledger.row(id)

    async def find_by_answer(self, message_id: str) -> JobRow | None:  # noqa: D102
        return self.ledger.find_by_answer(message_id)

    async def recent_sources(self, requester: str) -> Sequence[JobRow]:  # noqa: D102
        return self.ledger.recent_sources(requester)

    async def history(self, requester: str, at_most: int | None = None) -> Sequence[JobRow]:  # noqa: D102
        return self.ledger.history(requester, at_most)

    async def rows_about(self, user: str) -> Sequence[JobRow]:  # noqa: D102
        return self.ledger.rows_about(user)

    async def forget_requester(self, requester: str) -> Forgotten:  # noqa: D102
        return self._remove(*self.ledger.forget_requester(requester))

    async def forget_job(self, id: JobId) -> Forgotten:  # noqa: D102
        return self._remove(*self.ledger.forget_job(id))

    async def forget_server(self, guild_id: str) -> Forgotten:  # noqa: D102
        return self._remove(*self.ledger.forget_server(guild_id))

    def _remove(self, count: int, unnamed: set[BlobKey]) -> Forgotten:
        return Forgotten(count, sum(self._blobs.pop(key, None) is not None for key in unnamed))

    async def recent_results(self, channel_id: int) -> Sequence[JobRow]:  # noqa: D102
        return self.ledger.recent_results(channel_id)

    async def standings(self, ids: Sequence[JobId]) -> Mapping[JobId, Standing]:  # noqa: D102
        return self.ledger.standings(ids)

    async def finished_in_server(self, guild_id: int, since: float) -> Sequence[FinishedJob]:  # noqa: D102
        return self.ledger.finished_in_server(guild_id, since)

    async def places(self) -> Mapping[JobId, Place]:  # noqa: D102
        return self.ledger.places()

    async def list_waiting(self, requester: str | None = None) -> Sequence[tuple[JobRow, Place]]:  # noqa: D102
        return self.ledger.list_waiting(requester)

    async def hints(self) -> AsyncIterator[Hint]:  # noqa: D102
        queue: asyncio.Queue[Hint] = asyncio.Queue()
        self._listeners.add(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            self._listeners.discard(queue)

    def engine_listens(self) -> bool:  # noqa: D102
        return self.engine_there

    async def list_unposted(self) -> Sequence[JobRow]:  # noqa: D102
        return self.ledger.list_unposted()

    async def update_posting(self, id: JobId, posting: dict[str, Any]) -> None:  # noqa: D102
        self.ledger.update_posting(id, posting)

    async def mark_posted(self, id: JobId, message_id: str, posting: dict[str, Any] | None = None) -> bool:  # noqa: D102
        return self.ledger.mark_posted(id, message_id, posting)

    async def estimate(self, job: Job) -> float:  # noqa: D102
        return self.ledger.estimate(job)

    async def put_blob(self, data: bytes) -> BlobKey:  # noqa: D102
        key = BlobKey(hashlib.sha256(data).hexdigest())
        self._blobs[key] = data
        return key

    async def has_blob(self, key: BlobKey) -> bool:  # noqa: D102
        return key in self._blobs

    async def get_blob(self, key: BlobKey) -> bytes | None:  # noqa: D102
        return self._blobs.get(key)

    async def close(self) -> None:  # noqa: D102
        self.ledger.close()
