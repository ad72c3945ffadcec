"""Who belongs to a running bot: `(playground's child, data folder) => {part: processes}`, read from /proc.

Only processes that were found by descent from the bot that this run started are ever signalled: never by name.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bot.playground.child import Child

PARTS = ("bot", "supervisor", "child", "decoder")


@dataclass(frozen=True, slots=True)
class Process:
    """One process; its start time tells it from a later one with the same number."""

    pid: int
    started: str

    @property
    def alive(self) -> bool:
        """Whether it still runs; one that only waits to be reaped does not."""
        found = _stat(self.pid)
        return found is not None and found[19] == self.started and found[0] != "Z"

    def kill(self, number: signal.Signals = signal.SIGKILL) -> bool:
        """Signal it, if it is still the same process."""
        if not self.alive:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)
            return True
        return False


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat from the state on; the name before them may hold anything."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def process(pid: int) -> Process | None:
    """The process with that number, if there is one."""
    found = _stat(pid)
    return Process(pid, found[19]) if found else None


def children(parent: int) -> list[int]:
    """Numbers of the processes whose parent is `parent`."""
    pids = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    return [pid for pid in pids if (found := _stat(pid)) and int(found[1]) == parent]


def descendants(ancestor: int) -> list[int]:
    """Numbers of its children, theirs, and so on."""
    found = children(ancestor)
    return found + [pid for child in found for pid in descendants(child)]


def _is(pid: int, word: str) -> bool:
    try:
        return word.encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def parts(child: Child, data_dir: Path) -> dict[str, list[Process]]:
    """The processes of the product, those that there are now: one of each part, but several decoders."""
    found: dict[str, list[int]] = {name: [] for name in PARTS}
    running = child._process
    if running is not None and running.returncode is None:
        found["bot"] = [running.pid]
        found["decoder"] = [pid for pid in children(running.pid) if _is(pid, "engine.jobs.decoder")]
    supervisor = _supervisor(data_dir)
    if supervisor and _is(supervisor, "engine.supervisor"):
        found["supervisor"] = [supervisor]
        found["child"] = children(supervisor)
    return {name: living(filter(None, map(process, pids))) for name, pids in found.items()}


def _supervisor(data_dir: Path) -> int | None:
    try:
        return int(json.loads((data_dir / "run" / "engine.pid").read_text())["supervisor"])
    except (OSError, ValueError, KeyError):
        return None


def living(seen: Iterable[Process]) -> list[Process]:
    """Those that still run."""
    return [one for one in seen if one.alive]
