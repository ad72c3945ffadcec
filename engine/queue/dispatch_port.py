"""The port between bot and engine: all that the bot knows of it.

Implementations: `engine.queue.local_dispatch.LocalDispatch` (SQLite ledger and a local socket),
`engine.queue.fleet_dispatch.FleetDispatch` (PostgreSQL) and `engine.queue.in_memory_dispatch.MemoryDispatch` (a fake
that tests drive by hand). What they share is `engine.queue.ledger_dispatch`; one contract suite runs over all.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any, Protocol

from engine.files.blobs import BlobKey
from engine.queue.job import CancelOutcome, Forgotten, Hint, Job, JobId, JobRow, Place, Result, Standing
from engine.queue.statistics import FinishedJob


class Dispatch(Protocol):
    """Take jobs in, say how they stand, and remember which answers were posted."""

    async def submit(self, job: Job, posting: dict[str, Any], id: JobId | None = None) -> JobId:
        """Queue a job durably, under a fresh `id` if one was made before. Raises `QueueFull`, `TooManyJobs` or
        `DiskFull`; then nothing was queued."""
        ...

    async def record(self, job: Job, result: Result, posting: dict[str, Any], id: JobId) -> bool:
        """Write down a job that is done already, such as one picture of a sheet; False if there is one of that id."""
        ...

    async def cancel(self, id: JobId, *, keep_preview: bool = False) -> CancelOutcome:
        """Stop a job. With `keep`, a running job is done with its last preview as the result."""
        ...

    async def place(self, id: JobId) -> Place | None:
        """Where a job stands; None if it is settled or unknown."""
        ...

    async def row(self, id: JobId) -> JobRow | None:
        """What became of a job."""
        ...

    async def find_by_answer(self, message_id: str) -> JobRow | None:
        """The settled job whose answer was posted as that message."""
        ...

    async def recent_sources(self, requester: str) -> Sequence[JobRow]:
        """A user's latest jobs that began with a picture which they chose themselves, the newest first; a few."""
        ...

    async def history(self, requester: str, at_most: int | None = None) -> Sequence[JobRow]:
        """A user's jobs, whatever became of them, the newest first."""
        ...

    async def rows_about(self, user: str) -> Sequence[JobRow]:
        """The jobs of others whose postings name a user, the newest first."""
        ...

    async def forget_requester(self, requester: str) -> Forgotten:
        """Delete a user's jobs that are settled and answered, and the pictures that nothing else names."""
        ...

    async def forget_job(self, id: JobId) -> Forgotten:
        """Delete one job that is settled, and the pictures that nothing else names."""
        ...

    async def forget_server(self, guild_id: str) -> Forgotten:
        """Delete the jobs of a server that are settled and answered, and the pictures that nothing else names."""
        ...

    async def recent_results(self, channel_id: int) -> Sequence[JobRow]:
        """The latest jobs whose answers were posted for a channel, the newest first; a few."""
        ...

    async def standings(self, ids: Sequence[JobId]) -> Mapping[JobId, Standing]:
        """What became of these jobs; those that there are not are left out."""
        ...

    async def finished_in_server(self, guild_id: int, since: float) -> Sequence[FinishedJob]:
        """The jobs of a server that were begun and settled since that moment (Unix seconds)."""
        ...

    async def places(self) -> Mapping[JobId, Place]:
        """Where every job that waits or runs stands, in the order in which they will run."""
        ...

    async def list_waiting(self, requester: str | None = None) -> Sequence[tuple[JobRow, Place]]:
        """Jobs that wait or run, in the order in which they will run; all, or one user's."""
        ...

    def hints(self, follows: Callable[[JobId], bool] | None = None) -> AsyncIterator[Hint]:
        """Starts, progress and ends as they happen. Lossy, and perhaps late: the rows are the truth.

        With `follows`, previews of other jobs may be missing: each costs the database a question.
        """
        ...

    def engine_listens(self) -> bool:
        """Whether an engine is there now: while hints are listened to, it is known at once when one dies."""
        ...

    async def list_unposted(self) -> Sequence[JobRow]:
        """Rows, settled or not, whose answer has not been posted, oldest first."""
        ...

    async def update_posting(self, id: JobId, posting: dict[str, Any]) -> None:
        """Replace where the answer goes (the status message's id becomes known after the submit)."""
        ...

    async def mark_posted(self, id: JobId, message_id: str, posting: dict[str, Any] | None = None) -> bool:
        """Record that a settled job's answer stands in a message, and keep what is still needed of its posting, where
        that is given; False if it was recorded before."""
        ...

    async def estimate(self, job: Job) -> float:
        """Seconds that a job will take once it runs, from a moving average of real runs."""
        ...

    async def put_blob(self, data: bytes) -> BlobKey:
        """Store bytes durably. Raises `DiskFull`."""
        ...

    async def has_blob(self, key: BlobKey) -> bool:
        """Whether a blob is stored; it stays for a while then, as one that was read does."""
        ...

    async def get_blob(self, key: BlobKey) -> bytes | None:
        """Bytes of a blob, or None if retention has taken it."""
        ...

    async def close(self) -> None:
        """Let go of connections. The jobs stay."""
        ...
