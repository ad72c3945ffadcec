"""How often somebody may be wrong about a code: `user => a try, or a refusal`."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from engine.errors import TooManyCodes, UnknownCode

LIMIT = 5
"""Wrong codes of one person within the window."""
WINDOW_S = 3600.0


class CodeAttempts:
    """The wrong codes of the last hour, by who typed them; a restart forgets them.

    Where 5,000 presets are shared, a thousand accounts that guess as often as they may hit one in 44,000 hours: a code
    has 40 random bits.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` in seconds."""
        self._clock = clock
        self._wrong: dict[str, list[float]] = {}

    @contextmanager
    def attempt(self, user: str) -> Iterator[None]:
        """For the look-up of a code, which counts if it raises `UnknownCode`. Raises `TooManyCodes`, for a right one,
        too: else it could be guessed on."""
        now = self._clock()
        self._forget(now)
        tried = self._wrong.setdefault(user, [])
        if len(tried) >= LIMIT:
            raise TooManyCodes(limit=LIMIT, minutes=math.ceil((tried[0] + WINDOW_S - now) / 60))
        tried.append(now)  # before it is looked up: what comes at the same time counts, too
        wrong = False
        try:
            yield
        except UnknownCode:
            wrong = True
            raise
        finally:
            if not wrong:
                tried.remove(now)

    def _forget(self, now: float) -> None:
        for user, tried in [*self._wrong.items()]:
            tried[:] = [at for at in tried if at > now - WINDOW_S]
            if not tried:
                del self._wrong[user]
