"""A job that is followed: `hints => what is to be shown of it`."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from bot.store.posting import Posting
from engine.queue.job import Job, JobId, State


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
    stumbles: int = 0
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

    def hear(self, phase: Phase) -> None:
        """The same on hearsay, which neither lets go of what is held nor takes back that it settles."""
        self.enter(phase if self.live else self.phase)
