"""What the stand-in says of a file, as Discord does."""

from __future__ import annotations

import pytest

from bot.playground import attachments, payloads
from bot.playground.world import World
from tests.engine.video.small_videos import mp4, only_sound, pillow, squares

STILL, MOVING = (pillow(squares(count)) for count in (1, 3))


@pytest.mark.parametrize(
    ("name", "data", "size", "flags"),
    [
        ("a.mp4", mp4(squares(2)), (64, 48), 0), ("sound.mp4", only_sound(), None, 0), ("b.mp4", b"\0tkhd", None, 0),
        ("a.gif", MOVING, (64, 48), attachments.ANIMATED), ("still.gif", STILL, (64, 48), 0), ("b.gif", b"", None, 0),
        ("a.webp", pillow(squares(2), "WEBP"), (64, 48), attachments.ANIMATED), ("a.txt", MOVING, None, 0),
    ],
)  # fmt: skip
def test_size_and_whether_it_moves(name: str, data: bytes, size: tuple[int, int] | None, flags: int) -> None:
    world = World()
    told = payloads.attachment(world, attachments.store(world, "1", name, data))
    assert (told.get("width"), told.get("height")) == (size or (None, None))
    assert told.get("flags", 0) == flags
