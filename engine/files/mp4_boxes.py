"""What an MP4 says of itself: `bytes => text of its comment`. ISO/IEC 14496-12: boxes, each with a length and a kind.

Only the way to the comment is read, moov/udta/meta/ilst/©cmt/data, and of each box only its head; nothing is decoded.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

BRAND: Final = b"ftyp"
WAY: Final = (b"moov", b"udta", b"meta", b"ilst", b"\xa9cmt", b"data")
META: Final = b"meta"
VERSION_BYTES: Final = 4
"""Version and flags, before the boxes in a `meta`."""
DATA_HEAD: Final = 8
"""Type and language, before the text in a `data`."""
MOST_BOXES: Final = 1024
"""Boxes of one level that are looked at."""


class Box(NamedTuple):
    """A part of a file: `data[start:end]` without its head."""

    kind: bytes
    start: int
    end: int


def is_mp4(data: bytes) -> bool:
    """Whether a file begins as MP4s do."""
    return data[4:8] == BRAND


def comment(data: bytes) -> bytes:
    """The comment; empty if there is none."""
    found: Box | None = Box(b"", 0, len(data))
    for kind in WAY:
        if found is None:
            return b""
        start = found.start + (VERSION_BYTES if found.kind == META else 0)
        found = next((box for box in boxes(data, start, found.end) if box.kind == kind), None)
    return data[found.start + DATA_HEAD : found.end] if found else b""


def boxes(data: bytes, start: int, end: int) -> Iterator[Box]:
    """The boxes of one level, as far as they make sense."""
    for _ in range(MOST_BOXES):
        length, head = int.from_bytes(data[start : start + 4], "big"), 8
        if length == 1:
            length, head = int.from_bytes(data[start + 8 : start + 16], "big"), 16
        length = length or end - start
        if start + head > end or not head <= length <= end - start:
            return
        yield Box(data[start + 4 : start + 8], start + head, start + length)
        start += length
