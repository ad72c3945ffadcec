"""How long a job may take in its child."""

from __future__ import annotations

import pytest

from engine.params import AnyParams, Dream, Upscale
from engine.queue.course import Timing
from engine.queue.job import Job, JobId, JobRow, State
from engine.supervised_run import Run


def run(params: AnyParams, seconds: float) -> Run:
    row = JobRow(JobId("a" * 20), Job(params, "1"), State.RUNNING, {}, 0.0, expected=Timing(seconds, (1.0,)))
    return Run(row)


@pytest.mark.parametrize(
    ("params", "seconds", "limit"),
    [(Dream(), 600.0, 900.0), (Upscale(), 60.0, 900.0), (Upscale(size=2048), 600.0, 2400.0)],
)
def test_the_limit_grows_with_what_an_upscale_should_take(params: AnyParams, seconds: float, limit: float) -> None:
    assert run(params, seconds).limit_s(900.0) == limit
