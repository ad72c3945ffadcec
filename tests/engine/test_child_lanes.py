"""The supervisor's child, as the pipe and as the system know it."""

from __future__ import annotations

import asyncio
import sys

import pytest

from engine.child_lanes import Child

pytestmark = pytest.mark.process

DIES_UNHEARD = """
import subprocess, sys
from engine.platform import framing
out = sys.stdout.buffer
out.write(framing.pack({"report": "ready"}) + framing.pack({"report": "done", "lane": 0}))
out.flush()
subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"])  # its pipe stays open for as long as ours
sys.exit(1)
"""


async def test_one_that_died_gets_no_job_though_its_pipe_is_open_and_what_it_said_is_heard() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", DIES_UNHEARD, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    child = Child(process)
    try:
        assert await child.wait_until_ready() == {"report": "ready"}
        while process.returncode is None:
            await asyncio.sleep(0.01)
        assert not child.ended, "somebody holds its pipe"
        assert not child.is_alive
        assert await child.lanes[0].receive() == ({"report": "done", "lane": 0}, b"")
    finally:
        await child.close()
