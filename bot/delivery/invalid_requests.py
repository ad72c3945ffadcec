"""How often Discord refused us lately: `answers => whether to keep still`.

Discord shuts out an address for a while that gets 10,000 answers of 401, 403 or 429 within 10 minutes ("Invalid Request
Limit", docs.discord.com/developers/topics/rate-limits); a 429 of the scope "shared" is not counted.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

COUNTED_STATUSES = frozenset({401, 403, 429})
WINDOW_S = 600.0
MOST_REFUSALS = 5_000
"""Half of what Discord allows: commands are still answered, and others may share the address."""


class InvalidRequests:
    """Counts what Discord counts."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, most: int = MOST_REFUSALS) -> None:
        self._clock = clock
        self._times: deque[float] = deque(maxlen=most)

    def count(self, status: int, scope: str = "") -> None:
        """An answer came; `scope` is that of a 429."""
        if status in COUNTED_STATUSES and scope != "shared":
            self._times.append(self._clock())

    @property
    def pause_s(self) -> float:
        """Seconds for which nothing should be posted that can wait; 0 as long as there is no danger."""
        if self._times.maxlen is None or len(self._times) < self._times.maxlen:
            return 0.0
        return max(0.0, self._times[0] + WINDOW_S - self._clock())
