"""How torch's threads wait, as the library itself reads it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

READ = """
import os, sys
from engine.openmp import sleep_while_waiting
sleep_while_waiting()
show = "import os; print(os.environ['OMP_WAIT_POLICY'], os.environ['GOMP_SPINCOUNT'])"
os.execv(sys.executable, [sys.executable, "-c", show])
"""


def waiting(**environment: str) -> list[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OMP_", "GOMP_"))}
    command = [sys.executable, "-c", READ]
    return subprocess.run(command, env=kept | environment, capture_output=True, text=True, check=True).stdout.split()


@pytest.mark.process
def test_threads_sleep_after_a_short_look_for_work() -> None:
    policy, spins = waiting()
    assert policy == "PASSIVE"
    assert 0 < int(spins) < 10_000


@pytest.mark.process
def test_who_runs_it_may_say_how_long() -> None:
    assert waiting(GOMP_SPINCOUNT="0") == ["PASSIVE", "0"]
