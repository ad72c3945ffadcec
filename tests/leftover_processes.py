"""Processes that a run of the tests started and left: `mark` before it, `ended` after it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

NAME: Final = "TEST_RUN"
"""A variable that everything started by this run inherits."""
PATIENCE_S: Final = 60.0
"""What was told to end may need so long on a busy machine."""
TRACKER: Final = "multiprocessing.resource_tracker"
PROC: Final = Path("/proc")


def mark() -> None:
    """Give this run a name in the environment. Workers of pytest-xdist inherit that of the run which started them."""
    os.environ[NAME] = f"{os.getpid()}-{time.time_ns()}"


def ended() -> list[str]:
    """Wait until nothing of this run is left; what stays is killed and returned."""
    until = time.monotonic() + PATIENCE_S
    while (left := dict(_running())) and time.monotonic() < until:
        time.sleep(0.1)
    for pid in left:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    return [f"{pid} {command}" for pid, command in left.items()]


def _running() -> Iterator[tuple[int, str]]:
    """Pid and command of every process of this run except this one: by the variable, or by its parents."""
    wanted = f"{NAME}={os.environ[NAME]}".encode()
    ours = {os.getpid()}
    for pid in sorted(int(folder.name) for folder in PROC.glob("[0-9]*")):
        try:
            folder = PROC / str(pid)
            if _parent(folder) in ours or wanted in (folder / "environ").read_bytes().split(b"\0"):
                ours.add(pid)
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
                # a zombie has no command: it has ended; Python's own tracker of shared memory ends with its parent
                if pid != os.getpid() and command and not (TRACKER in command and _parent(folder) == os.getpid()):
                    yield pid, command
        except OSError:  # it ended meanwhile, or belongs to somebody else
            continue


def _parent(folder: Path) -> int:
    return int((folder / "stat").read_text().rpartition(")")[2].split()[1])
