"""Blobs are named after their content, and half a blob is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.jobs.blobs import Blobs
from engine.jobs.job import BlobKey


def test_the_same_bytes_are_one_file(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    assert blobs.put(b"a") == blobs.put(b"a") != blobs.put(b"b")
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 2


def test_a_damaged_blob_is_none(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    key = blobs.put(b"a picture")
    blobs.path(key).write_bytes(b"a pict")
    assert blobs.get(key) is None


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "/etc/passwd", "0" * 63, "g" * 64, "A" * 64])
def test_a_name_that_is_no_hash_is_not_a_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="not a blob's name"):
        Blobs(tmp_path).get(BlobKey(name))
