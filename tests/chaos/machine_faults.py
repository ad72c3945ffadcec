"""What goes wrong with the machine: `(seed) => nothing, or AssertionError`.

The disk, the clock and the pictures fail under a bot and an engine; SIGTERM comes in the middle. Whatever was accepted
before is answered once, and what is asked meanwhile is either accepted or refused with a sentence.
"""

from __future__ import annotations

import asyncio
import contextlib
import resource
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from unittest import mock

from sqlalchemy import Engine, event

from bot import wording
from bot.playground.world import Event, Interaction, Message
from bot.requests import service as service_module
from bot.requests.downloader import Downloader
from engine.errors import DiskFull, NoLedger, PareidoliaError, PictureGone
from engine.files.blobs import BlobKey
from engine.queue.job import JobRow, State
from tests.chaos.audit import Verdict, audit
from tests.chaos.bot_under_test import PATIENCE_S, House, all_rows
from tests.chaos.bot_under_test import opened as opened_house
from tests.chaos.in_process_bot import Bench
from tests.chaos.in_process_bot import opened as opened_bench
from tests.chaos.processes import PARTS, Process, descendants, living, process
from tests.chaos.small_engine import BOT, SLOW, png
from tests.playground_bot import custom_ids, job_of, labels, texts

SETTINGS = {"PAREIDOLIA_STORAGE__FREE_MB": "0", "PAREIDOLIA_LIMITS__PER_USER": "60"}
HOUR = 3600.0


def _holds(verdict: Verdict) -> None:
    assert verdict.flawless, str(verdict)


def _is_refused(message: Message, *kinds: type[PareidoliaError]) -> bool:
    return any(f"-# {kind.code}" in texts(message) for kind in kinds)


# the child


async def a_child_that_is_killed(_seed: str) -> None:
    """kill -9 of the child in the middle of a dream: the person reads so, can cancel, and gets that dream."""
    back = asyncio.Event()
    async with opened_bench() as bench:
        asked = bench.ask(slow=True)
        (job,) = await bench.accepted(asked)
        message = await bench.message(asked)
        await bench.world.until(lambda: "Dreaming" in texts(message), PATIENCE_S)
        with mock.patch.object(bench.engine, "_delay_restart", back.wait):
            assert bench.engine._child is not None
            bench.engine._child.kill()
            await bench.world.until(lambda: wording.ONCE_MORE in texts(message), PATIENCE_S)
            assert labels(message) == ["Cancel"]
            back.set()
            await bench.all_answered()
        assert (await bench.until(job, lambda row: row.posted)).attempt == 2
        verdict = bench.verdict()
        _holds(verdict)
        assert verdict.results == 1


# the disk


async def a_disk_that_takes_nothing(seed: str) -> None:
    """No process can write a byte for a while: what is asked is refused, what was accepted is answered afterwards.

    Made with RLIMIT_FSIZE from outside, which needs neither root nor a mount: every write fails, as on a full disk.
    """
    random = Random(seed)
    async with opened_house(SETTINGS, BOT) as house:
        house.world.acknowledge_seconds = PATIENCE_S
        jobs = [await _accepted(house, _ask(house, 3 * SLOW + random.randrange(9))) for _ in range(3)]
        await _running(house, jobs[0])
        processes = [one for name, those in house.parts().items() if name != "decoder" for one in those]
        with _unwritable([one.pid for one in processes]):
            refused = await house.world.until(_answered(house, _ask(house, 1)), PATIENCE_S)
            assert _is_refused(refused, DiskFull, NoLedger), texts(refused)
            await house.world.until(lambda: "99%" in texts(_message(house, jobs[0])), PATIENCE_S)  # it ends in vain
        await _all_answered(house)
        assert {one for those in house.parts().values() for one in those} >= {*processes[:2]}, "somebody died of it"
        await house.child.stop()
        verdict = audit(house.world, all_rows(house.data_dir), house.history)
        _holds(verdict)
        assert verdict.accepted == len(jobs)


@contextmanager
def _unwritable(pids: list[int]) -> Iterator[None]:
    kept = {pid: resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in pids}
    for pid, (_, hard) in kept.items():
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        for pid, limits in kept.items():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)


async def a_database_that_turns_read_only(_seed: str) -> None:
    """Nothing can be written into the ledger for a while, by bot or engine; reading works."""
    async with opened_bench() as bench:
        asked = bench.ask(slow=True)
        slow, after = await bench.accepted(asked, bench.ask("Ada"))
        await bench.running(slow)
        databases = [bench.dispatch.ledger._db, bench.engine.ledger._db, bench.client.service.presets._engine]
        write = mock.patch.object(bench.engine, "_write_outcome", wraps=bench.engine._write_outcome)
        with _read_only(databases), write as written:
            refused = await bench.message(bench.ask("Mod"))
            assert _is_refused(refused, NoLedger), texts(refused)
            kept = bench.playground.command("Mod", "dreams", "preset save", name="Sea", layer="low")
            assert _is_refused(await bench.message(kept), NoLedger)
            pressed = bench.playground.press("You", await bench.message(asked), "Cancel")
            assert _is_refused(await bench.message(pressed), NoLedger)
            await bench.met(lambda: written.call_count > 1)  # the dream has ended, and its engine insists
            assert bench.bot_lives
        await bench.all_answered()
        assert {row.id for row in bench.rows()} == {slow, after}
        _holds(bench.verdict())


