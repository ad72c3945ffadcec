"""How torch's threads wait: `() => None`, called before torch is first imported.

Threads that spin while they wait for each other (OpenMP's default) fight with everything else on the machine: measured
here beside one other busy process, a dream took 48 s instead of 2.7 s.
"""

from __future__ import annotations

import os


def sleep_while_waiting() -> None:
    """Let waiting threads sleep. OpenMP reads this once, when torch loads it."""
    os.putenv("OMP_WAIT_POLICY", "PASSIVE")
