"""Engines and a bot's dispatch that meet in PostgreSQL only."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from engine import settings as settings_
from engine.params import Dream, See, Zoom
from engine.queue import engine_registry, installation, lease, notifications
from engine.queue.fleet_hints import FleetHintClient, FleetHintServer
from engine.queue.job import CancelOutcome, Hint, Job, Progress, Requeued, Settled, Started, State
from engine.queue.ledger_dispatch import LedgerDispatch
from engine.settings import Settings
from engine.supervisor import Supervisor
from tests.engine.fake_child import FINE, SLOW
from tests.postgresql_server import PostgresServer

pytestmark = [pytest.mark.process, pytest.mark.postgresql]

FAKE_CHILD = (sys.executable, str(Path(__file__).with_name("fake_child.py")))


def order(what: int, requester: str = "ada") -> Job:
    return Job(params=Dream(seed=what), requester=requester)


class Fleet:
    """One database, one folder of blobs, and any number of machines."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.folder = folder
        (folder / "shared").mkdir(parents=True)

    def settings(self, name: str) -> Settings:
        fleet = {"database_url": self.url.replace("+psycopg", ""), "blob_url": (self.folder / "shared").as_uri()}
        return settings_.load(data_dir=self.folder / name, fleet=fleet)

    @asynccontextmanager
    async def engine(self, name: str) -> AsyncIterator[Supervisor]:
        chosen = self.settings(name)
        with contextlib.closing(installation.open_ledger(chosen)) as ledger:
            engine = Supervisor(chosen, ledger, (*FAKE_CHILD, str(chosen.run_dir)))
            running = asyncio.create_task(engine.run())
            try:
                yield engine
            finally:
                engine.stop()
                await running

    @asynccontextmanager
    async def bot(self) -> AsyncIterator[Bot]:
        dispatch = await asyncio.to_thread(installation.open_dispatch, self.settings("bot"))
        bot = Bot(dispatch)
        listening = asyncio.create_task(bot.listen())
        try:
            yield bot
        finally:
            listening.cancel()
            await asyncio.wait((listening,))
            await dispatch.close()


class Bot:
    """A bot's dispatch, and what it hears."""

    def __init__(self, dispatch: LedgerDispatch) -> None:
        self.dispatch = dispatch
        self.heard: list[Hint] = []

    async def listen(self) -> None:
        async with contextlib.aclosing(self.dispatch.hints()) as hints:  # type: ignore[type-var]
            async for hint in hints:
                self.heard.append(hint)

    async def until(self, true: Callable[[], Any]) -> None:
        async with asyncio.timeout(120):
            while not true():
                await asyncio.sleep(0.01)


@pytest.fixture
def fleet(fleet_url: str, data_dir: Path) -> Fleet:
    return Fleet(fleet_url, data_dir)


def heard(bot: Bot, kind: type[Hint]) -> set[str]:
    return {hint.id for hint in bot.heard if isinstance(hint, kind)}


async def test_two_engines_do_what_a_bot_asks(fleet: Fleet) -> None:
    async with fleet.bot() as bot, fleet.engine("one") as one, fleet.engine("two") as two:
        assert one.name != two.name
        await bot.until(lambda: bot.dispatch.engine_listens())
        ids = {await bot.dispatch.submit(order(SLOW, f"user {n}"), {}) for n in range(2)}
        await bot.until(lambda: heard(bot, Progress) == ids)  # both run, so that each has its engine
        assert {run.row.id for engine in (one, two) for lane in engine._lanes for run in lane.runs} == ids
        for id in ids:
            assert await bot.dispatch.cancel(id) is CancelOutcome.STOPPING
        await bot.until(lambda: heard(bot, Settled) == ids)
        rows = [await bot.dispatch.row(id) for id in ids]
        assert [row.state for row in rows if row] == [State.CANCELLED] * 2


async def test_who_asks_much_of_one_bot_keeps_nobody_waiting_at_another(fleet: Fleet) -> None:
    async with fleet.bot() as one, fleet.bot() as two:
        ada = [await one.dispatch.submit(order(number), {}) for number in range(4)]
        bob = await two.dispatch.submit(order(9, "bob"), {})
        with contextlib.closing(installation.open_ledger(fleet.settings("engine"))) as ledger:
            rows = [ledger.claim(f"engine {number}") for number in range(5)]
        assert [row.id for row in rows if row] == [ada[0], bob, *ada[1:]]


