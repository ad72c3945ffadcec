"""The edits of one channel, paced: `results and previews => the next edit, and when`.

A channel takes about five edits in five seconds. Results come first, then the previews that have waited longest, each
job at most once a second.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field

from bot.delivery.tracked_job import TrackedJob
from engine.queue.job import JobId


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a channel may be edited."""

    edits: int = 5
    window_s: float = 5.0
    preview_s: float = 1.0
    """Between two edits of one job."""
    sweep_s: float = 5.0


@dataclass(slots=True)
class ChannelLane:
    """The edits of one channel that have yet to be made."""

    pace: Pace
    results: dict[JobId, None] = field(default_factory=dict)
    live: dict[JobId, TrackedJob] = field(default_factory=dict)
    spent: deque[float] = field(default_factory=deque)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    worker: asyncio.Task[None] | None = None
    answering: JobId | None = None
    """Whose result is being posted now."""

    def idle(self, now: float) -> bool:
        """Nothing to do and the whole budget there: as good as new."""
        working = self.worker is not None and not self.worker.done()
        return not working and self._budget_s(now, 1) == 0.0

    def wait_s(self, now: float) -> float:
        """Seconds until the next edit may be made. The last one of the budget is kept for results."""
        if self.results:
            return self._budget_s(now, self.pace.edits)
        due = min(track.due for track in self.live.values()) - now
        return max(due, self._budget_s(now, self.pace.edits - 1))

    def pop(self, now: float) -> tuple[JobId, TrackedJob | None]:
        """The next edit: a result's job, or a preview's track."""
        self.spent.append(now)
        if self.results:
            id = next(iter(self.results))
            del self.results[id]
            return id, None
        track = min(self.live.values(), key=lambda track: track.due)
        return track.id, self.live.pop(track.id)

    def _budget_s(self, now: float, edits: int) -> float:
        while self.spent and self.spent[0] <= now - self.pace.window_s:
            self.spent.popleft()
        return 0.0 if len(self.spent) < edits else self.spent[-edits] + self.pace.window_s - now
