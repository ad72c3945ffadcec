"""One engine, started again when it dies, left alone when it is somebody else's."""

import asyncio
import fcntl
import json
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.operations.engine_process import LOCKED, EngineProcess, RestartTimes

pytestmark = pytest.mark.process

QUICK = RestartTimes(first_s=0.01, most_s=0.02, watch_s=0.01, grace_s=5.0)
SUPERVISOR = """
import fcntl, json, os, pathlib, signal, sys
run = pathlib.Path(sys.argv[1])
lock = (run / "engine.lock").open("w")
try:
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError:
    sys.exit(75)
with (run / "starts").open("a") as out:
    out.write(f"{os.getpid()}\\n")
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # before anybody knows of us
temporary = run / "engine.tmp"
temporary.write_text(json.dumps({"supervisor": os.getpid(), "worker": 0}))
temporary.rename(run / "engine.pid")
signal.pause()
"""


def starts(run: Path) -> list[int]:
    try:
        return [int(line) for line in (run / "starts").read_text().split()]
    except FileNotFoundError:
        return []


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.01)


def pid(run: Path) -> int:
    try:
        return int(json.loads((run / "engine.pid").read_text())["supervisor"])
    except FileNotFoundError:
        return 0


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def make(run: Path) -> EngineProcess:
    return EngineProcess(run, run, (sys.executable, "-c", SUPERVISOR, str(run)), QUICK)


def child(engine: EngineProcess) -> asyncio.subprocess.Process:
    """What it started last."""
    assert engine._child is not None
    return engine._child


def found_another(engine: EngineProcess) -> bool:
    """What it started ended at once, because another engine lives there."""
    return engine._child is not None and engine._child.returncode == LOCKED


@asynccontextmanager
async def kept(engine: EngineProcess) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(engine.run())
    yield task
    task.cancel()
    await asyncio.wait({task})


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return tmp_path


async def test_a_dead_engine_is_started_again(run: Path) -> None:
    engine = make(run)
    async with kept(engine):
        await until(lambda: pid(run))
        first = pid(run)
        os.kill(first, 9)
        await until(lambda: len(starts(run)) == 2 and pid(run) != first)
    await engine.stop()
    assert not alive(starts(run)[-1])


async def test_stopping_is_gentle(run: Path) -> None:
    engine = make(run)
    async with kept(engine):
        await until(lambda: pid(run))
    await engine.stop()
    assert child(engine).returncode == 0


async def test_an_engine_that_outlived_its_bot_is_left_alone_then_replaced(run: Path) -> None:
    killed_bot = make(run)
    async with kept(killed_bot):
        await until(lambda: pid(run))
    survivor = pid(run)
    engine = make(run)
    async with kept(engine):
        await until(lambda: found_another(engine))
        assert alive(survivor)
        os.kill(survivor, 9)
        await child(killed_bot).wait()
        await until(lambda: len(starts(run)) == 2 and pid(run) != survivor)
    await engine.stop()


async def test_an_engine_of_an_earlier_bot_is_stopped_by_a_later_one(run: Path) -> None:
    killed_bot = make(run)
    async with kept(killed_bot):
        await until(lambda: pid(run))
    engine = make(run)
    async with kept(engine):
        await until(lambda: found_another(engine))
        await until(lambda: engine._started_pid() == pid(run))
    reaped = asyncio.create_task(child(killed_bot).wait())
    await engine.stop()
    assert await reaped == 0


async def test_somebody_elses_engine_is_not_stopped(run: Path) -> None:
    other = await asyncio.create_subprocess_exec(sys.executable, "-c", SUPERVISOR, str(run))
    await until(lambda: pid(run))
    engine = make(run)
    async with kept(engine):
        await until(lambda: found_another(engine))
    await engine.stop()
    assert other.returncode is None
    other.kill()
    await other.wait()


async def test_a_number_that_belongs_to_somebody_else_by_now_does_not_keep_a_dead_engine_dead(run: Path) -> None:
    other = await asyncio.create_subprocess_exec(sys.executable, "-c", SUPERVISOR, str(run))
    await until(lambda: pid(run))
    engine = make(run)
    async with kept(engine):
        await until(lambda: found_another(engine))
        (run / "engine.pid").write_text(json.dumps({"supervisor": os.getpid(), "worker": 0}))
        other.kill()
        await other.wait()
        await until(lambda: len(starts(run)) == 2)
    await engine.stop()


async def test_an_engine_that_cannot_be_started_is_tried_again(run: Path) -> None:
    engine = EngineProcess(run, run, (str(run / "engine"),), QUICK)
    async with kept(engine) as task:
        (run / "engine").write_text(f"#!/bin/sh\nexec {sys.executable} -c '{SUPERVISOR}' {run}\n")
        (run / "engine").chmod(0o755)
        await until(lambda: pid(run))
        assert not task.done()
    await engine.stop()


async def test_stopping_an_engine_that_is_gone_is_no_trouble(run: Path) -> None:
    engine = make(run)
    for name in ("engine.pid", "bot-engine.json"):
        (run / name).write_text(json.dumps({"supervisor": 2**22 + 1}))
    with (run / "engine.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        stopping = asyncio.create_task(engine.stop())
        await asyncio.sleep(0)
        assert not stopping.done(), "somebody holds the lock"
        fcntl.flock(lock, fcntl.LOCK_UN)
        await asyncio.wait_for(stopping, 60)
    assert not (run / "bot-engine.json").exists()
