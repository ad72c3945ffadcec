"""A fleet under kill -9: `python -m tests.fleet_chaos [--jobs 100] [--seed 1a2b3c4d]`. Exits with 1 if it broke.

A bot in the playground, three engines, PostgreSQL and S3; every two seconds or so one of them is killed and started
again. Every job that was accepted must have exactly one answer in the end, and none may be stuck. What could not be
answered within Discord's three seconds was not accepted: its person saw that the bot did not respond.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import secrets
import signal
import sys
import time
from collections import Counter

from bot.playground.options import Mistake
from engine.errors import NoLedger
from engine.queue.job import JobRow
from tests.fleet_processes import Machine, RunningFleet, open_fleet
from tests.playground_bot import custom_ids, job_of
from tests.postgresql_server import PostgresServer

ENGINES, BOTS = 3, 2
JOB_S = 1.5
PAUSE_S = 2.0
PATIENCE_S = 600.0
PEOPLE = ("Ada", "Sam", "Mod")
MANY = {"PAREIDOLIA_LIMITS__PER_USER": "100000", "PAREIDOLIA_LIMITS__TOTAL": "100000"}


class Killer:
    """Kills one process after another, each time another one perhaps."""

    def __init__(self, fleet: RunningFleet, postgresql: PostgresServer, dice: random.Random) -> None:
        self._fleet = fleet
        self._postgresql = postgresql
        self._dice = dice
        self.killed: Counter[str] = Counter()
        self._starts: list[asyncio.Task[None]] = []

    async def run(self, stop: asyncio.Event) -> None:
        """Until told to stop; everything runs then."""
        while not stop.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), PAUSE_S * self._dice.uniform(0.5, 1.5))
            what = self._dice.choice(["engine"] * 4 + ["bot", "database", "pictures"])
            self.killed[what] += 1
            kill = {"engine": self._engine, "bot": self._bot, "database": self._database, "pictures": self._pictures}
            await kill[what]()
        await asyncio.gather(*self._starts)

    async def _engine(self) -> None:
        living = [one for one in self._fleet.machines if one.process.returncode is None]
        if not living:
            return
        machine = self._dice.choice(living)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(machine.process.pid, signal.SIGKILL)
        await machine.process.wait()
        pause = self._dice.choice([0.0, 0.5, 12.0])  # it takes its job back itself, or another engine does
        self._starts.append(asyncio.create_task(self._start(machine, pause)))

    async def _start(self, machine: Machine, pause: float) -> None:
        await asyncio.sleep(pause)
        await machine.start()

    async def _bot(self) -> None:
        child = self._fleet.room.playground.child
        assert child is not None
        child.restart()

    async def _database(self) -> None:
        await asyncio.to_thread(self._postgresql.stop)
        await asyncio.sleep(self._dice.uniform(0.0, 2.0))
        await asyncio.to_thread(self._postgresql.start)

    async def _pictures(self) -> None:
        self._fleet.s3.kill()
        await asyncio.sleep(self._dice.uniform(0.0, 2.0))
        await asyncio.to_thread(self._fleet.s3.start)


async def ask(fleet: RunningFleet, number: int, dice: random.Random) -> None:
    """One command, once a bot is there to hear it."""
    world = fleet.room.world
    while True:
        await world.until(lambda: world.online, PATIENCE_S)
        try:
            fleet.room.playground.command(dice.choice(PEOPLE), "dreams", "dream", layer="high", size=128, seed=number)
        except Mistake:
            await asyncio.sleep(0.2)
            continue
        return


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


async def main(jobs: int, seed: str) -> int:
    """Returns the exit status."""
    dice = random.Random(seed)
    with PostgresServer.run() as postgresql:
        async with open_fleet(postgresql, ENGINES, JOB_S, bots=BOTS, **MANY) as fleet:
            killer, stop = Killer(fleet, postgresql, dice), asyncio.Event()
            killing = asyncio.create_task(killer.run(stop))
            for number in range(jobs):
                await ask(fleet, number, dice)
                await asyncio.sleep(dice.uniform(0.0, 1.0))
            stop.set()
            await killing
            rows_found = await settle(fleet)
            found = [row for row in rows_found if row.posted != "unanswered"]
            wrong = verdict(fleet, found)
            print(
                f"seed {seed}: {jobs} asked, {len(found)} accepted, "
                f"{len(rows_found) - len(found)} given up before anybody saw a message, killed {dict(killer.killed)}"
            )
            print(f"states {dict(Counter(row.state.value for row in found))}, "
                  f"attempts {dict(Counter(row.attempt for row in found))}")  # fmt: skip
            print("\n".join(wrong) or "every accepted job has exactly one answer")
            return 1 if wrong or not found else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, default=100)
    parser.add_argument("--seed", default=secrets.token_hex(4))
    chosen = parser.parse_args()
    sys.exit(asyncio.run(main(chosen.jobs, chosen.seed)))
