"""The job that a supervisor has in its child: `JobRow => how it stands, and what the child is to be told`."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from engine.params import Upscale
from engine.queue.course import Stopwatch
from engine.queue.job import JobRow, Progress
from engine.queue.ledger import MOST_CRASHES

LIMIT_FACTOR = 4
"""What may take long is stopped after so many times as long as it should take."""


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

    def __post_init__(self) -> None:
        """Its time begins."""
        self.made: dict[int, dict[str, Any]] = {}
        """Of a batch: the results that are there already, by which of its pictures they are of."""
        self.watch = Stopwatch(self.row.expected)
        self.told = Progress(self.row.id, 0, 0, 0.0, self.row.expected.seconds)

    def limit_s(self, usual_s: float) -> float:
        """Seconds after which it is stopped: the usual number, or more for what `limits.upscale_s` let in."""
        grows = isinstance(self.row.job.params, Upscale)
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
