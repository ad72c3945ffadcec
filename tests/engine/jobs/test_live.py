"""Hints arrive as they were sent."""

from __future__ import annotations

import io

import pytest

from engine.jobs import frames, live
from engine.jobs.job import Hint, JobId, Progress, Settled, Started

ID = JobId("j" * 20)


@pytest.mark.parametrize(
    "hint",
    [Started(ID), Settled(ID), Progress(ID, 3, 9), Progress(ID, 3, 9, 1.5, b"\xff\xd8 preview", gpu_bytes=7 * 2**30)],
    ids=repr,
)
def test_a_hint_comes_out_as_it_went_in(hint: Hint) -> None:
    frame = frames.read(io.BytesIO(live._frame(hint)))
    assert frame is not None
    assert live._hint(*frame) == hint


def test_an_older_engine_says_nothing_of_its_memory() -> None:
    header = {"hint": "progress", "id": ID, "step": 1, "steps": 2, "eta_s": 0.0}
    assert live._hint(header, b"") == Progress(ID, 1, 2)
