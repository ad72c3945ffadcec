"""The process that makes one film of several: `python -m engine.encoders.film_joiner_child`, asked on stdin by
`engine.video.film_joiner`, answering on stdout."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

import numpy as np
import torch
from PIL import Image

from engine.encoders.animation import Animation
from engine.errors import Refusal
from engine.platform import framing
from engine.video.film_joiner import JointFilm
from engine.video.reader import Clip, Wanted, open_clip, spool

T = TypeVar("T")

LONGEST_S = 600.0
"""Of one film."""
NICENESS = 5


def serve() -> None:
    """Answer one question. A film that cannot be opened is left out."""
    os.nice(NICENESS)
    torch.set_num_threads(1)
    asked = framing.read(sys.stdin.buffer)
    if asked is None:
        return
    data = make(list(_files()), JointFilm(**asked[0]))
    sys.stdout.buffer.write(framing.pack({"bytes": len(data)}, data))
    sys.stdout.buffer.flush()


def make(files: Sequence[bytes], wanted: JointFilm) -> bytes:
    """The MP4; empty where there is nothing to show."""
    film = Animation("mp4", wanted.shown_fps, wanted.limit_bytes)
    count = 0
    for frame in every(_frames(files, wanted), wanted.stride):
        pixels = torch.from_numpy(np.array(frame, dtype=np.uint8))
        film.add(pixels.permute(2, 0, 1).float() / 255)
        count += 1
    if count < 2:
        film.close()
        return b""
    return film.finish().data


def every(frames: Iterable[T], stride: int) -> Iterator[T]:
    """Every so many-th of them, and always the last, which is where it ends."""
    left: list[T] = []
    for at, frame in enumerate(frames):
        left = [] if at % stride == 0 else [frame]
        if not left:
            yield frame
    yield from left


def _frames(files: Sequence[bytes], wanted: JointFilm) -> Iterator[Image.Image]:
    """All frames, in the size of the first one. Where a film goes on where the one before ended, its first frame is the
    one that was just seen."""
    edges: tuple[int, int] | None = None
    for data in files:
        with contextlib.suppress(Refusal), _open(data, wanted) as clip:
            own = (clip.width, clip.height)
            pixels = clip.frames if edges is None else islice(clip.frames, 1, None)
            edges = edges or own
            for frame in (Image.frombytes("RGB", own, one) for one in pixels):
                yield frame if own == edges else frame.resize(edges, Image.Resampling.LANCZOS)


@contextlib.contextmanager
def _open(data: bytes, wanted: JointFilm) -> Iterator[Clip]:
    span = Wanted(0, LONGEST_S, wanted.taken_fps, wanted.size)
    with spool(data) as file, open_clip(file, span) as clip:
        yield clip


def _files() -> Iterator[bytes]:
    while frame := framing.read(sys.stdin.buffer):
        if "end" in frame[0]:
            return
        yield frame[1]


if __name__ == "__main__":
    serve()
