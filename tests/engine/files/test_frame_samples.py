"""Which frames of what moves are looked at."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from PIL import Image

from engine.errors import BrokenPicture, NotAPicture, TooManyPixels
from engine.files.frame_samples import samples, spread
from engine.files.tiny_film import tiny_film


def animation(count: int, kind: str = "GIF") -> bytes:
    frames = [Image.new("RGB", (20, 10), (0, 10 * at, 250)) for at in range(count)]
    out = io.BytesIO()
    frames[0].save(out, kind, save_all=True, append_images=frames[1:])
    return out.getvalue()


def greens(data: bytes, count: int = 4) -> list[int]:
    return [frame.getpixel((5, 5))[1] for frame in samples(data, count, 16, 1.0, lambda: False)]  # type: ignore[index]


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_samples_are_spread_from_the_first_to_the_last(kind: str) -> None:
    assert greens(animation(10, kind)) == pytest.approx([0, 30, 60, 90], abs=6)
    assert greens(animation(3, kind)) == pytest.approx([0, 10, 20], abs=6)


def test_spread_has_the_first_and_the_last() -> None:
    assert spread(100, 8) == [0, 14, 28, 42, 57, 71, 85, 99]
    assert spread(1, 8) == [0]
    assert spread(5, 1) == [0]


def test_what_is_cut_short_gives_what_there_is() -> None:
    whole = animation(10)
    assert 0 < len(greens(whole[: len(whole) * 2 // 3])) < 4


def test_a_film_gives_frames_and_a_still_picture_none() -> None:
    assert {frame.size for frame in samples(tiny_film(), 3, 16, 1.0, lambda: False)} == {(16, 16)}
    assert greens(animation(1)) == []


def test_it_stops_when_it_is_late() -> None:
    answers: Iterator[bool] = iter([False, False, True])
    assert len([*samples(animation(10), 10, 16, 1.0, lambda: next(answers))]) == 2
    assert [*samples(tiny_film(), 3, 16, 1.0, lambda: True)] == []


def test_what_cannot_be_opened_or_is_too_large_is_refused() -> None:
    for data, error in ((b"hello", NotAPicture), (b"\0\0\0\x10ftypisom\0\0\0\0", BrokenPicture)):
        with pytest.raises(error):
            greens(data)
    for data in (animation(3), tiny_film()):
        with pytest.raises(TooManyPixels):
            [*samples(data, 3, 16, 0.0001, lambda: False)]
