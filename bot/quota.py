"""How much one person may ask for at a time: `user => slot`.

The ledger counts jobs inside its transaction; this counts the requests that are not jobs yet, whose pictures are being
fetched and decoded, so that nobody can keep the decoder busy without queueing anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from engine.jobs.errors import TooManyJobs


class Quota:
    """Slots for requests that are being opened."""

    def __init__(self, per_user: int) -> None:
        self._per_user = per_user
        self._open: Counter[str] = Counter()

    @property
    def busy(self) -> bool:
        """Whether any request is being opened."""
        return bool(self._open)

    @contextmanager
    def slot(self, user: str) -> Iterator[None]:
        """Hold one of the user's slots. Raises `TooManyJobs`."""
        if self._open[user] >= self._per_user:
            raise TooManyJobs(count=self._open[user])
        self._open[user] += 1
        try:
            yield
        finally:
            self._open[user] -= 1
            if not self._open[user]:
                del self._open[user]
