"""How far a run is and how long it will still take: `(what is expected, steps as they are made) => done, seconds left`.

Steps are not equal: those of a large octave take longer than those of a small one, the first may have to wait for a
network, and after the last the file is made. So what is shown is a share of time. A course says which share of a run's
time had passed when each part of its steps was made.
"""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.params import AnyParams

Course = tuple[float, ...]
"""Shares of a run's time, in [0, 1], that had passed when each of `PARTS` equal parts of its steps was made."""
Point = tuple[float, float]
"""A share of the steps, and the share of the time that had passed when they were made."""

PARTS = 50
EXPECTATION = 0.05
"""What is expected counts as much as this share of a run that went so."""
MEMORY = 0.25
"""The pace of this last share of a run counts most: a machine has more to do now, and less a moment later."""
ALMOST = 0.99
"""Nobody is told that a run is done before it is."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How long a run takes, and in what course."""

    seconds: float
    course: Course


EVEN = Timing(1.0, (1.0,))
"""Where nothing is known: every step takes as long as another."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a run is."""

    done: float
    """The share of its time that has passed, in [0, 1); never less than before."""
    left_s: float


class Stopwatch:
    """Follows one run from its beginning.

    Its pace is what has passed of it over the seconds that this took, with what was expected as if it had been a run
    before it, and the longer ago the less.
    """

    def __init__(self, expected: Timing, clock: Callable[[], float] = time.monotonic) -> None:
        self._course = expected.course
        self._clock = clock
        self._began = self._reported = clock()
        self._points: list[tuple[float, float]] = []
        """Shares of the steps, and the seconds after which they were made."""
        self._done = self._shown = 0.0
        self._next = expected.course[0]
        """Where the next step will lead to; before the first, nobody knows how many there are."""
        self._share, self._seconds = EXPECTATION, EXPECTATION * max(expected.seconds, 1e-3)

    @property
    def elapsed_s(self) -> float:
        """Seconds since the beginning."""
        return self._clock() - self._began

    def step(self, step: int, steps: int) -> Standing:
        """A step was made, the `step`th of `steps`."""
        now, made = self._clock(), step / steps
        done = max(time_share(self._course, made), self._done)
        kept = 2 ** ((self._done - done) / MEMORY)
        self._share = kept * self._share + done - self._done
        self._seconds = kept * self._seconds + now - self._reported
        self._done, self._reported = done, now
        self._next = 1.0 if step >= steps else time_share(self._course, (step + 1) / steps)
        self._points.append((made, now - self._began))
        return self.look()

    def look(self) -> Standing:
        """How far it is now, also where no step was made for a while: the clock goes on, until the next one is due."""
        waited = self._clock() - self._reported
        passed = min(waited * self._share / self._seconds, max(self._next - self._done, 0.0))
        done = min(self._done + passed, ALMOST)
        self._shown = max(self._shown, done)
        return Standing(self._shown, (1 - done) * (self._seconds + waited) / (self._share + passed))

    def course(self) -> Course:
        """As it went, with this moment as its end; empty if steps are missing."""
        if not self._points or self._points[-1][0] < 1:
            return ()
        whole = max(self.elapsed_s, 1e-9)
        return course_through([(made, seconds / whole) for made, seconds in self._points])


def planned_course(params: AnyParams) -> Course:
    """The course that follows from how much work each phase is."""
    phases = params.phases()
    steps, work = sum(phase.steps for phase in phases), sum(phase.work for phase in phases)
    points, made, done = [], 0, 0.0
    for phase in phases:
        made, done = made + phase.steps, done + phase.work
        if phase.steps:
            points.append((made / steps, done / work))
    return course_through(points)


def course_through(points: Sequence[Point]) -> Course:
    """The course that leads from the beginning through points in order, of which the last has made all steps."""
    return tuple(_interpolate([(0.0, 0.0), *points], (at + 1) / PARTS) for at in range(PARTS))


def repeat(timing: Timing, times: int) -> Timing:
    """The same run so many times, one after another."""
    course = tuple(_repeated_share(timing.course, times, (at + 1) / PARTS) for at in range(PARTS))
    return Timing(timing.seconds * times, course)


def _repeated_share(course: Course, times: int, made: float) -> float:
    """The share of the time of all runs that has passed when a share of all their steps is made."""
    ended = min(int(made * times), times - 1)
    return (ended + time_share(course, made * times - ended)) / times


def time_share(course: Course, made: float) -> float:
    """The share of the time that has passed when a share of the steps is made."""
    return _interpolate([(0.0, 0.0), *(((at + 1) / len(course), passed) for at, passed in enumerate(course))], made)


def blend(old: Course, new: Course, weight: float) -> Course:
    """A moving average; courses of another version are forgotten."""
    if len(old) != len(new):
        return new
    return tuple(before + weight * (after - before) for before, after in zip(old, new, strict=True))


def _interpolate(points: Sequence[Point], at: float) -> float:
    """The value at a place, between points in order."""
    right = min(max(bisect_left([place for place, _ in points], at), 1), len(points) - 1)
    (before, low), (after, high) = points[right - 1], points[right]
    share = min((at - before) / max(after - before, 1e-9), 1.0)
    return low + share * (high - low)
