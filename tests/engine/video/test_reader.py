"""The child that opens strangers' videos, and what is believed of its answers."""

from __future__ import annotations

import io
import struct
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine import errors
from engine.platform import framing
from engine.video import frames, reader
from engine.video.reader import Wanted, open_clip, read_sound, spool
from tests.engine.video.small_videos import mp4, only_sound, pillow, squares, without_frames

WANTED = Wanted(start=0, seconds=2, fps=8, size=64)
QUESTION = frames.Question(0, 2, 8, 64)


def read(data: bytes, wanted: Wanted = WANTED) -> list[np.ndarray]:
    """What the child makes of a file, as pictures, without a process."""
    asked = frames.Question(wanted.start, wanted.seconds, wanted.fps, wanted.size)
    opened = frames.open_video(io.BytesIO(data), asked)
    width, height = opened.edges
    return [np.frombuffer(one, np.uint8).reshape(height, width, 3) for one in opened.frames]


@pytest.mark.process
def test_the_child_hands_out_frames_and_sound() -> None:
    with spool(mp4(squares(), sound=True)) as file:
        sound = read_sound(file, WANTED)
        with open_clip(file, WANTED) as clip:
            assert (clip.width, clip.height, clip.planned) == (64, 48, 8)
            found = [np.frombuffer(one, np.uint8).reshape(48, 64, 3) for one in clip.frames]
    assert len(found) == 8
    assert np.abs(found[3].astype(int) - squares()[3]).mean() < 12
    assert 0.9 < len(sound) / (44_100 * 4) <= 1.1
    assert np.abs(np.frombuffer(sound, "<i2")).mean() > 1000


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_pictures_that_move_are_videos_too(kind: str) -> None:
    found = read(pillow(squares(), kind))
    assert len(found) == 8
    assert np.abs(found[5].astype(int) - squares()[5]).mean() < 20


def test_it_is_made_as_large_as_asked_and_begins_where_asked() -> None:
    found = read(mp4(squares()), Wanted(start=0.5, seconds=0.25, fps=8, size=32))
    assert [one.shape for one in found] == [(24, 32, 3)] * 2
    assert np.abs(found[0].astype(int) - squares()[4][::2, ::2]).mean() < 25


def test_a_variable_frame_rate_becomes_constant() -> None:
    found = read(mp4(squares(4), times=[0, 50, 60, 100]), Wanted(start=0, seconds=1, fps=8, size=64))
    assert len(found) == 8
    assert all(np.array_equal(found[0], one) for one in found[1:4])
    assert not np.array_equal(found[0], found[4])


def test_what_has_no_sound_is_silent() -> None:
    asked = frames.Question(0, 2, 8, 64)
    for data in (mp4(squares(2)), pillow(squares(2)), b"nothing", b""):
        assert b"".join(frames.sound(io.BytesIO(data), asked)) == b""


def claiming(width: int, height: int) -> bytes:
    """A GIF of 1 KB that says it is so large and has 100,000 frames more."""
    frame = b"\x21\xf9\x04\0\x0a\0\0\0\x2c\0\0\0\0" + struct.pack("<HH", width, height) + b"\0\x02\x02D\x01\0"
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\x80\0\0\0\0\0\xff\xff\xff" + frame * 40 + b"\x3b"


BAD: list[tuple[bytes, type[errors.Refusal]]] = [
    (b"", errors.NotAVideo),
    (b"%PDF-1.7 and so on", errors.NotAVideo),
    (claiming(10_000, 10_000), errors.VideoTooLarge),
    (pillow(squares(1)), errors.StillVideo),
    (mp4(squares(1)), errors.StillVideo),
    (only_sound(), errors.EmptyVideo),
    (without_frames(), errors.EmptyVideo),
    (mp4(squares())[:600], errors.BrokenVideo),
    (pillow(squares())[:40], errors.BrokenVideo),
    (b"\0\0\0\x18ftypisom" + bytes(40), errors.BrokenVideo),
]


@pytest.mark.parametrize(("data", "kind"), BAD)
def test_a_bad_file_is_a_clear_sentence(data: bytes, kind: type[errors.Refusal]) -> None:
    with pytest.raises(kind):
        read(data)


