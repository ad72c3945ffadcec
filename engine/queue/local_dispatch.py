"""One machine: `settings => Dispatch` over the SQLite ledger, with the local socket for hints."""

from __future__ import annotations

import logging
import os
import shutil

from engine.errors import DiskFull, SettingsError
from engine.files.blobs import BlobKey, Blobs
from engine.platform import file_lock
from engine.platform.units import MEGABYTE
from engine.queue import migrate
from engine.queue.blob_stores import open_local_blobs
from engine.queue.database import lock_file, sqlite_url
from engine.queue.hint_socket import HintClient, socket_path
from engine.queue.job import Limits
from engine.queue.ledger import Ledger
from engine.queue.ledger_dispatch import LedgerDispatch
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


class LocalDispatch(LedgerDispatch):
    """The dispatch of one machine, whose disk must not become full."""

    def __init__(self, ledger: Ledger, blobs: Blobs, live: HintClient, free_mb: float = 0.0) -> None:
        super().__init__(ledger, blobs, live)
        self._link = live
        self._folder = blobs.folder
        self._free = free_mb * MEGABYTE

    @classmethod
    def open(cls, settings: Settings) -> LocalDispatch:
        """Connect to the ledger of these settings; migrates it first."""
        live = HintClient(socket_path(settings.run_dir))
        return cls(open_ledger(settings), open_local_blobs(settings), live, settings.storage.free_mb)

    def _store(self, data: bytes) -> BlobKey:
        self._refuse_without_room()
        try:
            return self.blobs.put(data)
        except OSError as error:
            log.error("no picture can be kept: %s", error)
            raise DiskFull from error

    def _refuse_without_room(self) -> None:
        """What is queued is finished with the space that is left; nothing new begins with it."""
        free = shutil.disk_usage(self._folder).free
        if free < self._free:
            log.error("only %.0f MB of disk are free: no new dreams are taken", free / MEGABYTE)
            raise DiskFull

    async def _hang_up(self) -> None:
        self._link.close()
