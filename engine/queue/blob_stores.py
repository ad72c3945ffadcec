"""Where pictures are kept: `settings => blobs`, on this machine or in a fleet's store.

Apart from `installation`, for an engine's child has no ledger: it starts without what a database needs.
"""

from __future__ import annotations

import urllib.parse
from pathlib import Path

from engine.errors import SettingsError
from engine.files.blobs import Blobs, BlobStore
from engine.settings import Settings

PATIENCE_S = 120.0
"""Seconds that a finished dream waits for a server that is being restarted."""


def open_blobs(settings: Settings, patience_s: float = PATIENCE_S) -> BlobStore:
    """The blobs of these settings; a server of blobs is asked for so many seconds until it answers. Raises
    `SettingsError`."""
    if not settings.fleet.on:
        return open_local_blobs(settings)
    if settings.fleet.blob_url.startswith("file://"):
        return Blobs(_shared_folder(settings.fleet.blob_url))
    from engine.files import object_blobs
    from engine.queue.blob_lock import BlobLock
    from engine.queue.database import database_url

    store = object_blobs.open_s3(settings.fleet, patience_s)
    return object_blobs.ObjectBlobs(store, BlobLock(database_url(settings)))


def open_local_blobs(settings: Settings) -> Blobs:
    """The blobs of a single machine."""
    return Blobs(settings.data_dir / "blobs")


def _shared_folder(url: str) -> Path:
    folder = Path(urllib.parse.unquote(urllib.parse.urlsplit(url).path))
    if not folder.is_dir():  # made here it would be this machine's own
        raise SettingsError(problem=f"The folder of `fleet.blob_url`, {folder}, is not there. Mount or make it.")
    return folder
