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


@pytest.mark.process
def test_threads_sleep_after_a_short_look_for_work() -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OMP_", "GOMP_"))}
    read = subprocess.run([sys.executable, "-c", READ], env=kept, capture_output=True, text=True, check=True)
    policy, spins = read.stdout.split()
    assert policy == "PASSIVE"
    assert 0 < int(spins) < 10_000
