"""One machine: `settings => Dispatch` over the SQLite ledger, with the local socket for hints."""

from __future__ import annotations

import logging
import math
import os
import shutil
from asyncio import to_thread
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from engine.errors import DiskFull, SettingsError
from engine.files.blobs import BlobKey, Blobs
from engine.platform import file_lock
from engine.platform.units import MEGABYTE
from engine.queue import migrate
from engine.queue.database import lock_file, sqlite_url
from engine.queue.hint_socket import HintClient, socket_path
from engine.queue.job import CancelOutcome, Forgotten, Hint, Job, JobId, JobRow, Limits, Place, Result, Standing
from engine.queue.ledger import Ledger
from engine.queue.statistics import FinishedJob
from engine.settings import Settings

log = logging.getLogger(__name__)


def open_ledger(settings: Settings) -> Ledger:
    """The ledger of these settings, whole and its schema up to date. Raises `SettingsError`."""
    restoring = SettingsError(problem="A backup is being restored here. Start again once that is done.")
    occupancy = file_lock.acquire(lock_file(settings.run_dir), shared=True, refusal=restoring)
    try:
        migrate.prepare(settings)
    except BaseException:
        os.close(occupancy)
        raise
    limits = Limits(settings.limits.per_user, settings.limits.total)
    return Ledger(sqlite_url(settings.database), limits, occupancy=occupancy, catalog=settings.catalog)


def open_blobs(settings: Settings) -> Blobs:
    """The blobs of these settings."""
    return Blobs(settings.data_dir / "blobs")


class LocalDispatch:
    """The port of `engine.queue.dispatch_port`, where every method is described."""

    def __init__(self, ledger: Ledger, blobs: Blobs, live: HintClient, free_mb: float = 0.0) -> None:
        self.ledger = ledger
        self.blobs = blobs
        self.live = live
        self._free = free_mb * MEGABYTE

    @classmethod
    def open(cls, settings: Settings) -> LocalDispatch:
        """Connect to the ledger of these settings; migrates it first."""
        live = HintClient(socket_path(settings.run_dir))
        return cls(open_ledger(settings), open_blobs(settings), live, settings.storage.free_mb)

    async def submit(self, job: Job, posting: dict[str, Any], id: JobId | None = None) -> JobId:  # noqa: D102
        await to_thread(self._refuse_on_full_disk)
        id = await to_thread(self.ledger.submit, job, posting, id)
        self.live.send(wake=True)
        return id

    async def record(self, job: Job, result: Result, posting: dict[str, Any], id: JobId) -> bool:  # noqa: D102
        return await to_thread(self.ledger.record, job, result, posting, id)

    async def cancel(self, id: JobId, *, keep_preview: bool = False) -> CancelOutcome:  # noqa: D102
        outcome = await to_thread(self.ledger.cancel, id, keep_preview=keep_preview)
        if outcome is CancelOutcome.STOPPING:
            self.live.send(stop=id, keep=keep_preview)
        return outcome

    async def place(self, id: JobId) -> Place | None:  # noqa: D102
        return await to_thread(self.ledger.place, id)

    async def row(self, id: JobId) -> JobRow | None:  # noqa: D102
        return await to_thread(self.ledger.row, id)

    async def find_by_answer(self, message_id: str) -> JobRow | None:  # noqa: D102
        return await to_thread(self.ledger.find_by_answer, message_id)

    async def recent_sources(self, requester: str) -> Sequence[JobRow]:  # noqa: D102
        return await to_thread(self.ledger.recent_sources, requester)

    async def history(self, requester: str, at_most: int | None = None) -> Sequence[JobRow]:  # noqa: D102
        return await to_thread(self.ledger.history, requester, at_most)

    async def rows_about(self, user: str) -> Sequence[JobRow]:  # noqa: D102
        return await to_thread(self.ledger.rows_about, user)

    async def forget_requester(self, requester: str) -> Forgotten:  # noqa: D102
        return await to_thread(lambda: self._remove(*self.ledger.forget_requester(requester)))

    async def forget_job(self, id: JobId) -> Forgotten:  # noqa: D102
        return await to_thread(lambda: self._remove(*self.ledger.forget_job(id)))

    async def forget_server(self, guild_id: str) -> Forgotten:  # noqa: D102
        return await to_thread(lambda: self._remove(*self.ledger.forget_server(guild_id)))

    def _remove(self, count: int, unnamed: set[BlobKey]) -> Forgotten:
        return Forgotten(count, sum(self.blobs.remove(key, unused_since=math.inf) > 0 for key in unnamed))

    async def recent_results(self, channel_id: int) -> Sequence[JobRow]:  # noqa: D102
        return await to_thread(self.ledger.recent_results, channel_id)

    async def standings(self, ids: Sequence[JobId]) -> Mapping[JobId, Standing]:  # noqa: D102
        return await to_thread(self.ledger.standings, ids)

    async def finished_in_server(self, guild_id: int, since: float) -> Sequence[FinishedJob]:  # noqa: D102
        return await to_thread(self.ledger.finished_in_server, guild_id, since)

    async def places(self) -> Mapping[JobId, Place]:  # noqa: D102
        return await to_thread(self.ledger.places)

    async def list_waiting(self, requester: str | None = None) -> Sequence[tuple[JobRow, Place]]:  # noqa: D102
        return await to_thread(self.ledger.list_waiting, requester)

    def hints(self) -> AsyncIterator[Hint]:  # noqa: D102
        return self.live.hints()

    def engine_listens(self) -> bool:  # noqa: D102
        return self.live.connected

    async def list_unposted(self) -> Sequence[JobRow]:  # noqa: D102
        return await to_thread(self.ledger.list_unposted)

    async def update_posting(self, id: JobId, posting: dict[str, Any]) -> None:  # noqa: D102
        await to_thread(self.ledger.update_posting, id, posting)

    async def mark_posted(self, id: JobId, message_id: str, posting: dict[str, Any] | None = None) -> bool:  # noqa: D102
        return await to_thread(self.ledger.mark_posted, id, message_id, posting)

    async def estimate(self, job: Job) -> float:  # noqa: D102
        return await to_thread(self.ledger.estimate, job)

    async def put_blob(self, data: bytes) -> BlobKey:  # noqa: D102
        return await to_thread(self._put_blob, data)

    def _put_blob(self, data: bytes) -> BlobKey:
        self._refuse_on_full_disk()
        try:
            return self.blobs.put(data)
        except OSError as error:
            log.error("no picture can be kept: %s", error)
            raise DiskFull from error

    def _refuse_on_full_disk(self) -> None:
        """What is queued is finished with the space that is left; nothing new begins with it."""
        free = shutil.disk_usage(self.blobs.folder).free
        if free < self._free:
            log.error("only %.0f MB of disk are free: no new dreams are taken", free / MEGABYTE)
            raise DiskFull

    async def has_blob(self, key: BlobKey) -> bool:  # noqa: D102
        return await to_thread(self.blobs.has, key)

    async def get_blob(self, key: BlobKey) -> bytes | None:  # noqa: D102
        return await to_thread(self.blobs.get, key)

    async def close(self) -> None:  # noqa: D102
        self.live.close()
        await to_thread(self.ledger.close)
