"""How torch's threads wait: `() => None`, called before torch is first imported.

Threads that spin for long while they wait for each other (OpenMP's default) fight with everything else on the machine:
measured here beside one other busy process, a dream took 48 s instead of 2.7 s. Those that sleep at once are woken for
each of the hundreds of operations of a step, which takes a quarter of a painting's time on an idle machine.
"""

from __future__ import annotations

import os

SPINS = "1000"
"""How often a thread of libgomp (torch's on Linux) looks for work before it sleeps: some 20 microseconds.

Of two threads on an idle machine a painting takes a quarter less by the clock, in as much CPU time; beside a process
that takes one of the two cores a step takes a sixth longer. At 3000 both are more than twice as much.
"""


def sleep_while_waiting() -> None:
    """Let waiting threads sleep soon. OpenMP reads this once, when torch loads it."""
    os.putenv("OMP_WAIT_POLICY", "PASSIVE")
    os.putenv("GOMP_SPINCOUNT", SPINS)
