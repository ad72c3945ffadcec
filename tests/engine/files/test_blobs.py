"""Blobs are named after their content, and half a blob is none."""

from __future__ import annotations

import errno
import math
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from obstore.store import S3Store

from engine.errors import NoLedger
from engine.files import object_blobs
from engine.files.blobs import BlobKey, Blobs, BlobStat, BlobStore, StoreUnreachable
from engine.files.object_blobs import ObjectBlobs
from engine.settings import Fleet
from tests.s3_server import BUCKET, S3Server


class Kept:
    """Blobs, and the files that they are at last."""

    def __init__(self, blobs: BlobStore, folder: Path) -> None:
        self.blobs = blobs
        self.folder = folder

    def path(self, key: BlobKey) -> Path:
        return self.folder / key[:2] / key

    def age(self, key: BlobKey, used: float) -> None:
        """Have it used last at that moment."""
        os.utime(self.path(key), (used, used))
        while BlobStat(key, self.path(key).stat().st_size, used) not in self.blobs.list_all():
            pass  # a server looks at its folder a moment later

    def damage(self, key: BlobKey) -> None:
        """Have it hold something else than its name says."""
        self.path(key).write_bytes(b"a pict")
        while 6 not in [one.size for one in self.blobs.list_all()]:
            pass


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    with S3Server.run(tmp_path_factory.mktemp("s3")) as server:
        yield server


@contextmanager
def no_lock(key: BlobKey, shared: bool) -> Iterator[None]:
    """Nobody else is there."""
    yield


@pytest.fixture(params=["folder", pytest.param("s3", marks=pytest.mark.process)])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    if request.param == "folder":
        return Kept(Blobs(tmp_path), tmp_path)
    server: S3Server = request.getfixturevalue("s3")
    return Kept(open_blobs(server, 60, tmp_path.name), server.folder / BUCKET / tmp_path.name)


def open_store(server: S3Server, patience_s: float, folder: str = "", **other: str) -> S3Store:
    chosen = {"database_url": "postgresql://host/name", **server.settings(folder), **other}
    return object_blobs.open_s3(Fleet.model_validate(chosen), patience_s)


def open_blobs(server: S3Server, patience_s: float, folder: str = "", **other: str) -> ObjectBlobs:
    return ObjectBlobs(open_store(server, patience_s, folder, **other), no_lock)


def test_the_same_bytes_are_one_file(kept: Kept) -> None:
    assert kept.blobs.put(b"a") == kept.blobs.put(b"a") != kept.blobs.put(b"b")
    assert len(kept.blobs.list_all()) == 2


def test_bytes_come_back_as_they_were(kept: Kept) -> None:
    data = os.urandom(6 * 2**20)  # more than one part of an upload, were it in parts
    key = kept.blobs.put(data)
    assert kept.blobs.get(key) == data
    (one,) = kept.blobs.list_all()
    assert (one.key, one.size) == (key, len(data))


def test_what_is_not_there_is_none(kept: Kept) -> None:
    nowhere = BlobKey("f" * 64)
    assert kept.blobs.get(nowhere) is None
    assert not kept.blobs.has(nowhere)
    assert kept.blobs.remove(nowhere, unused_since=math.inf) == 0
    assert kept.blobs.list_all() == []


def test_a_damaged_blob_is_none(kept: Kept) -> None:
    key = kept.blobs.put(b"a picture")
    kept.damage(key)
    assert kept.blobs.get(key) is None


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "/etc/passwd", "0" * 63, "g" * 64, "A" * 64])
def test_a_name_that_is_no_hash_is_not_a_path(kept: Kept, name: str) -> None:
    with pytest.raises(ValueError, match="not a blob's name"):
        kept.blobs.get(BlobKey(name))


def test_a_damaged_blob_is_written_again(kept: Kept) -> None:
    key = kept.blobs.put(b"a picture")
    kept.damage(key)
    assert kept.blobs.put(b"a picture") == key
    assert kept.blobs.get(key) == b"a picture"


def test_the_one_unused_for_longest_stands_first(kept: Kept) -> None:
    keys = [kept.blobs.put(bytes([n])) for n in range(3)]
    for used, key in enumerate(keys):
        kept.age(key, 100.0 + used)
    kept.blobs.get(keys[0])
    kept.age(keys[1], 50.0)
    assert [one.key for one in kept.blobs.list_all()] == [keys[1], keys[2], keys[0]]


@pytest.mark.parametrize("use", ["put", "get", "has"])
def test_what_was_just_used_is_not_removed(kept: Kept, use: str) -> None:
    key = kept.blobs.put(b"old")
    kept.age(key, 100.0)
    assert getattr(kept.blobs, use)(b"old" if use == "put" else key)
    assert kept.blobs.remove(key, unused_since=200.0) == 0
    assert kept.blobs.get(key) == b"old"
    kept.age(key, 100.0)
    assert kept.blobs.remove(key, unused_since=200.0) == 3
    assert kept.blobs.get(key) is None
    assert kept.blobs.remove(key, unused_since=200.0) == 0


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blobs = Blobs(tmp_path)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        blobs.put(b"a picture")
    assert [path for path in tmp_path.rglob("*") if path.is_file() and path.name != ".lock"] == []


def test_what_a_killed_writer_left_goes(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    (tmp_path / ".part-x").write_bytes(b"half")
    blobs.remove_parts(0.0)
    assert (tmp_path / ".part-x").exists()
    blobs.remove_parts((tmp_path / ".part-x").stat().st_mtime)
    assert not (tmp_path / ".part-x").exists()


@pytest.mark.process
def test_a_server_that_is_restarted_is_waited_for(tmp_path: Path) -> None:
    with S3Server.run(tmp_path) as server:
        patient, hasty = open_blobs(server, 60), open_blobs(server, 0)
        key = patient.put(b"kept")
        server.kill()
        with pytest.raises(StoreUnreachable):
            hasty.get(key)
        with pytest.raises(StoreUnreachable):
            hasty.put(b"new")
        with ThreadPoolExecutor(2) as pool:
            found, stored = pool.submit(patient.get, key), pool.submit(patient.put, b"new")
            server.start()
            assert found.result() == b"kept"
            assert hasty.get(stored.result()) == b"new"


@pytest.mark.process
def test_a_key_that_is_not_let_in_is_no_missing_picture(s3: S3Server) -> None:
    kept = open_blobs(s3, 60).put(b"kept")
    stranger = open_blobs(s3, 60, s3_secret="another")
    with pytest.raises(StoreUnreachable) as refused:
        stranger.get(kept)
    assert "another" not in str(refused.value)


@pytest.mark.process
def test_a_picture_can_be_read_where_its_use_cannot_be_noted(s3: S3Server) -> None:
    @contextmanager
    def away(key: BlobKey, shared: bool) -> Iterator[None]:
        raise NoLedger(reason="gone")
        yield

    kept = Kept(ObjectBlobs(open_store(s3, 60), away), s3.folder / BUCKET)
    key = kept.blobs.put(b"an old one")
    kept.age(key, 100.0)
    assert kept.blobs.get(key) == b"an old one"
    with pytest.raises(NoLedger):
        kept.blobs.remove(key, math.inf)
