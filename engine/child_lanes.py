"""The supervisor's child and its lanes: `(process) => frames, lane by lane`.

A child takes as many jobs at once as it says when it is ready, each in a lane of its own. Frames of all of them share
one pipe in each direction and say of which lane they are.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Iterator, Sequence
from typing import Any

from engine.platform import framing, subprocesses
from engine.supervised_run import Run


class Child:
    """A process that dreams."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.pid = process.pid
        self.ended = False
        """It says nothing more."""
        self.lanes: Sequence[Lane] = ()
        self._process, self._into, self._out = process, process.stdin, process.stdout
        self._listening: asyncio.Task[None] | None = None

    @property
    def is_alive(self) -> bool:
        """Whether it can be given a job: the system may know before the pipe does that it has died."""
        return not self.ended and self._process.returncode is None

    async def wait_until_ready(self) -> dict[str, Any] | None:
        """What it says once it is warm, and from then on it has lanes; None if it ends before."""
        frame = await framing.receive(self._out)
        if frame is None:
            return None
        self.lanes = [Lane(number, self) for number in range(frame[0].get("jobs", 1))]
        self._listening = asyncio.create_task(self._listen())
        return frame[0]

    async def _listen(self) -> None:
        try:
            while frame := await framing.receive(self._out):
                self.lanes[frame[0].get("lane", 0)].frames.put_nowait(frame)
        finally:
            self.ended = True
            for lane in self.lanes:
                lane.frames.put_nowait(None)

    def write(self, header: dict[str, Any]) -> None:
        """One frame down; nothing where it has ended."""
        with contextlib.suppress(ConnectionError):
            self._into.write(framing.pack(header))

    async def wait(self) -> None:
        """Until it has ended."""
        await self._process.wait()

    def kill(self) -> None:
        """Let it die; it may just have ended by itself."""
        subprocesses.send_signal(self._process, signal.SIGKILL)

    async def close(self) -> None:
        """Kill it, and leave nothing of it open."""
        await subprocesses.kill(self._process)
        self.ended = True
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.wait((self._listening,))


class Lane:
    """One job at a time."""

    def __init__(self, number: int, child: Child) -> None:
        self.number, self.child = number, child
        self.run: Run | None = None
        """Its job, and behind that the long one that waits for it."""
        self.wake = asyncio.Event()
        """There may be work."""
        self.frames: asyncio.Queue[framing.Frame | None] = asyncio.Queue()

    @property
    def runs(self) -> Iterator[Run]:
        """Its job, and the one that waits for it."""
        run = self.run
        while run is not None:
            yield run
            run = run.outer

    def send(self, **header: Any) -> None:
        """One frame down."""
        self.child.write({**header, "lane": self.number})

    async def receive(self) -> framing.Frame | None:
        """The next report; None if the child has died."""
        if self.child.ended and self.frames.empty():
            return None
        return await self.frames.get()
