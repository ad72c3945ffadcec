"""Asks the child that opens strangers' videos: `(file, span, size) => frames`, as they are taken.

Frames come one after another through a pipe, which holds the child back: memory stays flat however long the video is.
What it answers is not believed: anything but frames of one size, as many as were asked for, or the name of a refusal,
is as good as a crash.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any, Final

from engine import errors
from engine.files import picture_size
from engine.platform import framing

CHILD: Final = "engine.video.reader_child"
ANSWER_S: Final = 120.0
"""By the clock, until the next frame: the machine has other work, too."""
HEADER_BYTES: Final = 2**12
SOUND_RATE: Final = 44_100
LONGEST_SOUND_S: Final = 1800.0
"""What is heard after half an hour is left out: an hour is 635 MB."""
SOUND_CHUNK: Final = 2**22
"""Bytes; more are not announced at once."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of a video is taken, and how large."""

    start: float
    """Seconds after its beginning."""
    seconds: float
    fps: float
    size: int
    """Long side of a frame, in pixels."""

    @property
    def most(self) -> int:
        """Frames."""
        return max(1, round(self.seconds * self.fps))


@dataclass(frozen=True, slots=True)
class Clip:
    """A video whose frames are taken one after another."""

    width: int
    height: int
    planned: int
    """How many frames its header lets expect."""
    frames: Iterator[bytes]
    """RGB, row by row. Raises `BrokenVideo` where the child dies."""


@contextlib.contextmanager
def open_clip(file: IO[bytes], wanted: Wanted) -> Iterator[Clip]:
    """A video's frames. Raises the `REFUSALS`, also while they are taken."""
    with _child(file, wanted, sound=False) as pipe:
        header, _ = _next(pipe, HEADER_BYTES)
        try:
            edges = (int(header["width"]), int(header["height"]))
            planned = min(wanted.most, max(1, int(header["frames"])))
            fits = max(edges) == wanted.size or abs(edges[0] * edges[1] - wanted.size**2) <= 4 * max(edges)
        except (KeyError, TypeError, ValueError):
            raise errors.BrokenVideo from None
        if not fits or min(edges) < 1 or max(edges) > picture_size.LONGEST * wanted.size:
            raise errors.BrokenVideo
        yield Clip(*edges, planned, _frames(pipe, 3 * edges[0] * edges[1], wanted.most))


def read_sound(file: IO[bytes], wanted: Wanted) -> bytes:
    """What is heard, two channels of `SOUND_RATE`, 16 bit; empty where there is nothing. Raises `BrokenVideo`."""
    most = round(min(wanted.seconds, LONGEST_SOUND_S) * SOUND_RATE) * 4
    found = bytearray()
    with _child(file, wanted, sound=True) as pipe:
        while len(found) < most:
            header, chunk = _next(pipe, HEADER_BYTES + SOUND_CHUNK)
            if "end" in header:
                break
            found += chunk
    return bytes(found[:most])


def spool(data: bytes) -> IO[bytes]:
    """A video in memory as a file for a child; whoever asked closes it."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by whoever asked
    file.write(data)
    file.seek(0)
    return file


def _frames(pipe: _Pipe, length: int, most: int) -> Iterator[bytes]:
    for _ in range(most):
        header, pixels = _next(pipe, HEADER_BYTES + length)
        if "end" in header:
            return
        if len(pixels) != length:
            raise errors.BrokenVideo
        yield pixels


def _next(pipe: _Pipe, most: int) -> framing.Frame:
    """What the child says next. Raises what it refuses with, and `BrokenVideo`."""
    pipe.most = most
    try:
        frame = framing.read(pipe)  # type: ignore[arg-type]  # of a file it takes `read` only
    except (ConnectionError, ValueError):
        frame = None
    if frame is None or not isinstance(frame[0], dict):
        raise errors.BrokenVideo
    if refused := frame[0].get("refused"):
        raise _refusal(refused, frame[0].get("facts"))
    return frame


def _refusal(name: object, facts: Any) -> errors.Refusal:
    kind = REFUSALS.get(str(name), errors.BrokenVideo)
    try:
        return kind(**{str(key): str(value)[:20] for key, value in facts.items()})
    except (AttributeError, KeyError, TypeError):
        return errors.BrokenVideo()


REFUSALS: dict[str, type[errors.Refusal]] = {
    kind.__name__: kind
    for kind in (errors.NotAVideo, errors.VideoTooLarge, errors.EmptyVideo, errors.BrokenVideo, errors.StillVideo,
                 errors.VideoEnded, errors.ExtremeShape)
}  # fmt: skip
"""All that a child may refuse with."""


class _Pipe:
    """The child's answers, for which nobody waits too long, and of which nobody takes too much."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.most = HEADER_BYTES

    def read(self, count: int) -> bytes:
        """So many bytes, or fewer at the end. Raises ValueError for more than may come, `ConnectionError` for too
        late."""
        if count > self.most:
            raise ValueError("more than may come")
        found, until = bytearray(), time.monotonic() + ANSWER_S
        while len(found) < count:
            if not select.select([self._file], [], [], max(0.0, until - time.monotonic()))[0]:
                raise ConnectionError("no answer")
            part = os.read(self._file.fileno(), count - len(found))
            if not part:
                break
            found += part
        return bytes(found)


@contextlib.contextmanager
def _child(file: IO[bytes], wanted: Wanted, *, sound: bool) -> Iterator[_Pipe]:
    """A process for one question, whose end is waited for."""
    from engine.settings import without_secrets

    question = {"start": wanted.start, "seconds": wanted.seconds, "fps": wanted.fps, "size": wanted.size}
    file.seek(0)
    process = subprocess.Popen(
        [sys.executable, "-m", CHILD, json.dumps({**question, "sound": sound})], stdin=file, stdout=subprocess.PIPE,
        env=without_secrets(), bufsize=0,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        yield _Pipe(process.stdout)
    finally:
        process.kill()
        process.stdout.close()
        process.wait()
