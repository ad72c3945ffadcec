"""Several films as one: `(files, joint film) => MP4`, by a process of its own, which is slow and never in the way.

Each file is opened by a sealed child of `engine.video.reader`; encoding takes some ten seconds of a core and is done at
a lower priority. The process ends with whoever asked.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

from engine.errors import BrokenVideo
from engine.platform import framing, subprocesses

CHILD: Final = "engine.encoders.film_joiner_child"
JOIN_S: Final = 1200.0
"""By the clock: the machine has other work, too."""


@dataclass(frozen=True, slots=True)
class JointFilm:
    """What is wanted."""

    size: int
    """Pixels along the long side of the first one."""
    taken_fps: float
    """How many frames of a second are taken ..."""
    shown_fps: float
    """... and how many are shown in one."""
    stride: int
    """Every how many-th of these is shown."""
    limit_bytes: int


async def join(files: Sequence[bytes], wanted: JointFilm) -> bytes:
    """All of these films, one after another. Raises `BrokenVideo` where none can be had or nothing comes of it."""
    from engine.settings import without_secrets

    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", CHILD, env=without_secrets(), stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE, limit=2**20,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        async with asyncio.timeout(JOIN_S):
            await framing.send(process.stdin, asdict(wanted))
            for data in files:
                await framing.send(process.stdin, {}, data)
            await framing.send(process.stdin, {"end": True})
            answer = await framing.receive(process.stdout)
    except (ConnectionError, TimeoutError):
        answer = None
    finally:
        await subprocesses.kill(process)
    if answer is None or not answer[1]:
        raise BrokenVideo
    return answer[1]