@contextmanager
def _read_only(databases: list[Engine]) -> Iterator[None]:
    def forbid(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute("PRAGMA query_only = ON").close()

    def allow(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute("PRAGMA query_only = OFF").close()

    for one in databases:
        event.listen(one, "checkout", forbid)
    try:
        yield
    finally:
        for one in databases:
            event.remove(one, "checkout", forbid)
            event.listen(one, "checkout", allow)


async def pictures_that_rot(seed: str) -> None:
    """A stored picture changes on disk, before its dream is begun and after it is finished."""
    random = Random(seed)
    async with opened_bench(engine=False) as bench:
        upload = bench.playground.upload("photo.png", png(64, random.randrange(256)))
        before, after = await bench.accepted(bench.ask(image=upload), bench.ask(seed=2))
        _spoil(bench, next(row.job.picture for row in bench.rows() if row.id == before), random)
        await bench.stop_bot()
        await _engine_alone(bench, {before, after})
        done = next(row for row in _rows(bench) if row.id == after)
        assert done.result is not None
        _spoil(bench, done.result.blob, random)
        await bench.start_bot()
        await bench.all_answered()
        verdict = bench.verdict()
        _holds(verdict)
        assert verdict.failures == {PictureGone.code: 1}
        assert "no longer stored" in texts(next(m for m in bench.world.messages.values() if _is_about(m, after)))
        again = await bench.accepted(bench.ask(image=bench.playground.upload("photo.png", png(64, 1))))
        await bench.until(again[0], lambda row: row.state is State.DONE)


def _spoil(bench: Bench, key: BlobKey | None, random: Random) -> None:
    assert key is not None
    path = bench.settings.data_dir / "blobs" / key[:2] / key
    data = bytearray(path.read_bytes())
    data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    path.write_bytes(data)


def _rows(bench: Bench) -> list[JobRow]:
    return all_rows(bench.settings.data_dir)


async def _engine_alone(bench: Bench, jobs: set[str]) -> None:
    await bench.start_engine()
    async with asyncio.timeout(PATIENCE_S):
        while any(not row.state.settled for row in _rows(bench) if row.id in jobs):
            await asyncio.sleep(0.05)


def _is_about(message: Message, job: str) -> bool:
    return any(job in name for name in custom_ids(message))


# the clock


async def a_clock_that_jumps(seed: str) -> None:
    """The machine's clock is set an hour ahead and back again, in the middle of dreams; Discord's is not."""
    for jump in Random(seed).sample([HOUR, -HOUR], 2):
        async with opened_bench() as bench:
            asked = [bench.ask(slow=True), bench.ask("Ada", private=True), bench.ask("You", "elsewhere")]
            jobs = await bench.accepted(*asked)
            await bench.running(jobs[0])
            with _clock_ahead(bench, jump):
                later = await bench.accepted(bench.ask("Ada"), bench.ask("Mod", private=True))
                await bench.all_answered()
            await bench.all_answered()
            verdict = bench.verdict()
            _holds(verdict)
            assert verdict.results == len(jobs) + len(later), str(verdict)
            for one in asked:
                message = await bench.message(one)
                assert message.attachments, "the answer stands where it was asked"


@contextmanager
def _clock_ahead(bench: Bench, seconds: float) -> Iterator[None]:
    real = time.time

    def jumped() -> float:
        return real() + seconds

    ledgers = (bench.dispatch.ledger, bench.engine.ledger)
    with mock.patch("time.time", jumped), contextlib.ExitStack() as stack:
        for one in ledgers:
            stack.enter_context(mock.patch.object(one, "clock", jumped))
        yield


# SIGTERM


async def sigterm_in_the_middle_of_a_dream(seed: str) -> None:
    """The bot is told to stop while one dreams and others wait: the next one finishes them, and no crash is counted."""
    async with opened_house(SETTINGS, BOT) as house:
        house.world.acknowledge_seconds = PATIENCE_S
        jobs = [await _accepted(house, _ask(house, 3 * SLOW + n)) for n in range(3)]
        await _running(house, jobs[0])
        await asyncio.sleep(Random(seed).uniform(0.0, 0.5))
        (bot,), (engine,) = (house.parts()[name] for name in ("bot", "supervisor"))
        bot.kill(signal.SIGTERM)
        await _gone(bot, engine)
        await house.online()
        await _all_answered(house)
        await house.child.stop()
        verdict = audit(house.world, all_rows(house.data_dir), house.history)
        _holds(verdict)
        assert verdict.results == len(jobs), str(verdict)


async def sigterm_in_the_middle_of_an_upload(seed: str) -> None:
    """The bot is told to stop in the moment when Discord has taken an answer, before it hears so."""
    moment = Random(seed).choice(["message_create", "message_update"])
    async with opened_house(SETTINGS, BOT) as house:
        house.world.acknowledge_seconds = PATIENCE_S
        (bot,) = house.parts()["bot"]
        told = asyncio.Event()

        def hear(what: Event) -> None:
            if what.kind == moment and not told.is_set():
                told.set()
                bot.kill(signal.SIGTERM)

        house.world.listen(hear)
        _ask(house, 1)
        await asyncio.wait_for(told.wait(), PATIENCE_S)
        await _gone(bot)
        await house.online()
        await _all_answered(house)
        await house.child.stop()
        verdict = audit(house.world, all_rows(house.data_dir), house.history)
        _holds(verdict)
        assert verdict.results == 1, str(verdict)


async def a_stop_while_a_picture_is_opened(_seed: str) -> None:
    """The bot is told to stop while it says that it opens a picture: the next one says that it must be asked again."""
    never = asyncio.Event()

    async def hang(*_: object) -> bytes:
        await never.wait()
        return b""

    async with opened_bench() as bench:
        with mock.patch.object(Downloader, "_download", hang), mock.patch.object(service_module, "OPENING_S", 0.05):
            asked = bench.ask()
            message = await bench.message(asked)
            assert "Opening your image" in texts(message)
            await bench.stop_bot()
        await bench.start_bot()
        await bench.world.until(lambda: "run the command again" in texts(bench.world.messages[message.id]), PATIENCE_S)
        assert bench.rows() == []
        _holds(bench.verdict())
        await bench.accepted(bench.ask())
        await bench.all_answered()


# who starts whom


async def a_playground_that_is_killed(_seed: str) -> None:
    """kill -9 of the playground: its bot notices, and leaves with engine and decoder."""
    folder = Path(tempfile.mkdtemp(prefix="p-"))
    code = (
        "import asyncio, sys; from pathlib import Path; from bot.playground.server import Playground\n"
        "async def main():\n"
        "    p = Playground(); await p.start(); p.run_bot(Path(sys.argv[1]), sys.argv[2:])\n"
        "    await p.world.until(lambda: p.world.online, 200); print(p.child._process.pid, flush=True)\n"
        "    await asyncio.Event().wait()\n"
        "asyncio.run(main())"
    )
    playground = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, str(folder), *BOT, stdout=asyncio.subprocess.PIPE
    )
    assert playground.stdout is not None
    bot = int(await asyncio.wait_for(playground.stdout.readline(), PATIENCE_S))
    async with asyncio.timeout(PATIENCE_S):
        while len(family := [bot, *descendants(bot)]) < len(PARTS):
            await asyncio.sleep(0.05)
        processes = [one for pid in family if (one := process(pid))]
        playground.kill()
        await playground.communicate()
        while living(processes):
            await asyncio.sleep(0.05)
    shutil.rmtree(folder, ignore_errors=True)


SCENARIOS = (
    a_child_that_is_killed,
    a_disk_that_takes_nothing,
    a_database_that_turns_read_only,
    pictures_that_rot,
    a_clock_that_jumps,
    sigterm_in_the_middle_of_a_dream,
    sigterm_in_the_middle_of_an_upload,
    a_stop_while_a_picture_is_opened,
    a_playground_that_is_killed,
)


# a house's hands


def _ask(house: House, seed: int) -> Interaction:
    return house.playground.command("You", "dreams", "dream", size=128, seed=seed)


def _answered(house: House, interaction: Interaction) -> Callable[[], Message | None]:
    return lambda: house.playground.response_to(interaction)


async def _accepted(house: House, interaction: Interaction) -> str:
    def shown() -> Message | None:
        message = house.playground.response_to(interaction)
        return message if message and labels(message) else None

    return job_of(await house.world.until(shown, PATIENCE_S))


async def _running(house: House, job: str) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while next(row.state for row in all_rows(house.data_dir) if row.id == job) is not State.RUNNING:
            await asyncio.sleep(0.05)


async def _gone(*those: Process) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while living(those):
            await asyncio.sleep(0.05)


async def _all_answered(house: House) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not (rows := all_rows(house.data_dir)) or any(row.posted is None for row in rows):
            await asyncio.sleep(0.1)


def _message(house: House, job: str) -> Message:
    return next(one for one in house.world.messages.values() if any(job in name for name in custom_ids(one)))
