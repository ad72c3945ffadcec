"""Rate limits: `(bucket, now) => headers or a refusal`.

Sliding windows, as strict as what Discord is known to do: 5 sends or edits in 5 s per channel and per
interaction token, 50 requests a second overall. Interaction callbacks are exempt.
"""

from __future__ import annotations

import hashlib
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

GLOBAL_RATE = 50


@dataclass(frozen=True)
class Budget:
    """At most `count` requests in `seconds`."""

    count: int
    seconds: float


BUDGETS = {
    "send": Budget(5, 5.0),
    "react": Budget(1, 0.25),
    "edit": Budget(5, 5.0),
    "delete": Budget(5, 1.0),
    "webhook": Budget(5, 5.0),
    "global": Budget(GLOBAL_RATE, 1.0),
}


@dataclass
class Window:
    """The times of the requests that still count against a budget."""

    budget: Budget
    times: deque[float] = field(default_factory=deque)

    def take(self, now: float) -> float:
        """Count one request at `now` (seconds); return 0.0, or how long to wait when the budget is spent."""
        while self.times and now - self.times[0] >= self.budget.seconds:
            self.times.popleft()
        if len(self.times) >= self.budget.count:
            return self.budget.seconds - (now - self.times[0])
        self.times.append(now)
        return 0.0

    def reset_after(self, now: float) -> float:
        """Return the seconds until the oldest request stops counting."""
        return self.budget.seconds - (now - self.times[0]) if self.times else 0.0


class Overrun(Exception):
    """Too many requests; `retry_after` in seconds, `everywhere` when the global budget is spent."""

    def __init__(self, retry_after: float, everywhere: bool, headers: dict[str, str]) -> None:
        self.retry_after = retry_after
        self.everywhere = everywhere
        self.headers = headers
        super().__init__(f"429 retry after {retry_after:.2f} s")


class Limiter:
    """All windows of one stand-in."""

    def __init__(self, pulse: Callable[[], float] = time.monotonic) -> None:
        self._pulse = pulse
        self._windows: dict[str, Window] = {}

    def admit(self, bucket: str | None, major: str, exempt: bool) -> dict[str, str]:
        """Count a request and return Discord's rate-limit headers; raises Overrun.

        `major` is the channel or the token; `exempt` requests do not count against the global budget.
        """
        now = self._pulse()
        if not exempt:
            self._take("global", "", now)
        return self._take(bucket, major, now) if bucket else {}

    def _take(self, bucket: str, major: str, now: float) -> dict[str, str]:
        if len(self._windows) > 1000:
            self._forget(now)
        window = self._windows.setdefault(f"{bucket}:{major}", Window(BUDGETS[bucket]))
        wait = window.take(now)
        headers = self._headers(bucket, window, now)
        if wait > 0:
            raise Overrun(round(wait + 0.001, 3), bucket == "global", headers)
        return headers

    def _forget(self, now: float) -> None:
        idle = [key for key, window in self._windows.items() if now - max(window.times, default=0.0) > 60]
        for key in idle:
            del self._windows[key]

    @staticmethod
    def _headers(bucket: str, window: Window, now: float) -> dict[str, str]:
        after = window.reset_after(now)
        return {
            "X-RateLimit-Limit": str(window.budget.count),
            "X-RateLimit-Remaining": str(window.budget.count - len(window.times)),
            "X-RateLimit-Reset": f"{time.time() + after:.3f}",
            "X-RateLimit-Reset-After": f"{after:.3f}",
            "X-RateLimit-Bucket": hashlib.blake2b(bucket.encode(), digest_size=8).hexdigest(),
        }