async def test_the_job_of_an_engine_that_stops_beating_goes_on_elsewhere(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_registry, "DEAD_S", 1.0)
    monkeypatch.setattr(engine_registry, "BEAT", "SELECT %(name)s::text, %(about)s::text")  # nobody beats ...
    async with fleet.bot() as bot:
        id = await bot.dispatch.submit(order(FINE), {})
        assert bot.dispatch.ledger.claim("a machine that is gone")  # ... and nobody is known
        async with fleet.engine("one"):
            await bot.until(lambda: id in heard(bot, Settled))
            row = await bot.dispatch.row(id)
            assert row
            assert (row.state, row.attempt, row.crashes) == (State.DONE, 2, 0)
            assert id in heard(bot, Requeued)


async def test_an_engine_that_stops_gives_its_job_back_and_is_known_to_be_gone(fleet: Fleet) -> None:
    async with fleet.bot() as bot:
        async with fleet.engine("one"):
            id = await bot.dispatch.submit(order(SLOW), {})
            await bot.until(lambda: id in heard(bot, Started))
        await bot.until(lambda: id in heard(bot, Requeued))
        await bot.until(lambda: not bot.dispatch.engine_listens())
        async with fleet.engine("two"):
            await bot.until(lambda: isinstance(bot.heard[-1], Progress))
            await bot.dispatch.cancel(id, keep_preview=True)
            await bot.until(lambda: id in heard(bot, Settled))


async def test_everybody_finds_a_database_that_was_killed_again(
    fleet: Fleet, postgresql: PostgresServer, caplog: pytest.LogCaptureFixture
) -> None:
    async with fleet.bot() as bot, fleet.engine("one"):
        before = await bot.dispatch.submit(order(SLOW), {})
        await bot.until(lambda: before in heard(bot, Progress))
        await asyncio.to_thread(postgresql.stop)
        await asyncio.to_thread(postgresql.start)
        after = await bot.dispatch.submit(order(FINE, "ben"), {})
        await bot.dispatch.cancel(before)
        async with asyncio.timeout(120):
            while await bot.dispatch.places():
                await asyncio.sleep(0.05)
        rows = {id: await bot.dispatch.row(id) for id in (before, after)}
        assert [(row.state, row.attempt) for row in rows.values() if row] == [(State.CANCELLED, 1), (State.DONE, 1)]
        again = await bot.dispatch.submit(order(FINE, "eve"), {})
        await bot.until(lambda: again in heard(bot, Settled))


async def test_a_preview_is_the_newest_and_gone_with_its_job(fleet: Fleet) -> None:
    with contextlib.closing(installation.open_ledger(fleet.settings("one"))) as ledger:
        server = FleetHintServer(fleet.url, "one", ledger, lambda _: None, dict)
        client = FleetHintClient(fleet.url, ledger)
        bot = Bot(LedgerDispatch(ledger, None, client))  # type: ignore[arg-type]
        listening = asyncio.create_task(bot.listen())
        knock = Started("knock")  # type: ignore[arg-type]
        while knock not in bot.heard:
            server.send_hint(knock)
            await asyncio.sleep(0.01)
        id = await bot.dispatch.submit(order(FINE), {})
        for step in range(50):
            server.send_hint(Progress(id, step, 50, step / 50, 1.0, b"%d" % step))
        await bot.until(lambda: bot.heard[-1:] and isinstance(bot.heard[-1], Progress) and bot.heard[-1].step == 49)
        assert isinstance(bot.heard[-1], Progress)
        assert bot.heard[-1].preview == b"49"
        assert len(bot.heard) < 50, "what was not sent yet is overtaken by what is newer"
        server.send_hint(Settled(id))
        await bot.until(lambda: id in heard(bot, Settled))
        async with await notifications.connect(fleet.url) as db:
            assert await (await db.execute("SELECT count(*) FROM previews")).fetchone() == (0,)
        listening.cancel()
        await asyncio.wait((listening,))
        await client.close()
        await server._sender.close()


