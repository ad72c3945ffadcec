"""How long a job may take in its child."""

from __future__ import annotations

import pytest

from engine.params import AnyParams, Dream, Upscale, Video
from engine.queue.course import Timing
from engine.queue.job import Job, JobId, JobRow, State
from engine.supervised_run import Run


def run(params: AnyParams, seconds: float) -> Run:
    row = JobRow(JobId("a" * 20), Job(params, "1"), State.RUNNING, {}, 0.0, expected=Timing(seconds, (1.0,)))
    return Run(row)


@pytest.mark.parametrize(
    ("params", "seconds", "limit"),
    [(Dream(), 600.0, 900.0), (Upscale(), 60.0, 900.0), (Upscale(size=2048), 600.0, 2400.0), (Video(), 300.0, 1200.0)],
)
def test_the_limit_grows_with_what_may_take_long(params: AnyParams, seconds: float, limit: float) -> None:
    assert run(params, seconds).limit_s(900.0) == limit


def test_while_it_waits_for_a_short_job_its_time_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("engine.supervised_run.time.monotonic", lambda: now[0])
    long = run(Upscale(), 60.0)
    now[0] += 5
    with long.pause():
        long.signal_stop("stop")
        now[0] += 40
        assert long.watch.elapsed_s == 5
        assert not long.is_deaf(5.0), "its child cannot hear it"
    assert long.paused_s == 40
    now[0] += 2
    assert long.watch.elapsed_s == 7
    assert not long.is_deaf(5.0)
    now[0] += 4
    assert long.is_deaf(5.0)


def test_only_a_long_job_gives_way_and_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("engine.supervised_run.time.monotonic", lambda: now[0])
    long = run(Upscale(), 60.0)
    assert long.gives_way
    assert run(Video(), 60.0).gives_way
    assert not run(Dream(), 60.0).gives_way
    assert not Run(long.row, outer=long).gives_way, "one at a time"
    for _ in range(2):
        with long.pause():
            now[0] += 35
    assert not long.gives_way, "it has waited as long as it takes"
    stopped = run(Upscale(), 60.0)
    stopped.signal_stop("stop")
    assert not stopped.gives_way
