"""Blobs on S3, through obstore: `bytes <=> sha256 name`, as objects.

An object's modification time is when it was last used, as far as `FRESH_S` tells: whoever uses an older one stores it
once more. That, and to remove one, happens under a lock of its name that all machines share; what is fresh needs none,
for nobody removes it before an hour has passed (`engine.queue.retention`). An object is there whole or not at all.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from engine.errors import NoLedger, SettingsError
from engine.files.blobs import BlobKey, BlobStat, StoreUnreachable, is_key
from engine.settings import Fleet

if TYPE_CHECKING:
    from obstore.store import ClientConfig, S3Config

log = logging.getLogger(__name__)

FRESH_S = 1800.0
KeyLock = Callable[[BlobKey, bool], AbstractContextManager[None]]
"""`(name, shared) => while it is held`. Raises `NoLedger`."""


class ObjectBlobs:
    """The port of `engine.files.blobs.BlobStore`, where every method is described."""

    def __init__(self, store: S3Store, lock: KeyLock, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._lock = lock
        self._clock = clock

    def put(self, data: bytes) -> BlobKey:  # noqa: D102
        key = BlobKey(hashlib.sha256(data).hexdigest())
        if self.get(key) is None:
            self._write(key, data)
        return key

    def get(self, key: BlobKey) -> bytes | None:  # noqa: D102
        found = self._read(key)
        if found is None:
            return None
        data, used = found
        if hashlib.sha256(data).hexdigest() != key:
            return None
        if self._clock() - used > FRESH_S:
            self._use(key, data)
        return data

    def has(self, key: BlobKey) -> bool:  # noqa: D102
        stat = self._stat(key)
        if stat is not None and self._clock() - stat.used > FRESH_S:
            return self.get(key) is not None
        return stat is not None

    def list_all(self) -> list[BlobStat]:  # noqa: D102
        with _os_errors():
            found = [
                BlobStat(BlobKey(one["path"].rpartition("/")[2]), one["size"], one["last_modified"].timestamp())
                for part in obstore.list(self._store)
                for one in part
            ]
        return sorted((one for one in found if is_key(one.key)), key=lambda one: one.used)

    def remove(self, key: BlobKey, unused_since: float) -> int:  # noqa: D102
        with self._lock(key, False):
            stat = self._stat(key)
            if stat is None or stat.used > unused_since:
                return 0
            with _os_errors():
                obstore.delete(self._store, _path(key))
            return stat.size

    def remove_parts(self, unused_since: float) -> None:
        """There are none."""

    def _use(self, key: BlobKey, data: bytes) -> None:
        """Say that it is used, unless somebody has just removed it, whose reader has its bytes all the same."""
        try:
            with self._lock(key, True):
                if self._stat(key) is not None:
                    self._write(key, data)
        except (NoLedger, StoreUnreachable) as error:  # it can be read, and that is what was asked
            log.warning("the use of a picture is not noted: %s", error)

    def _write(self, key: BlobKey, data: bytes) -> None:
        with _os_errors():
            obstore.put(self._store, _path(key), data, use_multipart=False)

    def _read(self, key: BlobKey) -> tuple[bytes, float] | None:
        try:
            with _os_errors():
                found = obstore.get(self._store, _path(key))
                return bytes(found.bytes()), found.meta["last_modified"].timestamp()
        except FileNotFoundError:
            return None

    def _stat(self, key: BlobKey) -> BlobStat | None:
        try:
            with _os_errors():
                found = obstore.head(self._store, _path(key))
        except FileNotFoundError:
            return None
        return BlobStat(key, found["size"], found["last_modified"].timestamp())


def open_s3(fleet: Fleet, patience_s: float) -> S3Store:
    """The bucket and folder of these settings; a server that does not answer is asked again for so many seconds.
    Raises `SettingsError`."""
    bucket, _, folder = fleet.blob_url.removeprefix("s3://").strip("/").partition("/")
    config: S3Config = {"region": fleet.s3_region}
    if key := fleet.s3_key_id.get_secret_value():
        config |= {"access_key_id": key, "secret_access_key": fleet.s3_secret.get_secret_value()}
    if fleet.s3_endpoint:
        config |= {"endpoint": fleet.s3_endpoint, "virtual_hosted_style_request": False}
    client: ClientConfig = {"connect_timeout": "5s", "timeout": "60s", "allow_http": True}
    try:
        return S3Store(
            bucket, prefix=folder or None, config=config, client_options=client,
            retry_config={"max_retries": 1000, "retry_timeout": timedelta(seconds=patience_s)},
        )  # fmt: skip
    except (BaseError, ValueError) as error:
        told = str(error).partition("\n")[0]
        raise SettingsError(
            problem=f"`fleet.blob_url` cannot be used: {told}. Check it and the `s3_` settings."
        ) from None


def _path(key: BlobKey) -> str:
    """Where a blob lies. Raises ValueError on anything that is not a sha256 in hex."""
    if not is_key(key):
        raise ValueError(f"not a blob's name: {key[:80]!r}")
    return f"{key[:2]}/{key}"


@contextmanager
def _os_errors() -> Iterator[None]:
    """What the store says, as errors of the system. Raises `FileNotFoundError` or `StoreUnreachable`."""
    try:
        yield
    except FileNotFoundError:
        raise
    except BaseError as error:
        raise StoreUnreachable(str(error).partition("\n")[0][:300]) from None