async def test_a_lease_is_held_by_one_and_goes_to_another(fleet_url: str) -> None:
    at_work: list[str] = []

    async def work(who: str) -> None:
        at_work.append(who)
        await asyncio.Event().wait()

    tasks = {who: asyncio.create_task(lease.run_alone(fleet_url, "x", lambda who=who: work(who))) for who in "ab"}  # type: ignore[misc]
    async with asyncio.timeout(60):
        while not at_work:
            await asyncio.sleep(0.01)
        first = at_work[0]
        tasks[first].cancel()
        while len(at_work) < 2:
            await asyncio.sleep(0.01)
    assert set(at_work) == {"a", "b"}
    for task in tasks.values():
        task.cancel()
    await asyncio.wait(tasks.values())


async def test_a_lease_that_is_lost_ends_the_work(fleet_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "ASK_S", 0.05)
    ended, begun = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    task = asyncio.create_task(lease.run_alone(fleet_url, "x", work))
    async with asyncio.timeout(60):
        await begun.wait()
        begun.clear()
        with psycopg.connect(fleet_url.replace("+psycopg", ""), autocommit=True) as db:
            db.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                " AND datname = current_database()"
            )
        await ended.wait()
        await begun.wait()  # and it is begun again
    task.cancel()
    await asyncio.wait((task,))


async def hold(url: str, locks: lease.BotLocks) -> asyncio.Task[None]:
    """A process that holds these."""
    held = asyncio.Event()
    task = asyncio.create_task(lease.keep(url, locks, held, LookupError(), patience_s=0))
    await asyncio.wait((task, asyncio.create_task(held.wait())), return_when=asyncio.FIRST_COMPLETED)
    return task


async def test_shards_are_kept_once_and_all_agree_how_many_there_are(fleet_url: str) -> None:
    held = [await hold(fleet_url, lease.BotLocks(shards, 4)) for shards in ((0, 1), (2,))]
    assert not any(task.done() for task in held)
    for locks in (lease.BotLocks((3, 1), 4), lease.BotLocks((3,), 8), lease.BotLocks()):
        refused = await hold(fleet_url, locks)
        with pytest.raises(LookupError):
            await refused
    held.append(await hold(fleet_url, lease.BotLocks((3,), 4)))
    assert not held[-1].done()
    for task in held:
        task.cancel()
    await asyncio.wait(held)
    whole = await hold(fleet_url, lease.BotLocks())
    assert not whole.done()
    whole.cancel()
    await asyncio.wait((whole,))


async def test_what_is_done_in_turn_is_done_by_each_alone(fleet_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "ASK_S", 0.05)
    at_work, most, done = 0, 0, 0

    async def work() -> None:
        nonlocal at_work, most, done
        at_work += 1
        most = max(most, at_work)
        await asyncio.sleep(0)
        at_work -= 1
        done += 1

    await asyncio.gather(*(lease.run_in_turn(fleet_url, "x", work) for _ in range(3)))
    assert (most, done) == (1, 3)


async def test_an_engine_of_the_version_before_leaves_what_it_does_not_know(fleet: Fleet) -> None:
    """It runs in a process of its own; what it cannot read waits for one that was updated, and costs no attempt."""
    chosen = fleet.settings("old")
    given = {"PAREIDOLIA_DATA_DIR": str(chosen.data_dir), "PAREIDOLIA_FLEET__BLOB_URL": chosen.fleet.blob_url}
    given["PAREIDOLIA_FLEET__DATABASE_URL"] = chosen.fleet.database_url.get_secret_value()
    command = (sys.executable, "-m", "tests.older_engine", *FAKE_CHILD, str(chosen.run_dir))
    async with fleet.bot() as bot:
        old = await asyncio.create_subprocess_exec(*command, env={**os.environ, **given})
        try:
            await bot.until(bot.dispatch.engine_listens)
            newer = {await bot.dispatch.submit(Job(kind(seed=FINE), "ada"), {}) for kind in (Dream, See)}
            known = await bot.dispatch.submit(Job(Zoom(seed=FINE), "bob"), {})
            await bot.until(lambda: known in heard(bot, Settled))
            assert not newer & (heard(bot, Settled) | heard(bot, Started))
            async with fleet.engine("new"):
                await bot.until(lambda: newer <= heard(bot, Settled))
            for id in (*newer, known):
                row = await bot.dispatch.row(id)
                assert row
                assert (row.state, row.attempt, row.crashes) == (State.DONE, 1, 0)
            assert old.returncode is None
        finally:
            old.terminate()
            await old.wait()
