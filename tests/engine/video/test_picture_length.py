"""How long an animated picture lasts, by what its file says."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from engine.video.frame_times import USUAL_S
from engine.video.picture_length import length_s
from tests.engine.video.small_videos import pillow, squares
from tests.engine.video.test_reader import claiming


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_the_times_of_all_frames_count(kind: str) -> None:
    pictures = [Image.fromarray(one) for one in squares(4)]
    out = io.BytesIO()
    pictures[0].save(out, kind, save_all=True, append_images=pictures[1:], duration=[30, 500, 200, 10])
    assert length_s(out) == pytest.approx(0.03 + 0.5 + 0.2 + USUAL_S)
    assert out.tell() == 0


def test_what_nobody_can_tell_is_nothing() -> None:
    whole = pillow(squares())
    for data in (b"", b"GIF89a", whole[: len(whole) // 2], b"RIFF\0\0\0\0WEBPVP8 \1\0\0\0"):
        assert length_s(io.BytesIO(data)) == 0


def test_a_file_that_lies_of_its_size_is_counted_all_the_same() -> None:
    assert length_s(io.BytesIO(claiming(10_000, 10_000))) == pytest.approx(4.0)
