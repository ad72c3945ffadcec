"""The engine as a process beside the bot: `command line => running engine`, started again when it dies.

It has a session of its own, so that it outlives a killed bot and no Ctrl-C in the terminal cuts a dream short. The next
bot finds it alive (the supervisor exits with 75 when the lock is held), leaves it alone, and watches its lock: that
goes with the engine, whereas its process number may go to a stranger, or stay with a dead process that nobody reaps.
"""

from __future__ import annotations

import asyncio
import contextlib
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

from engine.platform import atomic_file, backoff, file_lock, subprocesses

log = logging.getLogger(__name__)

COMMAND = (sys.executable, "-m", "engine.supervisor")
LOCKED = 75


@dataclass(frozen=True, slots=True)
class RestartTimes:
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
        self, run_dir: Path, log_dir: Path, command: Sequence[str] = COMMAND, patience: RestartTimes | None = None
    ) -> None:
        self._pid_file = run_dir / "engine.pid"
        self._lock_file = run_dir / "engine.lock"
        self._started_pid_file = run_dir / "bot-engine.json"
        self._log_file = log_dir / "engine.log"
        self._command = command
        self._times = patience or RestartTimes()
        self._child: asyncio.subprocess.Process | None = None

    async def run(self) -> None:
        """Start, and start again, until cancelled."""
        failed = 1  # so that only a restart after a long life comes at once
        while True:
            born = time.monotonic()
            status = await self._run_once()
            if status == LOCKED:
                await self._watch_other()
                continue
            lived = time.monotonic() - born
            failed = 1 if lived > self._times.healthy_s else failed + 1
            wait = backoff.pause_s(failed, self._times.first_s, self._times.most_s)
            log.warning("the engine ended with %s; its words are in %s. Next start in %.1f s",
                        status, self._log_file, wait)  # fmt: skip
            await asyncio.sleep(wait)

    async def stop(self) -> None:
        """Ask the engine to stop, if a bot started it, and wait for it."""
        if self._child is not None and self._child.returncode is None:
            subprocesses.send_signal(self._child, signal.SIGTERM)
            await self._wait_or_kill(self._child)
        elif self._is_held() and (pid := self._running_pid()) and pid == self._started_pid():
            await self._stop_other(pid)
        self._started_pid_file.unlink(missing_ok=True)

    async def _run_once(self) -> int | str:
        """One life of an engine; its exit status, or why it could not be started."""
        try:
            with self._log_file.open("ab") as out:
                self._child = await asyncio.create_subprocess_exec(
                    *self._command, stdin=asyncio.subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
                )
        except OSError as error:  # no memory, no descriptors, a full disk: it may be there again later
            return str(error)
        before = self._started_pid()
        self._write_started_pid(self._child.pid)
        status = await self._child.wait()
        if status == LOCKED and before:
            self._write_started_pid(before)
        return status

    def _write_started_pid(self, supervisor: int) -> None:
        """Note whom a bot started, so that a later one may stop it."""
        # a full disk must not cost the engine
        with contextlib.suppress(OSError), atomic_file.replacing(self._started_pid_file) as part:
            part.write_text(json.dumps({"supervisor": supervisor}), "utf-8")

    async def _watch_other(self) -> None:
        log.info("an engine is running already")
        await asyncio.sleep(self._times.watch_s)
        await self._wait_for_end(math.inf)

    async def _wait_or_kill(self, child: asyncio.subprocess.Process) -> None:
        try:
            await asyncio.wait_for(child.wait(), self._times.grace_s)
        except TimeoutError:
            log.warning("the engine did not stop in time and is killed")
            subprocesses.send_signal(child, signal.SIGKILL)
            await child.wait()

    async def _stop_other(self, pid: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        await self._wait_for_end(time.monotonic() + self._times.grace_s)

    async def _wait_for_end(self, until: float) -> None:
        """Wait for an engine that is not our child; nobody will tell us when it ends."""
        while self._is_held() and time.monotonic() < until:  # noqa: ASYNC110
            await asyncio.sleep(self._times.watch_s)

    def _running_pid(self) -> int | None:
        return _read_pid(self._pid_file)

    def _started_pid(self) -> int | None:
        return _read_pid(self._started_pid_file)

    def _is_held(self) -> bool:
        """Whether an engine lives here."""
        return file_lock.is_locked(self._lock_file)


def _read_pid(path: Path) -> int | None:
    try:
        return int(json.loads(path.read_text("utf-8"))["supervisor"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
