"""The edits of one channel, paced: `results and previews => the next edit, and when`.

A channel takes about five edits in five seconds. Results come first, then the previews that have waited longest, each
job at most once a second.
"""

from __future__ import annotations

import asyncio
import enum
import time
from collections import deque
from dataclasses import dataclass, field

from bot.delivery.errors import PostError, Unavailable
from bot.store.posting import Posting
from engine.platform import backoff
from engine.queue.job import Job, JobId, State

LONG_WAIT_S = 60.0
"""After a longer wait the requester is pinged once."""
LONGEST_PAUSE_S = 60.0
"""Between previews of one job that Discord does not take."""
LONGEST_RETRY_S = 300.0
"""Between attempts to post one answer."""


class Phase(enum.Enum):
    """What is done about a job that is followed."""

    HELD = "held"
    """Its status message is on its way; nothing is edited before that."""
    WAITING = "waiting"
    RUNNING = "running"
    SETTLING = "settling"
    """Its row is final, or was said to be: the answer is next."""


LIVE = {State.QUEUED: Phase.WAITING, State.RUNNING: Phase.RUNNING}
"""What to show of a row that is not final."""


@dataclass(slots=True)
class TrackedJob:
    """A job that is being followed."""

    id: JobId
    job: Job
    posting: Posting
    phase: Phase = Phase.WAITING
    fraction: float = 0.0
    left_s: float = 0.0
    preview: bytes = b""
    ahead: int = -1
    due: float = 0.0
    """When it may be edited again."""
    retries: int = 0
    failed_previews: int = 0
    """Previews in a row that Discord did not take."""
    muted: bool = False
    """No previews any more: Discord refuses them for good, or nobody waits for them."""

    @property
    def live(self) -> bool:
        """Whether it is shown how the job stands."""
        return self.phase in (Phase.WAITING, Phase.RUNNING)

    def enter(self, phase: Phase) -> None:
        """Wait, or run from the beginning: nothing of an earlier attempt is shown any more."""
        self.fraction, self.left_s, self.preview = 0.0, 0.0, b""
        self.phase = phase

    def enter_by_hint(self, phase: Phase) -> None:
        """The same on hearsay, which neither lets go of what is held nor takes back that it settles."""
        self.enter(phase if self.live else self.phase)

    def slow_down(self, error: PostError, preview_s: float) -> None:
        """Ask less often what is refused: Discord shuts out whoever is refused 10,000 times in 10 minutes."""
        if not isinstance(error, Unavailable):
            self.muted = True
            return
        self.failed_previews += 1
        pause = backoff.pause_s(self.failed_previews + 1, preview_s, LONGEST_PAUSE_S)
        self.due = time.monotonic() + max(error.after_s, pause)

    def postpone(self, sweep_s: float, after_s: float) -> None:
        """Its answer could not be posted now."""
        self.retries += 1
        pause = backoff.pause_s(self.retries + 1, sweep_s, LONGEST_RETRY_S)
        self.due = time.monotonic() + max(after_s, pause)


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
    edit_times: deque[float] = field(default_factory=deque)
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
        self.edit_times.append(now)
        if self.results:
            id = next(iter(self.results))
            del self.results[id]
            return id, None
        track = min(self.live.values(), key=lambda track: track.due)
        return track.id, self.live.pop(track.id)

    def _budget_s(self, now: float, edits: int) -> float:
        while self.edit_times and self.edit_times[0] <= now - self.pace.window_s:
            self.edit_times.popleft()
        return 0.0 if len(self.edit_times) < edits else self.edit_times[-edits] + self.pace.window_s - now
