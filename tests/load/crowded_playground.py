"""A playground full of people with the real bot and an engine in it: `(habits) => hall`, all gone afterwards."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.playground.bot_process import Child
from bot.playground.limits import Limiter, Overrun
from bot.playground.server import Playground
from bot.requests.submission import noise
from engine.queue.hint_socket import socket_path
from tests.chaos.hostile_files import hostile_files
from tests.load.simulated_users import Crowd

START_S = 120.0
STOP_S = 30.0
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Habits:
    """Who comes, and what the engine is like."""

    light: int = 100
    heavy: int = 10
    channels: int = 50
    job_s: float = 0.1
    """Seconds that the quick child takes for a job; 0: the real child."""
    tidy_s: float = 1800.0
    """Between two rounds of retention."""
    days: float = 30.0
    """How long rows are kept."""
    slow: int = 0
    """Who sends files that are small and cost much."""


class Counted(Limiter):
    """Discord's limits, and how often each was overrun."""

    def __init__(self) -> None:
        super().__init__()
        self.requests = 0
        self.overruns: Counter[str] = Counter()

    def admit(self, bucket: str | None, major: str, exempt: bool) -> dict[str, str]:
        """As Discord does."""
        self.requests += 1
        try:
            return super().admit(bucket, major, exempt)
        except Overrun as overrun:
            self.overruns["global" if overrun.everywhere else str(bucket)] += 1
            raise


class Hall:
    """The playground, its crowd, and the processes of the product."""

    def __init__(self, habits: Habits, data_dir: Path) -> None:
        self.habits = habits
        self.data_dir = data_dir
        self.playground = Playground()
        self.limits = self.playground.rest.limiter = Counted()
        self.crowd = Crowd(self.playground, habits.light, habits.heavy, habits.channels, habits.slow)
        self.crowd.picture = self.playground.upload("picture.png", noise(256, 7))
        self.crowd.slow_files = hostile_files() if habits.slow else {}
        self._engine: asyncio.subprocess.Process | None = None

    @property
    def bot_pid(self) -> int:
        """The bot's process."""
        process = self.playground.child._process if self.playground.child else None
        assert process is not None
        return process.pid

    async def open(self) -> None:
        """Start engine and bot and wait until the bot is online."""
        await self.playground.start()
        settings = {
            **self.playground.settings(self.data_dir),
            "PAREIDOLIA_METRICS_PORT": str(free_port()),
            "PAREIDOLIA_STORAGE__DAYS": str(self.habits.days),
            "PAREIDOLIA_STORAGE__BUTTON_DAYS": str(self.habits.days),
        }
        await self._start_engine(settings)
        self.playground.child = Child(self.playground.world, settings, self.data_dir)
        self.playground.child.start()
        world = self.playground.world
        await world.until(lambda: world.online and bool(world.commands), START_S)

    async def _start_engine(self, settings: Mapping[str, str]) -> None:
        """The engine comes first and takes its lock, so that the bot leaves it alone."""
        logs = self.data_dir / "logs"
        logs.mkdir(parents=True)
        words = (str(self.habits.job_s), str(self.habits.tidy_s))
        with (logs / "engine.log").open("ab") as out:
            self._engine = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.load.quick_engine", *words,
                env={**os.environ, **settings}, cwd=ROOT, stdout=out, stderr=out, stdin=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
        async with asyncio.timeout(START_S):
            while not socket_path(self.data_dir / "run").exists():
                await asyncio.sleep(0.1)

    async def close(self) -> None:
        """Stop the bot, the engine and the playground."""
        await self.playground.stop()
        if self._engine is not None and self._engine.returncode is None:
            self._engine.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(self._engine.wait(), STOP_S)
            except TimeoutError:
                self._engine.kill()
                await self._engine.wait()


@asynccontextmanager
async def open_hall(habits: Habits) -> AsyncIterator[Hall]:
    """A hall on an empty data folder."""
    data_dir = Path(tempfile.mkdtemp(prefix="p-"))
    hall = Hall(habits, data_dir)
    try:
        await hall.open()
        yield hall
    finally:
        await hall.close()
        shutil.rmtree(data_dir, ignore_errors=True)


def free_port() -> int:
    """A port of this machine that nobody uses now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
