"""What every dispatch is: `(ledger, blobs, link to the engines) => the port`, whose questions the ledger answers.

Implementations differ in where the ledger and the blobs lie and how hints travel, and in nothing else.
"""

from __future__ import annotations

import math
from asyncio import to_thread
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from typing import Any, ParamSpec, Protocol, TypeVar

from engine.files.blobs import BlobKey, BlobStore
from engine.queue.job import CancelOutcome, Forgotten, Hint, Job, JobId, JobRow, Place, Result, Standing
from engine.queue.ledger import Ledger
from engine.queue.statistics import FinishedJob

P = ParamSpec("P")
T = TypeVar("T")


class EngineLink(Protocol):
    """How a dispatch and the engines hear of each other. Lossy: the rows are the truth."""

    def hints(self, follows: Callable[[JobId], bool] | None = None) -> AsyncIterator[Hint]:
        """Hints for ever; silence while there is no engine."""
        ...

    @property
    def connected(self) -> bool:
        """Whether an engine is there."""
        ...

    def send(self, **header: Any) -> None:
        """Tell the engines something, if one listens: `wake=True`, or `stop=id, keep=bool`."""
        ...


class LedgerDispatch:
    """The port of `engine.queue.dispatch_port`, where every method is described."""

    def __init__(self, ledger: Ledger, blobs: BlobStore, live: EngineLink) -> None:
        self.ledger = ledger
        self.blobs = blobs
        self.live = live

    async def _ask(self, question: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
        """A question to the ledger or the blobs, which block, in a thread."""
        return await to_thread(question, *given, **named)

    def _refuse_without_room(self) -> None:
        """Raise `DiskFull` where nothing new should begin."""

    def _store(self, data: bytes) -> BlobKey:
        """Store bytes. Raises a `Refusal` where that cannot be done."""
        return self.blobs.put(data)

    async def submit(self, job: Job, posting: dict[str, Any], id: JobId | None = None) -> JobId:  # noqa: D102
        await self._ask(self._refuse_without_room)
        id = await self._ask(self.ledger.submit, job, posting, id)
        self.live.send(wake=True)
        return id

    async def record(self, job: Job, result: Result, posting: dict[str, Any], id: JobId) -> bool:  # noqa: D102
        return await self._ask(self.ledger.record, job, result, posting, id)

    async def cancel(self, id: JobId, *, keep_preview: bool = False) -> CancelOutcome:  # noqa: D102
        outcome = await self._ask(self.ledger.cancel, id, keep_preview=keep_preview)
        if outcome is CancelOutcome.STOPPING:
            self.live.send(stop=id, keep=keep_preview)
        return outcome

    async def place(self, id: JobId) -> Place | None:  # noqa: D102
        return await self._ask(self.ledger.place, id)

    async def row(self, id: JobId) -> JobRow | None:  # noqa: D102
        return await self._ask(self.ledger.row, id)

    async def find_by_answer(self, message_id: str) -> JobRow | None:  # noqa: D102
        return await self._ask(self.ledger.find_by_answer, message_id)

    async def recent_sources(self, requester: str) -> Sequence[JobRow]:  # noqa: D102
        return await self._ask(self.ledger.recent_sources, requester)

    async def history(self, requester: str, at_most: int | None = None) -> Sequence[JobRow]:  # noqa: D102
        return await self._ask(self.ledger.history, requester, at_most)

    async def rows_about(self, user: str) -> Sequence[JobRow]:  # noqa: D102
        return await self._ask(self.ledger.rows_about, user)

    async def forget_requester(self, requester: str) -> Forgotten:  # noqa: D102
        return await self._ask(lambda: self._remove(*self.ledger.forget_requester(requester)))

    async def forget_job(self, id: JobId) -> Forgotten:  # noqa: D102
        return await self._ask(lambda: self._remove(*self.ledger.forget_job(id)))

    async def forget_server(self, guild_id: str) -> Forgotten:  # noqa: D102
        return await self._ask(lambda: self._remove(*self.ledger.forget_server(guild_id)))

    def _remove(self, count: int, unnamed: Collection[BlobKey]) -> Forgotten:
        return Forgotten(count, sum(self.blobs.remove(key, unused_since=math.inf) > 0 for key in unnamed))

    async def recent_results(self, channel_id: int) -> Sequence[JobRow]:  # noqa: D102
        return await self._ask(self.ledger.recent_results, channel_id)

    async def standings(self, ids: Sequence[JobId]) -> Mapping[JobId, Standing]:  # noqa: D102
        return await self._ask(self.ledger.standings, ids)

    async def finished_in_server(self, guild_id: int, since: float) -> Sequence[FinishedJob]:  # noqa: D102
        return await self._ask(self.ledger.finished_in_server, guild_id, since)

    async def places(self) -> Mapping[JobId, Place]:  # noqa: D102
        return await self._ask(self.ledger.places)

    async def list_waiting(self, requester: str | None = None) -> Sequence[tuple[JobRow, Place]]:  # noqa: D102
        return await self._ask(self.ledger.list_waiting, requester)

    def hints(self, follows: Callable[[JobId], bool] | None = None) -> AsyncIterator[Hint]:  # noqa: D102
        return self.live.hints(follows)

    def engine_listens(self) -> bool:  # noqa: D102
        return self.live.connected

    async def list_unposted(self) -> Sequence[JobRow]:  # noqa: D102
        return await self._ask(self.ledger.list_unposted)

    async def update_posting(self, id: JobId, posting: dict[str, Any]) -> None:  # noqa: D102
        await self._ask(self.ledger.update_posting, id, posting)

    async def mark_posted(self, id: JobId, message_id: str, posting: dict[str, Any] | None = None) -> bool:  # noqa: D102
        return await self._ask(self.ledger.mark_posted, id, message_id, posting)

    async def estimate(self, job: Job) -> float:  # noqa: D102
        return await self._ask(self.ledger.estimate, job)

    async def put_blob(self, data: bytes) -> BlobKey:  # noqa: D102
        return await self._ask(self._store, data)

    async def has_blob(self, key: BlobKey) -> bool:  # noqa: D102
        return await self._ask(self.blobs.has, key)

    async def get_blob(self, key: BlobKey) -> bytes | None:  # noqa: D102
        return await self._ask(self.blobs.get, key)

    async def close(self) -> None:  # noqa: D102
        await self._hang_up()
        await self._ask(self.ledger.close)

    async def _hang_up(self) -> None:
        """Close the link to the engines."""
