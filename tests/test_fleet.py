"""A fleet of real processes: a bot in the playground, engines, PostgreSQL and S3; one of them is killed at work."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.playground.bot_process import BOT_COMMAND
from bot.playground.server import Playground
from engine import settings
from engine.queue import fleet_status, installation
from engine.queue.job import JobId, JobRow, State
from engine.queue.ledger import Ledger
from tests.playground_bot import PATIENCE, Room, answers_of, job_of
from tests.postgresql_server import PostgresServer
from tests.s3_server import S3Server
from tests.token_leaks import WATCH

pytestmark = [pytest.mark.process, pytest.mark.postgresql]

JOB_S = 3.0
"""Seconds that a job of these engines takes, which dream nothing."""


class Machine:
    """An engine of its own, as `pareidolia engine` starts it."""

    def __init__(self, folder: Path, given: Mapping[str, str]) -> None:
        self.folder = folder
        self._given = {**given, "PAREIDOLIA_DATA_DIR": str(folder)}
        self.process: asyncio.subprocess.Process

    async def start(self) -> None:
        command = (sys.executable, "-m", "tests.load.quick_engine", str(JOB_S), "1800")
        self.folder.mkdir()
        with (self.folder / "engine.out").open("wb") as out:
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

    def __init__(self, room: Room, ledger: Ledger, machines: list[Machine], s3: S3Server) -> None:
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
        running = {one.job: one.name for one in fleet_status.read(self.ledger).engines}
        return next((one for one in self.machines if one.name == running.get(JobId(id))), None)


@asynccontextmanager
async def open_fleet(postgresql: PostgresServer, engines: int) -> AsyncIterator[RunningFleet]:
    home = Path(tempfile.mkdtemp(prefix="f-"))
    url = postgresql.empty_database()
    with S3Server.run(home / "s3") as s3:
        fleet = {"database_url": url.replace("+psycopg", ""), **s3.settings("fleet")}
        given = {f"PAREIDOLIA_FLEET__{name.upper()}": value for name, value in fleet.items()}
        machines = [Machine(home / f"engine{number}", given) for number in range(engines)]
        playground = Playground()
        await playground.start()
        try:
            playground.run_bot(home / "bot", (*BOT_COMMAND, "run", "--no-engine"), **given)
            await playground.world.until(lambda: playground.world.online and playground.world.commands, PATIENCE)
            for machine in machines:
                await machine.start()
            with contextlib.closing(
                installation.open_ledger(settings.load(data_dir=home / "eyes", fleet=fleet))
            ) as ledger:
                await until(lambda: len(fleet_status.read(ledger).engines) == engines)
                yield RunningFleet(Room(playground, home / "bot"), ledger, machines, s3)
        finally:
            await playground.stop()
            for machine in machines:
                await machine.end(signal.SIGTERM)
            for folder in ("bot", *(machine.folder.name for machine in machines)):
                WATCH.read_logs(home / folder)
            shutil.rmtree(home, ignore_errors=True)


async def until(true: object) -> None:
    assert callable(true)
    async with asyncio.timeout(PATIENCE):
        while not true():
            await asyncio.sleep(0.05)


async def test_the_job_of_a_killed_engine_is_answered_once_by_another(postgresql: PostgresServer) -> None:
    async with open_fleet(postgresql, engines=2) as fleet:
        message = await fleet.room.ask("Ada", "dream", subject="eyes", size=256)
        id = job_of(message)
        await until(lambda: fleet.at_work(id))
        first = fleet.at_work(id)
        assert first
        os.killpg(first.process.pid, signal.SIGKILL)
        killed = time.monotonic()
        await until(lambda: fleet.row(id).attempt == 2)
        print(f"begun elsewhere {time.monotonic() - killed:.1f} s after the kill")
        other = fleet.at_work(id)
        assert other
        assert other is not first
        message = await fleet.room.until_button(message, "Deeper")
        await until(lambda: fleet.row(id).posted)
        assert fleet.row(id).state is State.DONE
        assert [one.id for one in answers_of(fleet.room, id)] == [message.id]
        assert not (fleet.room.data_dir / "pareidolia.db").exists()
        assert not (fleet.room.data_dir / "blobs").exists()


async def test_a_server_of_the_database_and_one_of_pictures_that_are_killed_cost_no_answer(
    postgresql: PostgresServer,
) -> None:
    async with open_fleet(postgresql, engines=1) as fleet:
        message = await fleet.room.ask("Ada", "dream", subject="eyes", size=256)
        id = job_of(message)
        await until(lambda: fleet.at_work(id))
        fleet.s3.kill()
        await asyncio.to_thread(postgresql.stop)
        await asyncio.to_thread(postgresql.start)
        fleet.s3.start()
        await fleet.room.until_button(message, "Deeper")
        await until(lambda: fleet.row(id).posted)
        assert (fleet.row(id).state, fleet.row(id).attempt) == (State.DONE, 1)
        again = await fleet.room.ask("Sam", "dream", subject="eyes", size=256)
        await fleet.room.until_button(again, "Deeper")


async def test_a_second_bot_is_refused(postgresql: PostgresServer, data_dir: Path) -> None:
    chosen = settings.load(
        data_dir=data_dir,
        fleet={"database_url": postgresql.database().replace("+psycopg", ""), "blob_url": data_dir.as_uri()},
    )
    only = asyncio.Event()
    first = asyncio.create_task(installation.be_only_bot(chosen, only))
    await only.wait()
    with pytest.raises(settings.SettingsError, match="Another bot"):
        await installation.be_only_bot(chosen, asyncio.Event(), patience_s=0)
    first.cancel()
    await asyncio.wait((first,))
