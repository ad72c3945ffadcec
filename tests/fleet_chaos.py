"""A fleet under kill -9: `python -m tests.fleet_chaos [--jobs 100] [--pause 2] [--seed 1a2b3c4d]`. Exits with 1 if it
broke.

A bot of two processes in the playground, three engines, PostgreSQL and S3; every `--pause` seconds or so one of them is
killed and started again. Every job that was accepted must have exactly one answer in the end, none may be stuck, and
what a killed engine ran begins again within 15 seconds, not counting those in which PostgreSQL was down. What could not
be answered within Discord's three seconds was not accepted: its person saw that the bot did not respond.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import random
import secrets
import signal
import sys
import time
from collections import Counter

from bot.playground.options import Mistake
from bot.playground.world import ACKNOWLEDGE_SECONDS
from engine.errors import NoLedger
from engine.queue import fleet_status
from engine.queue.job import JobId, JobRow, State
from tests.fleet_processes import Machine, RunningFleet, open_fleet
from tests.playground_bot import custom_ids, job_of, of_another_shard
from tests.postgresql_server import PostgresServer

ENGINES, BOTS = 3, 2
JOB_S = 1.0
PAUSE_S = 2.0
PATIENCE_S = 600.0
BEGIN_S = 15.0
"""A killed engine's job begins elsewhere within it."""
LOOK_S = 0.25
PEOPLE = ("Ada", "Sam", "Mod")
MANY = {"PAREIDOLIA_LIMITS__PER_USER": "100000", "PAREIDOLIA_LIMITS__TOTAL": "100000"}


class Killer:
    """Kills one process after another, each time another one perhaps."""

    def __init__(self, fleet: RunningFleet, postgresql: PostgresServer, dice: random.Random, pause_s: float) -> None:
        self._pause_s = pause_s
        self._fleet = fleet
        self._postgresql = postgresql
        self._dice = dice
        self.killed: Counter[str] = Counter()
        self._starts: list[asyncio.Task[None]] = []
        self._down_s = 0.0
        """How long PostgreSQL was down in all, until now."""
        self._watches: list[asyncio.Task[None]] = []
        self.begins: list[tuple[float, JobId]] = []
        """Of each killed engine's job, the seconds until it began again."""

    async def run(self, stop: asyncio.Event) -> None:
        """Until told to stop; everything runs then."""
        while not stop.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), self._pause_s * self._dice.uniform(0.5, 1.5))
            what = self._dice.choice(["engine"] * 4 + ["bot", "database", "pictures"])
            self.killed[what] += 1
            kill = {"engine": self._engine, "bot": self._bot, "database": self._database, "pictures": self._pictures}
            await kill[what]()
        await asyncio.gather(*self._starts)

    async def finish_watching(self) -> None:
        """All that was killed has been seen to begin again."""
        await asyncio.gather(*self._watches)

    async def _engine(self) -> None:
        living = [one for one in self._fleet.machines if one.process.returncode is None]
        if not living:
            return
        machine = self._dice.choice(living)
        ran = await asyncio.to_thread(self._job_of, machine)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(machine.process.pid, signal.SIGKILL)
        await machine.process.wait()
        if ran is not None:
            self._watches.append(asyncio.create_task(self._watch(ran)))
        pause = self._dice.choice([0.0, 0.5, 12.0])  # it takes its job back itself, or another engine does
        self._starts.append(asyncio.create_task(self._start(machine, pause)))

    def _job_of(self, machine: Machine) -> JobRow | None:
        """What an engine runs; None where nobody can tell now."""
        try:
            running = {one.name: one.jobs for one in fleet_status.read(self._fleet.ledger).engines}
            ids = running.get(machine.name)
            row = self._fleet.row(ids[0]) if ids else None
        except (NoLedger, OSError):
            return None
        return row if row and row.state is State.RUNNING else None

    async def _watch(self, killed: JobRow) -> None:
        """Until it begins again; what had ended by then, or was cancelled, does not count."""
        since, down = time.monotonic(), self._down_s
        while time.monotonic() - since < PATIENCE_S:
            with contextlib.suppress(NoLedger):
                row = await asyncio.to_thread(self._fleet.row, killed.id)
                if row.attempt > killed.attempt:
                    break
                if row.state.settled:
                    return
            await asyncio.sleep(LOOK_S)
        self.begins.append((time.monotonic() - since - (self._down_s - down), killed.id))

    async def _start(self, machine: Machine, pause: float) -> None:
        await asyncio.sleep(pause)
        await machine.start()

    async def _bot(self) -> None:
        self._dice.choice(self._fleet.bots).restart()

    async def _database(self) -> None:
        since = time.monotonic()
        await asyncio.to_thread(self._postgresql.stop)
        await asyncio.sleep(self._dice.uniform(0.0, 2.0))
        await asyncio.to_thread(self._postgresql.start)
        self._down_s += time.monotonic() - since

    async def _pictures(self) -> None:
        self._fleet.s3.kill()
        await asyncio.sleep(self._dice.uniform(0.0, 2.0))
        await asyncio.to_thread(self._fleet.s3.start)


