"""What a fleet's delivery costs: `python -m tests.fleet_benchmark [--bots-only]`. Numbers, no verdict; docs/scale.md
has some.

One PostgreSQL that waits for its disk; everything is on this machine, and the engines dream nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from engine import settings as settings_
from engine.params import Dream
from engine.queue import installation
from engine.queue.database import database_url
from engine.queue.fleet_hints import FleetHintServer
from engine.queue.job import Hint, Job, JobId, Progress, Settled, Started
from engine.queue.ledger_dispatch import LedgerDispatch
from engine.settings import Settings
from engine.supervisor import Supervisor
from tests.postgresql_server import PostgresServer

ROUNDS = 200
BOTS = (1, 2, 4, 8)
PREVIEWS, PREVIEW_GAP_S = 400, 0.025
"""As many a second as forty engines send that dream at once."""
SLEEP_S = 0.5
PREVIEW = os.urandom(40_000)
"""Bytes of a usual preview."""


class Listener:
    """A bot's dispatch, and when it heard what."""

    def __init__(self, dispatch: LedgerDispatch) -> None:
        self.dispatch = dispatch
        self.heard: asyncio.Queue[tuple[float, Hint]] = asyncio.Queue()

    async def listen(self) -> None:
        async with contextlib.aclosing(self.dispatch.hints()) as hints:  # type: ignore[type-var]
            async for hint in hints:
                self.heard.put_nowait((time.perf_counter(), hint))

    async def until(self, kind: type[Hint], id: JobId) -> float:
        """When the next hint of a kind came for a job."""
        while True:
            at, hint = await self.heard.get()
            if isinstance(hint, kind) and hint.id == id:
                return at


@asynccontextmanager
async def engine(settings: Settings, seconds: float) -> AsyncIterator[Supervisor]:
    child = (sys.executable, "-m", "tests.load.quick_child", str(seconds))
    os.environ["PAREIDOLIA_DATA_DIR"] = str(settings.data_dir)
    with contextlib.closing(installation.open_ledger(settings)) as ledger:
        made = Supervisor(settings, ledger, child)
        running = asyncio.create_task(made.run())
        while made._child is None or made._failed_starts:
            await asyncio.sleep(0.05)
        try:
            yield made
        finally:
            made.stop()
            await running


def order(number: int) -> Job:
    return Job(Dream(seed=number), f"user {number}")


def told(name: str, seconds: list[float]) -> None:
    """One line."""
    each = sorted(seconds)
    p50, p95 = (each[int(len(each) * share)] * 1000 for share in (0.5, 0.95))
    print(f"{name}: p50 {p50:.1f} ms, p95 {p95:.1f} ms, of {len(each)}", flush=True)


async def measure_delivery(listener: Listener, made: Supervisor) -> None:
    """From submit to the word that it has begun; from a preview leaving to its arrival; from cancel to the end."""
    starts, previews, cancels, submits = [], [], [], []
    for number in range(ROUNDS):
        began = time.perf_counter()
        id = await listener.dispatch.submit(order(number), {})
        submits.append(time.perf_counter() - began)
        starts.append(await listener.until(Started, id) - began)
        if number % 2:
            began = time.perf_counter()
            await listener.dispatch.cancel(id)
            cancels.append(await listener.until(Settled, id) - began)
        else:
            await listener.until(Settled, id)
            began = time.perf_counter()
            made.live.send_hint(Progress(id, 1, 2, 0.5, 1.0, PREVIEW))
            previews.append(await listener.until(Progress, id) - began)
    for name, seconds in (("submit", submits), ("submit to begin", starts), ("preview", previews), ("cancel", cancels)):
        told(name, seconds)


async def measure_throughput(listener: Listener, homes: list[Settings]) -> float:
    """Jobs a second of so many engines, each of which sleeps."""
    async with AsyncExitStack() as stack:
        for home in homes:
            await stack.enter_async_context(engine(home, SLEEP_S))
        ids = [await listener.dispatch.submit(order(number), {}) for number in range(20 * len(homes))]
        began = time.perf_counter()
        while await listener.dispatch.places():
            await asyncio.sleep(0.05)
        rate = len(ids) / (time.perf_counter() - began)
    print(f"{len(homes)} engines, jobs of {SLEEP_S} s: {rate:.2f} jobs/s", flush=True)
    return rate


