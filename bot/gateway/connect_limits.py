"""How often the bot may start and identify itself: `(file in the run folder, clock) => seconds to wait`.

Discord takes 1,000 IDENTIFYs in 24 hours and then resets the token. A bot that crashes right after its start, in a
container that starts it again at once, would spend them in an hour; hence both are remembered beyond its death.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot.operations import persistent_state
from engine.errors import NoLedger
from engine.platform import backoff
from engine.queue.shared_state import SharedState

log = logging.getLogger(__name__)

SHORT_LIFE_S = 60.0
FREE_STARTS = 4
"""Short lives in a row before starts are spaced out."""
FIRST_PAUSE_S = 10.0
LONGEST_PAUSE_S = 600.0
IDENTIFY_BURST = 100
"""IDENTIFYs without any pause, when there were none for long."""
IDENTIFIES_A_DAY = 800
"""IDENTIFYs a day after that: with those at once, at most 900 in any 24 hours."""
DAY_S = 86_400.0
FREE_RECONNECTS = 5
"""Connections to the gateway that are made without a pause."""
IDENTIFY_GAP_S = 5.5
"""Between two IDENTIFYs of shards with the same rate limit key: Discord takes one in five seconds."""
ASK_AGAIN_S = 2.0
CALM_S = 60.0
"""A line that held for so long is no sign of trouble."""
LONGEST_RECONNECT_PAUSE_S = 30.0

Clock = Callable[[], float]


class StartBackoff:
    """Remembers short lives, so that a crash loop slows down."""

    def __init__(self, path: Path, clock: Clock = time.time) -> None:
        self._path = path
        self._clock = clock

    def pause_s(self) -> float:
        """Seconds to wait before this start. Counts it."""
        now = self._clock()
        try:
            last = persistent_state.read(self._path)
            short = last["short"] + 1 if now - last["started"] < SHORT_LIFE_S + last["paused"] else 0
        except (OSError, ValueError, KeyError, TypeError):
            short = 0
        late = short - FREE_STARTS
        pause = backoff.pause_s(late + 1, FIRST_PAUSE_S, LONGEST_PAUSE_S)
        persistent_state.write(self._path, {"started": now, "short": short, "paused": pause})
        if pause:
            log.warning("the last %d starts came to nothing; their words stand above this line", short)
        return pause

    def reset(self) -> None:
        """This life does not count."""
        self._path.unlink(missing_ok=True)


class IdentifyBudget:
    """A bucket of IDENTIFYs, filled again at an even pace."""

    def __init__(self, path: Path, clock: Clock = time.time) -> None:
        self._path = path
        self._clock = clock
        self._left, self._at = float(IDENTIFY_BURST), clock()
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            kept = persistent_state.read(path)
            self._left, self._at = min(float(IDENTIFY_BURST), float(kept["left"])), float(kept["at"])

    def pause_s(self) -> float:
        """Seconds until the next one may be sent; 0 for now."""
        self._fill()
        return _pause_s(self._left)

    def spend(self) -> None:
        """One is about to be sent."""
        self._fill()
        self._left -= 1.0
        persistent_state.write(self._path, {"left": round(self._left, 6), "at": self._at})

    def _fill(self) -> None:
        """A clock that was set back fills nothing, and one that was set forward no more than the bucket holds."""
        now = self._clock()
        self._left = _level_after(self._left, now - self._at)
        self._at = now


class SharedIdentifies:
    """IDENTIFYs of all processes of a bot, which Discord counts together: a bucket of them, and, of shards with the
    same remainder by `max_concurrency`, one at a time
    (discord.com/developers/docs/events/gateway#sharding-max-concurrency)."""

    def __init__(self, state: SharedState) -> None:
        self._state = state

    async def wait(self, shard_id: int, max_concurrency: int) -> None:
        """Until one may be sent, for which the time is kept free."""
        while True:
            try:
                pause = await asyncio.to_thread(self.reserve, shard_id % max(1, max_concurrency))
                break
            except NoLedger:
                await asyncio.sleep(ASK_AGAIN_S)
        if pause > IDENTIFY_GAP_S:
            log.info("the session of shard %d begins in %.0f s", shard_id, pause)
        await asyncio.sleep(pause)

    def reserve(self, key: int) -> float:
        """Seconds until the next one may be sent with that key. Counts it. Raises `NoLedger`."""

        def take(kept: Any, now: float) -> dict[str, Any]:
            kept = kept or {"left": float(IDENTIFY_BURST), "at": now, "free": {}}
            left = _level_after(kept["left"], now - kept["at"]) - 1.0
            begins = max(now + _pause_s(left + 1.0), kept["free"].get(str(key), 0.0))
            free = {name: at for name, at in kept["free"].items() if at > now} | {str(key): begins + IDENTIFY_GAP_S}
            return {"left": left, "at": now, "free": free, "begins": begins}

        taken = self._state.change("identifies", take)
        return float(taken["begins"] - taken["at"])


def _level_after(left: float, seconds: float) -> float:
    """What a bucket holds so many seconds later."""
    return min(float(IDENTIFY_BURST), left + max(0.0, seconds) / DAY_S * IDENTIFIES_A_DAY)


def _pause_s(left: float) -> float:
    """Seconds until a bucket holds one."""
    return max(0.0, (1.0 - left) / IDENTIFIES_A_DAY * DAY_S)


class ReconnectBackoff:
    """Paces connections to the gateway: discord.py makes the next one without a pause where the last one broke off."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._last = -math.inf
        self._many = 0

    def pause_s(self, shards: int = 1) -> float:
        """Seconds to wait before this connection, of one of so many shards. Counts it."""
        now = self._clock()
        self._many = self._many + 1 if now - self._last < CALM_S else 1
        self._last = now
        late = self._many - FREE_RECONNECTS * shards
        return backoff.pause_s(late, 1.0, LONGEST_RECONNECT_PAUSE_S)