@pytest.mark.process
@pytest.mark.parametrize(("data", "kind"), BAD)
def test_the_child_says_what_is_wrong_by_a_sentence(data: bytes, kind: type[errors.Refusal]) -> None:
    with spool(data) as file, pytest.raises(kind) as refused, open_clip(file, WANTED) as clip:
        list(clip.frames)
    assert str(refused.value).endswith(".")
    assert "{" not in str(refused.value), "what it says of the file is filled in"


def forged_size(data: bytes, width: int, height: int) -> bytes:
    """An MP4 that says it is of another size, in its track and in its sample description."""
    at = data.index(b"avc1", data.index(b"stsd"))
    return data[: at + 28] + struct.pack(">HH", width, height) + data[at + 32 :]


def test_an_mp4_that_lies_of_its_size_is_a_sentence_or_its_true_size() -> None:
    try:
        found = read(forged_size(mp4(squares()), 10_000, 10_000))
    except errors.VideoTooLarge:
        return
    assert {one.shape for one in found} == {(48, 64, 3)}


@pytest.mark.parametrize("box", [b"mvhd", b"mdhd"])
@pytest.mark.parametrize("length", [0, 1, 2**32 - 1])
def test_an_mp4_that_lies_of_its_length_ends_where_it_ends(box: bytes, length: int) -> None:
    data = mp4(squares())
    at = data.index(box) + 4
    lying = data[: at + 16] + struct.pack(">I", length) + data[at + 20 :]
    assert len(read(lying)) == 8
    assert 8 <= frames.open_video(io.BytesIO(lying), QUESTION).planned <= 16, "as many as it has, or were asked for"


def claiming_frames(data: bytes, sizes: bytes) -> bytes:
    """An MP4 that says it has 100,000 frames, whose bytes are as the head of the table of sizes says."""
    for box, changed in ((b"stts", (12, struct.pack(">I", 100_000))), (b"stsz", (8, sizes))):
        at = data.index(box) + changed[0]
        data = data[:at] + changed[1] + data[at + len(changed[1]) :]
    return data


def test_an_mp4_that_lies_of_how_many_frames_it_has_is_a_sentence() -> None:
    table_that_ends_too_early, a_byte_each = struct.pack(">II", 0, 100_000), struct.pack(">II", 1, 100_000)
    for sizes, kind in ((table_that_ends_too_early, errors.EmptyVideo), (a_byte_each, errors.BrokenVideo)):
        with pytest.raises(kind):
            read(claiming_frames(mp4(squares()), sizes))


def test_frames_of_different_lengths_are_all_expected() -> None:
    """A GIF whose first frame is short."""
    pictures = [Image.fromarray(one) for one in squares(3)]
    out = io.BytesIO()
    pictures[0].save(out, "GIF", save_all=True, append_images=pictures[1:], duration=[20, 500, 500])
    assert frames.open_video(io.BytesIO(out.getvalue()), QUESTION).planned == len(read(out.getvalue())) == 9


def test_one_that_ends_before_its_start_says_so() -> None:
    for data in (mp4(squares()), pillow(squares())):
        with pytest.raises(errors.VideoEnded, match="50 s"):
            read(data, Wanted(start=50, seconds=2, fps=8, size=64))


def test_one_that_is_cut_short_is_what_there_is_of_it() -> None:
    data = pillow(squares())
    assert 2 <= len(read(data[: len(data) // 2])) < 8


class Answers:
    """A pipe with answers of a child that was taken over."""

    def __init__(self, *answers: tuple[dict[str, Any], bytes]) -> None:
        self._file = io.BytesIO(b"".join(framing.pack(*one) for one in answers))
        self.most = 0

    def read(self, count: int) -> bytes:
        assert count <= self.most
        return self._file.read(count)


@pytest.mark.parametrize(
    "answer",
    [({"refused": "SystemExit", "facts": {}}, b""), ({"refused": "VideoEnded", "facts": 3}, b""), ({}, b"too short")],
)
def test_an_answer_that_is_none_of_ours_is_a_broken_video(answer: tuple[dict[str, Any], bytes]) -> None:
    with pytest.raises(errors.BrokenVideo):
        list(reader._frames(Answers(answer), 12, 3))  # type: ignore[arg-type]


def test_no_more_frames_are_taken_than_were_asked_for() -> None:
    answers = Answers(*[({"pixels": 12}, bytes(12))] * 5)
    assert len(list(reader._frames(answers, 12, 3))) == 3  # type: ignore[arg-type]
