"""What an MP4 says of itself is found, and nothing of a damaged one is believed."""

from __future__ import annotations

import pytest

from engine.files import generation_metadata, mp4_boxes, sanitizer
from tests.bot.cogs.test_like import box, mp4

OURS = '{"pareidolia":1}'


def test_the_comment_is_found() -> None:
    assert mp4_boxes.comment(mp4(OURS)) == OURS.encode()
    assert sanitizer.read_imprint(mp4(OURS), 50) == OURS.encode()
    assert sanitizer.read_imprint(mp4("a comment of somebody"), 50) == b""
    assert len(sanitizer.read_imprint(mp4(OURS + "x" * 10_000), 50)) == generation_metadata.LIMIT + 1


@pytest.mark.parametrize("at", range(0, 84, 4))  # every length, and the kinds between
def test_lengths_that_lie_are_not_believed(at: int) -> None:
    data = bytearray(mp4(OURS))
    data[at : at + 4] = b"\xff\xff\xff\xf0"
    assert mp4_boxes.comment(bytes(data)) in (b"", OURS.encode())
    assert mp4_boxes.comment(bytes(data[: at + 4])) == b""


def test_neither_many_boxes_nor_empty_ones_take_long() -> None:
    head = box(b"ftyp", b"")
    assert mp4_boxes.comment(head + box(b"free", b"") * 100_000 + mp4(OURS)) == b""
    assert mp4_boxes.comment(head + bytes(4_000_000)) == b""
    assert mp4_boxes.comment(head) == b""
