"""A fleet of real processes: a bot in the playground, engines that dream nothing, PostgreSQL and S3."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from bot.playground.bot_process import BOT_COMMAND, Child
from bot.playground.server import Playground
from engine import settings
from engine.queue import fleet_status, installation
from engine.queue.job import JobId, JobRow
from engine.queue.ledger import Ledger
from tests.playground_bot import PATIENCE, Room
from tests.postgresql_server import PostgresServer
from tests.s3_server import S3Server
from tests.token_leaks import WATCH

JOB_S = 3.0
"""Seconds that a job of these engines takes, which dream nothing."""
IDENTIFY_GAP_S = 2.0
"""Processes that do not pace each other are milliseconds apart; those that do leave 5.5 s, of which a busy machine may
take some."""


class Machine:
    """An engine of its own, as `pareidolia engine` starts it."""

    def __init__(self, folder: Path, given: Mapping[str, str], job_s: float) -> None:
        self.folder = folder
        self._job_s = job_s
        self._given = {**given, "PAREIDOLIA_DATA_DIR": str(folder)}
        self.process: asyncio.subprocess.Process

    async def start(self) -> None:
        command = (sys.executable, "-m", "tests.load.quick_engine", str(self._job_s), "1800")
        self.folder.mkdir(exist_ok=True)
        with (self.folder / "engine.out").open("ab") as out:
            self.process = await asyncio.create_subprocess_exec(
                *command, env={**os.environ, **self._given}, stdout=out, stderr=out, start_new_session=True
            )

    @property
    def name(self) -> str:
        return (self.folder / "run" / "engine-name").read_text()

    async def end(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(number)
        await self.process.wait()


class RunningFleet:
    """What a test has in its hands."""

    def __init__(self, room: Room, ledger: Ledger, machines: list[Machine], s3: S3Server, bots: list[Child]) -> None:
        self.bots = bots
        """Of a bot with as many shards, one a process."""
        self.room = room
        self.ledger = ledger
        self.machines = machines
        self.s3 = s3

    def row(self, id: str) -> JobRow:
        row = self.ledger.row(JobId(id))
        assert row
        return row

    def at_work(self, id: str) -> Machine | None:
        """Who runs a job."""
        running = {job: one.name for one in fleet_status.read(self.ledger).engines for job in one.jobs}
        return next((one for one in self.machines if one.name == running.get(JobId(id))), None)


@asynccontextmanager
async def open_fleet(
    postgresql: PostgresServer, engines: int, job_s: float = JOB_S, bots: int = 1, **others: str
) -> AsyncIterator[RunningFleet]:
    """A fleet, once all of it is there; where the bot has shards, Discord takes one IDENTIFY in `IDENTIFY_GAP_S`."""
    home = Path(tempfile.mkdtemp(prefix="f-"))
    url = postgresql.empty_database()
    with S3Server.run(home / "s3") as s3:
        fleet = {"database_url": url.replace("+psycopg", ""), **s3.settings("fleet")}
        given = {f"PAREIDOLIA_FLEET__{name.upper()}": value for name, value in fleet.items()} | others
        machines = [Machine(home / f"engine{number}", given, job_s) for number in range(engines)]
        playground = Playground()
        await playground.start()
        playground.world.acknowledge_seconds = PATIENCE  # nothing here is about speed
        if bots > 1:
            playground.gateway.identify_gap_s, playground.world.max_concurrency = IDENTIFY_GAP_S, 1
        children: list[Child] = []
        try:
            for number in range(bots):
                shards = ("--shards", f"{number}/{bots}") if bots > 1 else ()
                folder = home / (f"bot{number}" if number else "bot")
                child = Child(
                    playground.world, playground.settings(folder) | given, folder,
                    (*BOT_COMMAND, "run", "--no-engine", *shards),
                )  # fmt: skip
                child.start()
                children.append(child)
            playground.child = children[0]
            await playground.world.until(lambda: playground.world.online and playground.world.commands, PATIENCE)
            for machine in machines:
                await machine.start()
            with contextlib.closing(
                installation.open_ledger(settings.load(data_dir=home / "eyes", fleet=fleet))
            ) as ledger:
                await until(lambda: len(fleet_status.read(ledger).engines) == engines)
                yield RunningFleet(Room(playground, home / "bot"), ledger, machines, s3, children)
        finally:
            for child in children[1:]:
                await child.stop()
            await playground.stop()
            for machine in machines:
                await machine.end(signal.SIGTERM)
            for used in (*(child.log_path.parents[1] for child in children), *(one.folder for one in machines)):
                WATCH.read_logs(used)
            shutil.rmtree(home, ignore_errors=True)


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():
            await asyncio.sleep(0.05)
