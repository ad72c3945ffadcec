"""The engine as a process beside the bot: `command line => running engine`, started again when it dies.

It has a session of its own, so that it outlives a killed bot and no Ctrl-C in the terminal cuts a dream short. The next
bot finds it alive (the supervisor exits with 75 when the lock is held), leaves it alone, and watches it.
"""

from __future__ import annotations

import asyncio
import json
import logging
import math
import os
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger(__name__)

COMMAND = (sys.executable, "-m", "engine.supervisor")
LOCKED = 75


@dataclass(frozen=True, slots=True)
class Patience:
    """Times in seconds."""

    first_s: float = 0.5
    most_s: float = 60.0
    healthy_s: float = 30.0
    """Having lived this long, the next restart is quick again."""
    watch_s: float = 0.5
    grace_s: float = 10.0


class EngineProcess:
    """Keeps one engine running."""

    def __init__(
        self, run_dir: Path, log_dir: Path, command: Sequence[str] = COMMAND, patience: Patience | None = None
    ) -> None:
        self._pid_file = run_dir / "engine.pid"
        self._mark = run_dir / "bot-engine.json"
        self._log_file = log_dir / "engine.log"
        self._command = command
        self._patience = patience or Patience()
        self._child: asyncio.subprocess.Process | None = None

    async def run(self) -> None:
        """Start, and start again, until cancelled."""
        wait = self._patience.first_s
        while True:
            born = time.monotonic()
            status = await self._live()
            if status == LOCKED:
                await self._watch_other()
                continue
            lived = time.monotonic() - born
            wait = self._patience.first_s if lived > self._patience.healthy_s else min(wait * 2, self._patience.most_s)
            log.warning("the engine ended with %s; starting it again in %.1f s", status, wait)
            await asyncio.sleep(wait)

    async def stop(self) -> None:
        """Ask the engine to stop, if a bot started it, and wait for it."""
        if self._child is not None and self._child.returncode is None:
            self._child.terminate()
            await self._wait_or_kill(self._child)
        elif (pid := self._supervisor()) and pid == self._marked():
            await self._stop_other(pid)
        self._mark.unlink(missing_ok=True)

    async def _live(self) -> int:
        with self._log_file.open("ab") as out:
            self._child = await asyncio.create_subprocess_exec(
                *self._command, stdin=asyncio.subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
            )
        held = self._marked() if self._is_alive(self._marked()) else None
        self._mark.write_text(json.dumps({"supervisor": self._child.pid}), "utf-8")
        status = await self._child.wait()
        if status == LOCKED and held:
            self._mark.write_text(json.dumps({"supervisor": held}), "utf-8")
        return status

    async def _watch_other(self) -> None:
        log.info("an engine is running already")
        await asyncio.sleep(self._patience.watch_s)
        await self._outlive(self._supervisor(), math.inf)

    async def _wait_or_kill(self, child: asyncio.subprocess.Process) -> None:
        try:
            await asyncio.wait_for(child.wait(), self._patience.grace_s)
        except TimeoutError:
            log.warning("the engine did not stop in time and is killed")
            child.kill()
            await child.wait()

    async def _stop_other(self, pid: int) -> None:
        os.kill(pid, signal.SIGTERM)
        await self._outlive(pid, time.monotonic() + self._patience.grace_s)

    async def _outlive(self, pid: int | None, until: float) -> None:
        """Wait for a process that is not our child; nobody will tell us when it ends."""
        while self._is_alive(pid) and time.monotonic() < until:  # noqa: ASYNC110
            await asyncio.sleep(self._patience.watch_s)

    def _supervisor(self) -> int | None:
        return _pid_in(self._pid_file)

    def _marked(self) -> int | None:
        return _pid_in(self._mark)

    @staticmethod
    def _is_alive(pid: int | None) -> bool:
        if pid is None:
            return False
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True


def _pid_in(path: Path) -> int | None:
    try:
        return int(json.loads(path.read_text("utf-8"))["supervisor"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
