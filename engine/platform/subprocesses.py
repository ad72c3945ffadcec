"""How a process of asyncio is signalled and ends: `(process) => exit status`, with nothing of it left open."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal


def send_signal(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    """Signal a process that may just have ended by itself.

    Not by its own `send_signal`, `terminate` or `kill`: they ask for its status first, and asyncio, which then asks in
    vain, calls it 255.
    """
    if process.returncode is None:  # else its number may be another process's
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, number)


async def kill(process: asyncio.subprocess.Process) -> int:
    """Kill a process, close its pipes, and wait for its end. Returns its exit status, as `subprocess` has it.

    Its pipes are closed here because what nobody reads any more would keep them open: `wait` alone never returns where
    the process had written more than the reader takes, and a loop that ends before they close leaves them to the
    collector, with a ResourceWarning. `communicate` would do both, except where another task is reading. asyncio has no
    public way to close the transport.
    """
    send_signal(process, signal.SIGKILL)
    transport = process._transport  # type: ignore[attr-defined]
    for pipe in filter(None, map(transport.get_pipe_transport, range(3))):
        pipe.close()
    # Not before: closing it asks for the status, too.
    status = await process.wait()
    transport.close()
    return status
