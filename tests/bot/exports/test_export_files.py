"""Files that Discord takes: of its sizes, with round corners, and moving where that fits."""

import dataclasses
import io
import random

import pytest
from PIL import Image

from bot.exports.export_files import LEAST_FPS, make_moving, make_still
from bot.exports.export_kinds import EMOJI, KINDS, LONGEST_S, STICKER

BOX = (0, 0, 100, 100)


def noise(seed: int, side: int = 100) -> Image.Image:
    return Image.frombytes("RGB", (side, side), random.Random(seed).randbytes(3 * side * side))


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_still_has_its_kinds_size(kind) -> None:  # type: ignore[no-untyped-def]
    box = (0, 0, 100, 56) if kind.name == "banner" else BOX
    made = make_still(noise(1), box, kind)
    drawn = opened(made.data)
    assert (
        drawn.size == (made.width, made.height) == ((100, 100) if kind.name == "avatar" else (kind.width, kind.height))
    )
    assert len(made.data) <= kind.most_bytes
    assert made.enlarged == pytest.approx(made.width / 100)
    corner = drawn.convert("RGBA").getpixel((0, 0))
    assert isinstance(corner, tuple)
    assert corner[3] == (0 if kind.round else 255)


def test_what_is_too_large_has_fewer_colours() -> None:
    small = dataclasses.replace(EMOJI, most_bytes=20_000)
    made = make_still(noise(1), BOX, small)
    assert len(made.data) <= small.most_bytes
    assert opened(made.data).mode == "P"


def test_what_moves_is_a_gif_that_fits() -> None:
    frames = [Image.new("RGB", (100, 100), (at * 9, 200 - at * 9, 90)) for at in range(24)]
    made = make_moving(frames, 12.0, BOX, EMOJI)
    assert made is not None
    assert (made.name, made.moves) == ("emoji.gif", True)
    shown = opened(made.data)
    assert shown.n_frames == 24  # type: ignore[attr-defined]
    corner = shown.convert("RGBA").getpixel((0, 0))
    assert isinstance(corner, tuple)
    assert corner[3] == 0


def test_too_many_bytes_cost_frames_and_then_the_movement() -> None:
    frames = [noise(at, 60) for at in range(24)]
    box = (0, 0, 60, 60)
    whole = make_moving(frames, 12.0, box, dataclasses.replace(EMOJI, width=60, height=60))
    assert whole is not None
    tight = dataclasses.replace(EMOJI, width=60, height=60, most_bytes=len(whole.data) // 3)
    fewer = make_moving(frames, 12.0, box, tight)
    assert fewer is not None
    shown = opened(fewer.data)
    assert 1 < shown.n_frames < 24  # type: ignore[attr-defined]
    assert shown.info["duration"] <= 1000 / LEAST_FPS + 10
    assert make_moving(frames, 12.0, box, dataclasses.replace(tight, most_bytes=9_000)) is None


def test_a_long_film_is_shown_faster() -> None:
    frames = [Image.new("RGB", (40, 40), (at * 4, 90, 90)) for at in range(60)]
    made = make_moving(frames, 6.0, (0, 0, 40, 40), dataclasses.replace(STICKER, width=40, height=40, rim=2))
    assert made is not None
    shown, seconds = opened(made.data), 0.0
    for at in range(shown.n_frames):  # type: ignore[attr-defined]
        shown.seek(at)
        seconds += shown.info["duration"] / 1000
    assert seconds <= LONGEST_S
