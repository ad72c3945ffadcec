"""Frames at whatever times => frames at a constant rate: `(timed frames, span) => frames`.

What a file says of times is not believed: time goes forward, and no frame stands for longer than `LONGEST_S`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Final, Generic, NamedTuple, TypeVar

T = TypeVar("T")
LONGEST_S: Final = 10.0
"""What stands still for longer goes on after as long as a usual frame."""
USUAL_S: Final = 0.1
"""How long a frame stands whose file does not say: as browsers show GIFs."""


class TimedFrame(NamedTuple, Generic[T]):
    """A frame as its file has it."""

    time: float | None
    """Seconds after the beginning, if it says so."""
    length: float
    """Seconds that it stands, as far as is known; 0 where it is not."""
    frame: T


class Span(NamedTuple):
    """Which part of a video is taken."""

    start: float
    """Seconds after its beginning."""
    fps: float
    most: int
    """Frames."""


def sane_times(frames: Iterable[TimedFrame[T]]) -> Iterator[TimedFrame[T]]:
    """The same with times that only grow, the first one not before 0."""
    clock, before = 0.0, None
    for timed in frames:
        length = timed.length if 0 < timed.length <= LONGEST_S else USUAL_S
        if before is None:
            clock = timed.time if timed.time is not None and math.isfinite(timed.time) and timed.time > 0 else 0.0
        else:
            gap = timed.time - before.time if timed.time is not None and before.time is not None else 0.0
            clock += gap if 0 < gap <= LONGEST_S else before.length
        before = TimedFrame(timed.time, length, timed.frame)
        yield TimedFrame(clock, length, timed.frame)


def at_constant_rate(frames: Iterable[TimedFrame[T]], span: Span) -> Iterator[T]:
    """What is seen at each tick of a span: of frames that stand too short some are left out, others come again."""
    held: TimedFrame[T] | None = None
    count = 0
    for timed in sane_times(frames):
        while held is not None and count < span.most and _tick(span, count) < _time(timed) - 1e-6:
            yield held.frame
            count += 1
        if count >= span.most:
            return
        held = timed
    while held is not None and count < span.most and _tick(span, count) < _time(held) + held.length - 1e-6:
        yield held.frame
        count += 1


def _tick(span: Span, count: int) -> float:
    return span.start + count / span.fps


def _time(timed: TimedFrame[T]) -> float:
    assert timed.time is not None
    return timed.time
