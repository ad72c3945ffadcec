"""Hints arrive as they were sent."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import pytest

from engine.jobs import frames, live
from engine.jobs.job import Hint, JobId, Progress, Requeued, Settled, Started

ID = JobId("j" * 20)


@pytest.mark.parametrize(
    "hint",
    [
        Started(ID),
        Settled(ID),
        Requeued(ID),
        Progress(ID, 3, 9),
        Progress(ID, 3, 9, 1.5, b"\xff\xd8 preview", gpu_bytes=7 * 2**30),
    ],
    ids=repr,
)
def test_a_hint_comes_out_as_it_went_in(hint: Hint) -> None:
    frame = frames.read(io.BytesIO(live._frame(hint)))
    assert frame is not None
    assert live._hint(*frame) == hint


def test_an_older_engine_says_nothing_of_its_memory() -> None:
    header = {"hint": "progress", "id": ID, "step": 1, "steps": 2, "eta_s": 0.0}
    assert live._hint(header, b"") == Progress(ID, 1, 2)


def test_a_hint_of_another_version_is_none_and_does_not_mean_that_a_job_is_settled() -> None:
    assert live._hint({"hint": "paused", "id": ID}, b"") is None


async def test_what_is_unknown_is_passed_over(data_dir: Path) -> None:
    server = live.LiveServer(data_dir / "s", lambda header: None)
    await server.start()
    client = live.LiveClient(data_dir / "s")
    hints = client.hints()
    first: asyncio.Future[Hint] = asyncio.ensure_future(anext(hints))
    async with asyncio.timeout(60):
        while not server._writers:
            await asyncio.sleep(0)
    for writer in server._writers:
        writer.write(frames.pack({"hint": "paused", "id": ID}))
    server.tell(Started(ID))
    assert await asyncio.wait_for(first, 60) == Started(ID)
    await hints.aclose()  # type: ignore[attr-defined]
    await server.stop()
