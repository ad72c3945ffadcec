"""The real supervisor with another child: `python -m tests.load.quick_engine SECONDS_PER_JOB TIDY_S`.

Started before the bot, it holds the engine's lock; the bot finds it alive and leaves it alone. Retention runs every
`TIDY_S` seconds and takes pictures that were unused for as long, so that a soak sees it come round many times.
A time per job of 0 means the real child.
"""

from __future__ import annotations

import sys
from functools import partial

from engine import supervisor
from engine.queue import retention


def main() -> int:
    """Run the engine of the settings until SIGTERM. Returns the exit status."""
    seconds, tidy_s = float(sys.argv[1]), float(sys.argv[2])
    retention.TIDY_S = retention.UNUSED_S = tidy_s
    if seconds:
        child = (sys.executable, "-m", "tests.load.quick_child", str(seconds))
        supervisor.Supervisor = partial(supervisor.Supervisor, child=child)  # type: ignore[assignment, misc]
    return supervisor.main()


if __name__ == "__main__":
    sys.exit(main())
