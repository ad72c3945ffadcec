"""A server that is away for a while: `(each failure, each success) => a line when it goes, and one when it is back`.

Many parts of a process try again, some twice a second; an hour without the server must not fill a disk with their logs.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable

REMIND_S = 600.0
"""While it is away, a reason is said again after so long."""
LULL_S = 60.0
"""A reason that was said is not said again within this, even if it was back meanwhile: it may come and go at every
attempt."""
MOST_REASONS = 16


class Outage:
    """What was said of one server, by any thread."""

    def __init__(self, log: logging.Logger, what: str, clock: Callable[[], float] = time.monotonic) -> None:
        """`what`: the server in words, with which the lines begin."""
        self._log = log
        self._what = what
        self._clock = clock
        self._lock = threading.Lock()
        self._since: float | None = None
        self._told = False
        self._said: dict[str, float] = {}
        """When each reason was said last."""

    def report_failure(self, reason: str) -> None:
        """It could not be used just now; of the reason, the first line is told."""
        with self._lock:
            now, line = self._clock(), reason.partition("\n")[0]
            if self._since is None:
                self._since, self._told = now, False
            if now - self._said.get(line, -math.inf) < (REMIND_S if self._told else LULL_S):
                return
            self._said.pop(line, None)
            self._said[line] = now
            if len(self._said) > MOST_REASONS:
                del self._said[next(iter(self._said))]
            away, self._told = now - self._since, True
        so_long = f" for {away:.0f} s now" if away >= 1 else ""
        self._log.error("%s cannot be used%s: %s; it is tried again until it can", self._what, so_long, line)

    def report_success(self) -> None:
        """It answered just now."""
        if self._since is None:
            return
        with self._lock:
            since, self._since = self._since, None
        if since is not None and self._told:
            self._log.warning("%s answers again, after %.0f s", self._what, self._clock() - since)
