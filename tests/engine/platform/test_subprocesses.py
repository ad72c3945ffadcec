import asyncio
import gc
import signal
import sys
import warnings
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Coroutine
from typing import Any

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