async def measure_bots(
    settings: Settings, listener: Listener, server: PostgresServer, bots: int, *, greedy: bool
) -> None:
    """How late a preview is and what it costs while so many processes of a bot hear of each; the others leave it to the
    one whose job it is of, or, with `greedy`, fetch it as well."""
    others = [await listening_process(settings, greedy=greedy) for _ in range(bots - 1)]
    with contextlib.closing(installation.open_ledger(settings)) as ledger:
        sender = FleetHintServer(database_url(settings), "previews", ledger, lambda _: None, dict)
        seconds, busy, asked = [], [cpu_s(one.pid) for one in others], server_cpu_s(server)
        for number in range(PREVIEWS):
            began = time.perf_counter()
            sender.send_hint(Progress(JobId(f"{bots} {number}"), 1, 2, 0.5, 1.0, PREVIEW))
            seconds.append(await listener.until(Progress, JobId(f"{bots} {number}")) - began)
            await asyncio.sleep(max(0.0, PREVIEW_GAP_S - seconds[-1]))
        spent = [cpu_s(one.pid) - before for one, before in zip(others, busy, strict=True)]
        told(f"{bots} bots, {'each' if greedy else 'one'} fetches: preview", seconds)
        each = f", a further bot {1000 * sum(spent) / len(spent) / PREVIEWS:.2f} ms" if spent else ""
        print(f"  CPU for each: PostgreSQL {1000 * (server_cpu_s(server) - asked) / PREVIEWS:.2f} ms{each}", flush=True)
        await sender._sender.close()
    for one in others:
        one.terminate()
        await one.wait()


async def listening_process(settings: Settings, *, greedy: bool) -> asyncio.subprocess.Process:
    """A bot that only listens, once it does."""
    command = (sys.executable, "-m", "tests.fleet_benchmark", "--listen", str(settings.data_dir), str(int(greedy)))
    made = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert made.stdout
    await made.stdout.readline()
    return made


async def listen(folder: Path, *, greedy: bool) -> None:
    """Be such a bot until terminated."""
    dispatch = installation.open_dispatch(settings_.load(data_dir=folder))
    async with contextlib.aclosing(dispatch.hints(lambda _: greedy)) as hints:  # type: ignore[type-var]
        waiting = asyncio.ensure_future(anext(hints))
        await asyncio.sleep(1)  # by then it listens
        print("listening", flush=True)
        await waiting
        async for _ in hints:
            pass


def cpu_s(pid: int) -> float:
    """Seconds of CPU that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def server_cpu_s(server: PostgresServer) -> float:
    """The same of PostgreSQL: of its first process, those that live, and those that have ended."""
    first = server.pid
    ended = Path(f"/proc/{first}/stat").read_text().rpartition(")")[2].split()[13:15]
    living = (one for one in Path("/proc").glob("[0-9]*/stat") if parent_of(one) == first)
    gone = sum(map(int, ended)) / os.sysconf("SC_CLK_TCK")
    return cpu_s(first) + gone + sum(cpu_s(int(one.parent.name)) for one in living)


def parent_of(stat: Path) -> int:
    try:
        return int(stat.read_text().rpartition(")")[2].split()[1])
    except OSError:  # it has ended
        return 0


async def main(home: Path, postgresql: PostgresServer, *, bots_only: bool) -> None:
    shared = home / "shared"
    shared.mkdir()
    fleet = {"database_url": postgresql.database().replace("+psycopg", ""), "blob_url": shared.as_uri()}
    for name, value in fleet.items():
        os.environ[f"PAREIDOLIA_FLEET__{name.upper()}"] = value
    homes = [settings_.load(data_dir=home / str(number), limits={"total": 1000}, fleet=fleet) for number in range(4)]
    dispatch = installation.open_dispatch(homes[3])
    listener = Listener(dispatch)
    listening = asyncio.create_task(listener.listen())
    try:
        for greedy in (True, False):
            for bots in BOTS:
                await measure_bots(homes[3], listener, postgresql, bots, greedy=greedy)
        if bots_only:
            return
        async with engine(homes[0], 0.06) as made:
            await measure_delivery(listener, made)
        one = await measure_throughput(listener, homes[:1])
        three = await measure_throughput(listener, homes[:3])
        print(f"three engines: {three / one:.2f} times one")
    finally:
        listening.cancel()
        await asyncio.wait((listening,))
        await dispatch.close()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--listen"]:
        asyncio.run(listen(Path(sys.argv[2]), greedy=sys.argv[3] == "1"))
    with tempfile.TemporaryDirectory(prefix="f-") as folder, PostgresServer.run(durable=True) as server:
        asyncio.run(main(Path(folder), server, bots_only="--bots-only" in sys.argv))
