"""The real bot as a child process: `(settings) => a process that is started again when it dies`.

Finding the engine to crash it reads /proc, so the Lab can do that on Linux only.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.playground.world import World

BOT_COMMAND = (sys.executable, "-m", "bot")
STOP_SECONDS = 30.0
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 20.0  # seconds between attempts to start it


class Child:
    """Runs `python -m bot` with settings in its environment; its output goes to logs/bot.log."""

    def __init__(
        self, world: World, settings: Mapping[str, str], data_dir: Path, command: Sequence[str] = BOT_COMMAND
    ) -> None:
        self._world = world
        self._command = tuple(command)
        self._settings = dict(settings)
        self._data_dir = data_dir
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None

    @property
    def log_path(self) -> Path:
        """Return where the bot's output goes."""
        return self._data_dir / "logs" / "bot.log"

    def start(self) -> None:
        """Start the bot and keep it running until `stop`."""
        self._keeper = asyncio.create_task(self._keep_running())

    async def stop(self) -> None:
        """Ask the bot to stop, wait, and kill it only if it does not; an engine it left behind is asked too."""
        if self._keeper is None:
            return
        self._keeper.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._keeper
        if self._process is not None:
            await self._end(self._process)
        signal_engine(self._engine_pids().get("supervisor", 0), signal.SIGTERM)

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await process.communicate()  # which closes its stdin, too
        except TimeoutError:
            process.kill()
            await process.communicate()

    def restart(self) -> None:
        """Kill the bot without warning; it is started again at once. The engine carries on."""
        if self._process is None or self._process.returncode is not None:
            self._world.log("The bot is not running; it is being started. Wait a moment.")
            return
        self._world.log("The bot was killed. It is starting again; the engine carries on.")
        self._process.kill()

    def crash_engine(self) -> None:
        """Kill the engine's supervisor and its child without warning."""
        killed = [name for name, pid in self._engine_pids().items() if signal_engine(pid, signal.SIGKILL)]
        if killed:
            self._world.log(f"The engine was killed ({', '.join(killed)}). The bot starts it again.")
        else:
            self._world.log("There is no engine to kill right now. Start a dream first.")

    def _engine_pids(self) -> dict[str, int]:
        try:
            found = json.loads((self._data_dir / "run" / "engine.pid").read_text(encoding="utf-8"))
            return {str(name): int(pid) for name, pid in found.items() if pid}
        except (OSError, ValueError, AttributeError):
            return {}

    async def _keep_running(self) -> None:
        pause = FIRST_PAUSE
        while True:
            started = asyncio.get_running_loop().time()
            code = await self._run_once()
            lived = asyncio.get_running_loop().time() - started
            pause = FIRST_PAUSE if lived > LONGEST_PAUSE or code == -signal.SIGKILL else min(2 * pause, LONGEST_PAUSE)
            if code != -signal.SIGKILL:
                self._world.log(
                    f"The bot stopped (exit code {code}). Its log is {self.log_path}. Next try in {pause:g} s."
                )
            await asyncio.sleep(pause)

    async def _run_once(self) -> int:
        self.log_path.parent.mkdir(parents=True, exist_ok=True)
        with self.log_path.open("ab") as log:
            # `env` adds the settings to what the child inherits; only engine.settings reads an environment.
            settings = [f"{name}={value}" for name, value in self._settings.items()]
            # Its stdin is a pipe that we only hold: should we be killed, it closes, and the bot leaves, too.
            self._process = await asyncio.create_subprocess_exec(
                "env", *settings, *self._command,
                stdin=asyncio.subprocess.PIPE, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        return await self._process.wait()


def signal_engine(pid: int, number: signal.Signals) -> bool:
    """Signal a process if it is an engine; the number in an old file may belong to a stranger by now."""
    try:
        line = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    if pid <= 1 or b"engine" not in line:
        return False
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)
        return True
    return False