async def ask(fleet: RunningFleet, number: int, dice: random.Random) -> None:
    """One command, once the process of the bot is there that hears it."""
    world = fleet.room.world
    while True:
        name, server = dice.choice(places(fleet))
        await world.until(lambda: world.hears(server), PATIENCE_S)  # noqa: B023
        try:
            fleet.room.playground.command(dice.choice(PEOPLE), name, "dream", layer="high", size=128, seed=number)
        except Mistake:
            await asyncio.sleep(0.2)
            continue
        return


def places(fleet: RunningFleet) -> list[tuple[str, str | None]]:
    """Channels of both shards, each with its server; None for direct messages."""
    world = fleet.room.world
    annex = next(id for id, one in world.servers.items() if one.name == "Annex")
    return [("dreams", world.guild_id), ("annex", annex), ("annex", annex), ("dm", None)]


def rows(fleet: RunningFleet) -> list[JobRow]:
    """All jobs; none while the database is away."""
    try:
        return [row for who in fleet.room.world.people.values() for row in fleet.ledger.history(who.id)]
    except NoLedger:
        return []


async def settle(fleet: RunningFleet) -> list[JobRow]:
    """All jobs once each is answered, or patience has ended."""
    ended = time.monotonic() + PATIENCE_S
    while time.monotonic() < ended:
        found = await asyncio.to_thread(rows, fleet)
        if found and all(row.posted for row in found):
            return found
        await asyncio.sleep(1.0)
    return found


def verdict(fleet: RunningFleet, found: list[JobRow]) -> list[str]:
    """What is not as it should be."""
    wrong = [f"{row.id} is stuck: {row.state}, attempt {row.attempt}" for row in found if not row.posted]
    answers: dict[str, list[str]] = {}
    for message in fleet.room.world.messages.values():
        if custom_ids(message):  # its first button is one of its own job
            answers.setdefault(job_of(message), []).append(str(message.id))
    return wrong + [
        f"{row.id} was posted as {row.posted}, and its messages are {answers.get(row.id)}"
        for row in found
        if row.posted and answers.get(row.id) != [row.posted]
    ]


async def main(jobs: int, seed: str, pause_s: float, acknowledge_s: float) -> int:
    """Returns the exit status."""
    logging.getLogger("engine.queue.database").disabled = True  # who kills the database knows that it is away
    dice = random.Random(seed)
    with PostgresServer.run() as postgresql:
        async with open_fleet(postgresql, ENGINES, JOB_S, bots=BOTS, **MANY) as fleet:
            of_another_shard(fleet.room.world)
            fleet.room.world.acknowledge_seconds = acknowledge_s
            killer, stop = Killer(fleet, postgresql, dice, pause_s), asyncio.Event()
            killing = asyncio.create_task(killer.run(stop))
            for number in range(jobs):
                await ask(fleet, number, dice)
                await asyncio.sleep(dice.uniform(0.0, JOB_S / ENGINES))
            stop.set()
            await killing
            rows_found = await settle(fleet)
            await killer.finish_watching()
            found = [row for row in rows_found if row.posted != "unanswered"]
            late = [f"{id} began again after {seconds:.1f} s" for seconds, id in killer.begins if seconds > BEGIN_S]
            wrong = verdict(fleet, found) + late
            print(
                f"seed {seed}: {jobs} asked, {len(found)} accepted, "
                f"{len(rows_found) - len(found)} given up before anybody saw a message, killed {dict(killer.killed)}"
            )
            print(f"states {dict(Counter(row.state.value for row in found))}, "
                  f"attempts {dict(Counter(row.attempt for row in found))}")  # fmt: skip
            seconds = sorted(one for one, _ in killer.begins) or [0.0]
            print(f"{len(killer.begins)} jobs of killed engines began again, after {seconds[len(seconds) // 2]:.1f} s "
                  f"at the median and {seconds[-1]:.1f} s at most; load {os.getloadavg()[1]:.1f}")  # fmt: skip
            print("\n".join(wrong) or "every accepted job has exactly one answer")
            return 1 if wrong or not found else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, default=100)
    parser.add_argument("--pause", type=float, default=PAUSE_S)
    parser.add_argument("--acknowledge", type=float, default=ACKNOWLEDGE_SECONDS, help="for a machine that is busy")
    parser.add_argument("--seed", default=secrets.token_hex(4))
    chosen = parser.parse_args()
    sys.exit(asyncio.run(main(chosen.jobs, chosen.seed, chosen.pause, chosen.acknowledge)))
