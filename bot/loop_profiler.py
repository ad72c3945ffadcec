"""The bot with every callback of its event loop timed: `python -m bot.loop_profiler FILE`.

Writes the slowest callbacks, in milliseconds of CPU time of the loop's thread, as JSON into FILE when the bot stops.
`bot.playground.stopwatch` reads it. Time spent waiting for the processor does not count: only what the bot itself
computes can block its heartbeat.
"""

from __future__ import annotations

import asyncio
import heapq
import json
import sys
import time
from pathlib import Path
from typing import Any

from bot import app

LONGEST_CALLBACKS = 5


class CallbackProfiler:
    """Remembers the slowest callbacks since `begin`."""

    def __init__(self) -> None:
        self.count = 0
        self.slowest: list[tuple[float, str]] = []

    def install(self) -> None:
        """Time every callback of every loop in this process."""
        plain = asyncio.Handle._run

        def run_timed(handle: Any) -> None:
            began = time.thread_time()
            plain(handle)
            self.note((time.thread_time() - began) * 1000, handle)

        asyncio.Handle._run = run_timed  # type: ignore[method-assign, assignment]

    def note(self, milliseconds: float, handle: asyncio.Handle) -> None:
        """Keep it if it is among the slowest."""
        self.count += 1
        if len(self.slowest) == LONGEST_CALLBACKS and milliseconds <= self.slowest[0][0]:
            return
        push = heapq.heappush if len(self.slowest) < LONGEST_CALLBACKS else heapq.heappushpop
        push(self.slowest, (round(milliseconds, 2), repr(handle)[:200]))

    def write(self, path: Path) -> None:
        """The slowest first."""
        path.write_text(json.dumps({"callbacks": self.count, "slowest": sorted(self.slowest, reverse=True)}), "utf-8")


def main() -> int:
    """Run the bot of the settings; its exit status."""
    watch = CallbackProfiler()
    watch.install()
    try:
        return app.main()
    finally:
        watch.write(Path(sys.argv[1]))


if __name__ == "__main__":
    sys.exit(main())
