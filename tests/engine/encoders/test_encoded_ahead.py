"""A film's file is made while its frames come, and is the same as one that is made afterwards."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import av
import pytest

from engine.encoders.animation import FORMATS, NAMES, Animation, AnimationKind
from engine.encoders.dithering import DIFFUSION
from engine.encoders.encoded_ahead import EncodedAhead
from engine.encoders.film import Spec
from tests.engine.encoders.films import film, sky

KINDS = tuple(NAMES)


def made(kind: AnimationKind, announced: int, count: int = 9) -> bytes:
    encoder = Animation(kind, 10, imprints={kind: "{}"})
    for picture in film()[:count]:
        encoder.add(picture, announced)
    return encoder.finish().data


def count_runs(kind: AnimationKind, monkeypatch: pytest.MonkeyPatch) -> list[Spec]:
    """By what films of a kind are encoded from now on, one for each time."""
    encode, runs = FORMATS[kind].encode_frames, list[Spec]()

    def counted(frames: Iterator[av.VideoFrame], spec: Spec) -> bytes:
        runs.append(spec)
        return encode(frames, spec)

    monkeypatch.setitem(FORMATS, kind, FORMATS[kind]._replace(encode_frames=counted))
    return runs


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_the_file_that_is_made_of_the_whole_film(kind: AnimationKind, monkeypatch: pytest.MonkeyPatch) -> None:
    afterwards = made(kind, announced=1)
    stopped = made(kind, announced=1, count=5)
    runs = count_runs(kind, monkeypatch)
    assert made(kind, announced=9) == afterwards
    assert len(runs) == 1
    assert made(kind, announced=9, count=5) == stopped, "fewer came: somebody stopped it"


@pytest.mark.parametrize("skies", [5, 12])
def test_the_dither_of_a_gif_is_that_of_its_first_frames(skies: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first is grain, the others are skies. However many come, the file is not made a second time."""
    pictures = [film(1, 96)[0][:, :, :-16], *(sky(at, (96, 96)) for at in range(skies))]
    runs, found = count_runs("gif", monkeypatch), []
    for announced in (1, len(pictures)):
        encoder = Animation("gif", 10)
        for picture in pictures:
            encoder.add(picture, announced)
        found.append(encoder.finish().data)
    assert found[0] == found[1]
    assert [spec.plan.dither for spec in runs] == [DIFFUSION, DIFFUSION]


@pytest.mark.parametrize("kind", KINDS)
def test_it_begins_before_the_last_frame_is_there(kind: AnimationKind, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = threading.Event()

    def encode(frames: Iterator[av.VideoFrame], spec: Spec) -> bytes:
        next(frames)
        begun.set()
        return bytes(len(list(frames)))

    monkeypatch.setitem(FORMATS, kind, FORMATS[kind]._replace(encode_frames=encode))
    *others, last = film()
    encoder = Animation(kind, 10)
    for picture in others:
        encoder.add(picture, 9)
    assert begun.wait(60)
    encoder.add(last, 9)
    assert encoder.finish().data == bytes(8)


def test_nobody_waits_for_one_that_fails() -> None:
    def fail(frames: Iterator[av.VideoFrame]) -> bytes:
        raise OSError

    ahead, frame = EncodedAhead(fail), av.VideoFrame(16, 16, "rgb24")
    for _ in range(20):
        ahead.add(frame)
    assert ahead.finish() is None


def test_what_is_not_wanted_any_more_leaves_no_thread() -> None:
    before = set(threading.enumerate())
    encoder = Animation("webp", 10)
    for picture in film()[:3]:
        encoder.add(picture, 9)
    encoder.close()
    encoder.close()
    assert set(threading.enumerate()) <= before
