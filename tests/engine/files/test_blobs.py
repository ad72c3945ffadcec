"""Blobs are named after their content, and half a blob is none."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from engine.files.blobs import BlobKey, Blobs


def test_the_same_bytes_are_one_file(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    assert blobs.put(b"a") == blobs.put(b"a") != blobs.put(b"b")
    assert len(blobs.list_all()) == 2


def test_a_damaged_blob_is_none(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    key = blobs.put(b"a picture")
    blobs.path(key).write_bytes(b"a pict")
    assert blobs.get(key) is None


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "/etc/passwd", "0" * 63, "g" * 64, "A" * 64])
def test_a_name_that_is_no_hash_is_not_a_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="not a blob's name"):
        Blobs(tmp_path).get(BlobKey(name))


def age(blobs: Blobs, key: BlobKey, used: float) -> None:
    os.utime(blobs.path(key), (used, used))


def test_a_damaged_blob_is_written_again(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    key = blobs.put(b"a picture")
    blobs.path(key).write_bytes(b"a pict")
    assert blobs.put(b"a picture") == key
    assert blobs.get(key) == b"a picture"


def test_the_one_unused_for_longest_stands_first(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    keys = [blobs.put(bytes([n])) for n in range(3)]
    for used, key in enumerate(keys):
        age(blobs, key, 100.0 + used)
    blobs.get(keys[0])
    age(blobs, keys[1], 50.0)
    assert [one.key for one in blobs.list_all()] == [keys[1], keys[2], keys[0]]


@pytest.mark.parametrize("use", ["put", "get", "has"])
def test_what_was_just_used_is_not_removed(tmp_path: Path, use: str) -> None:
    blobs = Blobs(tmp_path)
    key = blobs.put(b"old")
    age(blobs, key, 100.0)
    getattr(blobs, use)(b"old" if use == "put" else key)
    assert blobs.remove(key, unused_since=200.0) == 0
    assert blobs.get(key) == b"old"
    age(blobs, key, 100.0)
    assert blobs.remove(key, unused_since=200.0) == 3
    assert blobs.get(key) is None
    assert blobs.remove(key, unused_since=200.0) == 0


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
