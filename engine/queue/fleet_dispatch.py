"""Many machines: `settings => Dispatch` over the ledger on PostgreSQL, whose notifications carry the hints.

The ledger delivers here as on one machine: `claim` is one transaction, in exact order, fenced by (id, attempt). Why no
other queue stands in between is in docs/scale.md.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from engine.errors import NoPictureStore
from engine.files import picture_size
from engine.files.blobs import BlobKey, BlobStore
from engine.files.picture_size import Edges
from engine.queue import placement
from engine.queue.fleet_hints import FleetHintClient
from engine.queue.job import CancelOutcome, Job, JobId, Settled, new_id
from engine.queue.ledger import Ledger
from engine.queue.ledger_dispatch import LedgerDispatch

log = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")


class FleetDispatch(LedgerDispatch):
    """The dispatch of a bot whose engines are elsewhere."""

    def __init__(self, ledger: Ledger, blobs: BlobStore, live: FleetHintClient) -> None:
        super().__init__(ledger, blobs, live)
        self._link = live

    async def _ask(self, question: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
        try:
            return await super()._ask(question, *given, **named)
        except OSError as error:
            log.error("the pictures cannot be reached: %s", error)
            raise NoPictureStore(reason=str(error)) from error

    async def submit(self, job: Job, posting: dict[str, Any], id: JobId | None = None) -> JobId:  # noqa: D102
        id = id or new_id()
        await self._ask(placement.place, self.ledger, job, id, self._edges)
        return await super().submit(job, posting, id)

    def _edges(self, key: BlobKey) -> Edges | None:
        return picture_size.png_edges(self.blobs.get(key) or b"")

    async def cancel(self, id: JobId, *, keep_preview: bool = False) -> CancelOutcome:  # noqa: D102
        outcome = await super().cancel(id, keep_preview=keep_preview)
        if outcome is CancelOutcome.CANCELLED:
            self._link.tell_bots(Settled(id))  # another process may be the one that answers it
        return outcome

    async def _hang_up(self) -> None:
        await self._link.close()
