import asyncio
import gc
import signal
import sys
import warnings
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Coroutine
from typing import Any
from unittest import mock

import pytest

from engine.platform import subprocesses

pytestmark = pytest.mark.process
TALKS = "import sys; sys.stdout.buffer.write(bytes(10**7)); sys.stdout.flush()"
"""Far more than a pipe and its reader hold: it stays in the middle of it."""


async def start() -> Process:
    """A process that has written more than its reader takes."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-S", "-c", TALKS, stdin=PIPE, stdout=PIPE, limit=64)
    assert process.stdout is not None
    await process.stdout.readexactly(1)
    return process


async def kill_at_once() -> int:
    return await subprocesses.kill(await start())


async def kill_a_dead_one() -> int:
    """Its status is known, and its pipe, which nobody reads, is still open."""
    process = await start()
    process.kill()
    while process.returncode is None:
        await asyncio.sleep(0)
    return await subprocesses.kill(process)


async def kill_twice_while_it_is_read() -> int:
    process = await start()
    assert process.stdout is not None
    reading = asyncio.create_task(process.stdout.read())
    await asyncio.sleep(0)
    first, second = await asyncio.gather(subprocesses.kill(process), subprocesses.kill(process))
    await reading
    assert first == second
    return first


@pytest.mark.parametrize("work", [kill_at_once, kill_a_dead_one, kill_twice_while_it_is_read])
def test_nothing_of_a_killed_process_is_left_open(work: Callable[[], Coroutine[Any, Any, int]]) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert asyncio.run(work()) == -signal.SIGKILL
        gc.collect()
    assert [str(one.message) for one in caught] == []


def test_a_process_is_killed_without_asking_for_its_status() -> None:
    """Whoever asks takes it, and asyncio, which waits for it in a thread, would call it 255."""

    async def kill_and_count() -> tuple[int, int]:
        process = await start()
        transport = process._transport  # type: ignore[attr-defined]
        with mock.patch.object(transport._proc, "poll", wraps=transport._proc.poll) as asked:
            status = await subprocesses.kill(process)
        return status, asked.call_count

    assert asyncio.run(kill_and_count()) == (-signal.SIGKILL, 0)
