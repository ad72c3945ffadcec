"""The job that a supervisor has in its child: `JobRow => how it stands, and what the child is to be told`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from engine.params import Upscale, Video
from engine.queue.course import Stopwatch
from engine.queue.job import JobRow, Progress
from engine.queue.ledger import MOST_CRASHES

SHORT_S = 30.0
"""A job that should take at most so long may run between two steps of a long one."""
LIMIT_FACTOR = 4
"""What may take long is stopped after so many times as long as it should take."""
LONG = (Upscale, Video)
"""What may take long: `limits.upscale_s`, and the most frames of a video, bound it before."""


@dataclass
class Run:
    """The job in the child now."""

    row: JobRow
    stop_signal: str = ""
    """What the child is told at its next report: "" (go on), "stop", "keep" or "lost"."""
    signalled_at: float | None = None
    """When the word was first not "go on"."""
    timed_out: bool = False
    told_at: float = field(default_factory=time.monotonic)
    """When it was last said how far it is."""
    outer: Run | None = None
    """The long job that waits for this one between two of its steps."""
    innocent: bool = False
    """The child has died on such a short job, while this one waited for it."""
    paused_at: float | None = None
    """Since when it waits for a short job."""
    paused_s: float = 0.0
    """How long it has waited for others before."""

    def __post_init__(self) -> None:
        """Its time begins."""
        self.made: dict[int, dict[str, Any]] = {}
        """Of a batch: the results that are there already, by which of its pictures they are of."""
        self.watch = Stopwatch(self.row.expected, self._clock)
        self.told = Progress(self.row.id, 0, 0, 0.0, self.row.expected.seconds)

    def _clock(self) -> float:
        """Seconds, of which those do not count that it waited for others."""
        return (time.monotonic() if self.paused_at is None else self.paused_at) - self.paused_s

    @property
    def gives_way(self) -> bool:
        """Whether a short job may run now: it is a long one, and has not waited longer in all than it takes itself."""
        most = max(SHORT_S, self.row.expected.seconds)
        long = isinstance(self.row.job.params, LONG) and self.outer is None
        return long and not self.stop_signal and self.paused_s < most

    @contextmanager
    def pause(self) -> Iterator[None]:
        """Wait for a short job."""
        self.paused_at = time.monotonic()
        try:
            yield
        finally:
            self.paused_s += time.monotonic() - self.paused_at
            self.paused_at = None
            self.signalled_at = self.signalled_at and time.monotonic()  # its child could not hear it before

    def is_deaf(self, grace_s: float) -> bool:
        """Whether its child was told to stop so many seconds ago and does not answer."""
        told = self.signalled_at if self.paused_at is None else None
        return told is not None and time.monotonic() - told > grace_s

    def limit_s(self, usual_s: float) -> float:
        """Seconds after which it is stopped: the usual number, or more for what may take long."""
        grows = isinstance(self.row.job.params, LONG)
        return max(usual_s, LIMIT_FACTOR * self.row.expected.seconds) if grows else usual_s

    @property
    def share_made(self) -> float:
        """The share of a batch that is made."""
        return len(self.made) / len(self.row.job.batch)

    def is_done_in_part(self, outcome: str) -> bool:
        """Whether what is made of a batch is its result, because the rest of it never will be: its time is over, or the
        child has died on it for the last time. `outcome` is what the child said last, or "died"."""
        given_up = outcome == "died" and not self.stop_signal and self.row.crashes + 1 >= MOST_CRASHES
        return bool(self.made) and outcome != "done" and (self.timed_out or given_up)

    def signal_stop(self, word: str) -> None:
        """Change the word, once: the first reason to stop counts."""
        if word and not self.stop_signal:
            self.stop_signal, self.signalled_at = word, time.monotonic()
