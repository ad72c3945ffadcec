"""The value that crosses from bot to engine, and the row that it becomes.

Job (what is asked)  ->  ledger  ->  JobRow (what became of it)
"""

from __future__ import annotations

import enum
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NewType

from engine.files.blobs import BlobKey
from engine.notes import Note, read_notes
from engine.params import AnyParams, VariedParams
from engine.platform.units import MEGABYTE
from engine.queue.course import EVEN, Timing
from engine.queue.history import History

JobId = NewType("JobId", str)

FURTHER = ("picture2", "picture3", "picture4")
"""The names, among a job's further pictures, of those that are dreamed as its first is, each by itself: a batch."""

VIDEO = "video"
"""The name, among a job's further pictures, of a video as it was sent: no picture, and opened by its own child only."""


def new_id() -> JobId:
    """20 url-safe characters: short enough to be a Discord nonce (25) and to stand in a `custom_id` (100)."""
    return JobId(secrets.token_urlsafe(15))


class State(enum.StrEnum):
    """Where a job stands. The last three are final."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def settled(self) -> bool:
        """No more work will be done on it."""
        return self in (State.DONE, State.FAILED, State.CANCELLED)


@dataclass(frozen=True, slots=True)
class Job:
    """Params, a clean picture, and who asked."""

    params: AnyParams
    requester: str
    """Discord's id of the user; "local" on the command line."""
    picture: BlobKey | None = None
    """A clean PNG from the decoder; None means noise."""
    parent: JobId | None = None
    """The job whose button was pressed."""
    limit_bytes: int = 10 * MEGABYTE
    """The largest result that can be uploaded where the answer goes."""
    others: Mapping[str, BlobKey] = field(default_factory=dict)
    """Further clean PNGs by what they are for: a dream takes a "mask" and a "guide", a style a "painting",
    a batch those of `FURTHER`. A `VIDEO` is a file as it was sent."""
    spoiler: bool = False
    """Whoever sent a picture of it hid it: then everything that shows something of it is hidden, too."""
    history: History = field(default_factory=History)
    """The dreams of which its picture was made."""

    @property
    def batch(self) -> tuple[BlobKey | None, ...]:
        """The pictures that are dreamed, each by itself: one, or several where it is a batch."""
        return (self.picture, *(self.others[name] for name in FURTHER if name in self.others))

    @property
    def pictures(self) -> int:
        """How many pictures it makes, which is what it counts against limits."""
        return count_pictures(self.params.variations if isinstance(self.params, VariedParams) else 1, self.others)

    def alone(self, at: int) -> Job:
        """The job of one picture of a batch, counted from 0, by itself."""
        others = {name: key for name, key in self.others.items() if name not in FURTHER}
        return replace(self, picture=self.batch[at], others=others)


def count_pictures(variations: int, others: Mapping[str, object]) -> int:
    """How many pictures a job makes."""
    return variations * (1 + len(others.keys() & set(FURTHER)))


@dataclass(frozen=True, slots=True)
class Result:
    """What a done job made."""

    blob: BlobKey
    mime: str
    width: int
    height: int
    size: int
    """Bytes."""
    note: str = ""
    """What was given up, as a sentence, in rows from before `notes`; else empty."""
    facts: dict[str, Any] = field(default_factory=dict)
    """What was found out on the way, such as the labels of a picture that was looked at."""
    notes: tuple[Note, ...] = ()
    """What was given up: for want of memory, or to fit the upload limit."""

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Result:
        """As `dataclasses.asdict` and JSON keep it."""
        return cls(**{**stored, "notes": read_notes(stored.get("notes", ()))})


def batch_result(made: Mapping[int, Mapping[str, Any]]) -> dict[str, Any]:
    """The result of a batch, of what was made of which of its pictures, counted from 0; at least one.

    It is what was made of the first, with the files of each as a fact, which pictures those are of, and how much of the
    least changed one is changed.
    """
    each = [dict(made[at]) for at in sorted(made)]
    shares = [one["facts"]["changed"] for one in each if "changed" in one.get("facts", {})]
    changed = {"changed": min(shares)} if shares else {}
    return {**each[0], "facts": {"variations": each, "pictures": sorted(made), **changed}}


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job with everything that became of it."""

    id: JobId
    job: Job
    state: State
    posting: dict[str, Any]
    """Where and how the answer goes; only the bot reads it."""
    created: float
    """Unix seconds, as are all times here."""
    attempt: int = 0
    started: float | None = None
    finished: float | None = None
    result: Result | None = None
    error: str = ""
    """The sentence of a failed job, as it was said when it failed."""
    error_code: str = ""
    keep_preview: bool = False
    """Cancelled by "keep this one": the last preview is the result."""
    posted: str | None = None
    """Id of the message that holds the answer."""
    crashes: int = 0
    """How often its child died on it."""
    error_facts: dict[str, Any] | None = None
    """The facts of a failed job's error, as JSON knows them; None in rows from before they were kept."""
    expected: Timing = EVEN
    """How long it will take, and in what course; known of what was claimed just now."""

    @property
    def broken_off(self) -> bool:
        """Whether it waits or runs again because its engine, or the engine's child, ended in the middle of it."""
        return self.attempt > 1 if self.state is State.RUNNING else self.started is not None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a job stands in the queue."""

    ahead: int
    """Jobs that will be run before it; 0 while it runs."""
    eta_s: float
    """Estimated seconds until it is finished."""
    state: State


@dataclass(frozen=True, slots=True)
class Standing:
    """What became of a job, in short."""

    state: State
    begun: bool
    """Whether an engine ever worked on it."""


class CancelOutcome(enum.Enum):
    """What a cancel did."""

    CANCELLED = "cancelled"
    """It was waiting and is settled now."""
    STOPPING = "stopping"
    """It runs and will settle at its next step."""
    TOO_LATE = "too late"
    """It had settled before."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may wait; counted inside the submit transaction."""

    per_user: int = 4
    total: int = 200


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was deleted of one person."""

    jobs: int
    """Rows."""
    pictures: int
    """Blobs that nothing else names."""


@dataclass(frozen=True, slots=True)
class Started:
    """Hint: the engine began."""

    id: JobId


@dataclass(frozen=True, slots=True)
class Progress:
    """Hint: the engine is at `step` of `steps`; sometimes with a JPEG of the canvas."""

    id: JobId
    step: int
    """0 while it begins."""
    steps: int
    done: float
    """The share of its time that has passed, in [0, 1); never less than before."""
    eta_s: float = 0.0
    preview: bytes = field(default=b"", repr=False)
    gpu_bytes: int = 0
    """GPU memory that torch holds; 0 on a CPU."""


@dataclass(frozen=True, slots=True)
class Settled:
    """Hint: the row is final now; read it."""

    id: JobId


@dataclass(frozen=True, slots=True)
class Requeued:
    """Hint: the engine gave the job up for now; it waits again."""

    id: JobId


Hint = Started | Progress | Settled | Requeued
