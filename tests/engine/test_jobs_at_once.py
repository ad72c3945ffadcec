"""Several jobs in one child: each has its own end, and a death costs nobody more than its own."""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from engine import settings as settings_
from engine import supervisor
from engine.params import Dream
from engine.queue.job import CancelOutcome, Hint, Job, JobId, JobRow, Progress, State
from engine.queue.local_dispatch import LocalDispatch, open_ledger
from engine.settings import Settings
from engine.supervisor import Supervisor
from tests.engine.fake_child import CRASH, DEAF, FAIL, FINE, SLOW
from tests.engine.test_supervisor import (
    FAKE_CHILD,
    crashes,
    eventually,
    eventually_true,
    listen,
    long_order,
    order,
    settled,
)

pytestmark = pytest.mark.process


@pytest.fixture
def settings(data_dir: Path) -> Settings:
    return settings_.load(data_dir=data_dir)


@pytest.fixture
async def dispatch(settings: Settings) -> AsyncIterator[LocalDispatch]:
    dispatch = LocalDispatch.open(settings)
    listening = asyncio.create_task(listen(dispatch))
    yield dispatch
    listening.cancel()
    await dispatch.close()


@pytest.fixture
async def engine(settings: Settings, dispatch: LocalDispatch) -> AsyncIterator[Supervisor]:
    """One whose child takes three jobs at once."""
    with contextlib.closing(open_ledger(settings)) as ledger:
        engine = Supervisor(settings, ledger, (*FAKE_CHILD, str(settings.run_dir), "3"))
        running = asyncio.create_task(engine.run())
        yield engine
        engine.stop()
        await running


async def begun(dispatch: LocalDispatch, *whats: int) -> list[JobId]:
    """Jobs that run at the same time."""
    ids = [await dispatch.submit(order(what), {}) for what in whats]
    for id in ids:
        await eventually(dispatch, id, lambda row: row.state is State.RUNNING)
    rows = [await dispatch.row(id) for id in ids]
    assert [row.state for row in rows if row] == [State.RUNNING] * len(ids)
    return ids


async def test_as_many_run_at_once_as_the_child_takes_and_each_ends_by_itself(
    engine: Supervisor, dispatch: LocalDispatch
) -> None:
    stopped, kept, _ = await begun(dispatch, SLOW, SLOW, SLOW)
    waiting = await dispatch.submit(order(FINE), {})
    assert await dispatch.cancel(stopped) is CancelOutcome.STOPPING
    assert (await settled(dispatch, stopped)).state is State.CANCELLED
    assert (await settled(dispatch, waiting)).state is State.DONE, "in the lane of the one that was stopped"
    assert (await settled(dispatch, await dispatch.submit(order(FAIL), {}))).error_code == "F03"
    await dispatch.cancel(kept, keep_preview=True)
    row = await settled(dispatch, kept)
    assert (row.state, row.attempt) == (State.DONE, 1)


async def test_steps_of_all_are_told(engine: Supervisor, dispatch: LocalDispatch, settings: Settings) -> None:
    told: dict[JobId, int] = {}
    other = LocalDispatch.open(settings)

    async def hear(hint: Hint) -> None:
        if isinstance(hint, Progress):
            told[hint.id] = hint.step

    async def follow() -> None:
        async for hint in other.hints():
            await hear(hint)

    following = asyncio.create_task(follow())
    ids = await begun(dispatch, SLOW, SLOW, SLOW)
    await eventually_true(lambda: all(told.get(id, 0) > 3 for id in ids))
    following.cancel()
    await other.close()


async def test_where_the_child_dies_all_begin_again_alone_and_only_the_one_that_kills_it_fails(
    engine: Supervisor, dispatch: LocalDispatch
) -> None:
    good = await begun(dispatch, SLOW, SLOW)  # at a second attempt they are quick
    bad = await dispatch.submit(order(CRASH), {})
    assert (await settled(dispatch, bad)).error_code == "F01"
    rows = [await settled(dispatch, id) for id in good]
    assert [(row.state, row.crashes, row.attempt) for row in rows] == [(State.DONE, 1, 2)] * 2
    assert len(await begun(dispatch, SLOW, SLOW, SLOW)) == 3, "then there are several at once again"


async def test_where_a_job_does_not_stop_the_others_begin_again_and_no_crash_is_counted(
    engine: Supervisor, dispatch: LocalDispatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "GRACE_S", 0.1)
    monkeypatch.setattr(supervisor, "BEAT_S", 0.05)
    deaf, good = await begun(dispatch, DEAF, SLOW)
    await dispatch.cancel(deaf)
    assert (await settled(dispatch, deaf)).state is State.CANCELLED
    row = await settled(dispatch, good)
    assert (row.state, row.crashes, row.attempt) == (State.DONE, 0, 2)


async def test_a_long_job_gives_way_in_its_lane_while_all_are_taken(
    engine: Supervisor, dispatch: LocalDispatch
) -> None:
    long = await dispatch.submit(long_order(SLOW), {})
    await eventually(dispatch, long, lambda row: row.state is State.RUNNING)
    await begun(dispatch, SLOW, SLOW)
    assert (await settled(dispatch, await dispatch.submit(order(FINE), {}))).state is State.DONE
    row = await dispatch.row(long)
    assert row
    assert (row.state, row.attempt) == (State.RUNNING, 1)


async def test_all_are_given_back_at_a_graceful_stop(settings: Settings, dispatch: LocalDispatch) -> None:
    with contextlib.closing(open_ledger(settings)) as ledger:
        engine = Supervisor(settings, ledger, (*FAKE_CHILD, str(settings.run_dir), "3"))
        running = asyncio.create_task(engine.run())
        ids = await begun(dispatch, SLOW, SLOW, SLOW)
        engine.stop()
        await running
        rows = [await dispatch.row(id) for id in ids]
        assert [row.state for row in rows if row] == [State.QUEUED] * 3
        assert [crashes(ledger, id) for id in ids] == [0] * 3


async def test_dreams_of_the_real_child_meet_on_a_cpu(settings: Settings, dispatch: LocalDispatch) -> None:
    """One is stopped in the middle, and the others are what they would be alone, but for rounding."""
    environment = {**os.environ, "PAREIDOLIA_DATA_DIR": str(settings.data_dir), "PAREIDOLIA_ENGINE__JOBS_AT_ONCE": "3"}
    command = [sys.executable, "-m", "engine.supervisor"]
    process = await asyncio.create_subprocess_exec(*command, env=environment, stderr=asyncio.subprocess.DEVNULL)
    try:
        quick = Dream(network="lite2", size=128, layer="mid", octaves=1, iterations=4, seed=3)
        long = quick.model_copy(update={"iterations": 100})
        jobs = [Job(params=one, requester="ada") for one in (long, long, quick)]
        stopped, beside, first = [await dispatch.submit(job, {}) for job in jobs]
        for id in (stopped, beside):
            await eventually(dispatch, id, lambda row: row.state is State.RUNNING)
        one = await settled_after_long(dispatch, first)
        row = await dispatch.row(beside)
        assert row
        assert row.state is State.RUNNING
        for id in (stopped, beside):
            await dispatch.cancel(id)
            assert (await settled_after_long(dispatch, id)).state is State.CANCELLED
        alone = await settled_after_long(dispatch, await dispatch.submit(jobs[2], {}))
        assert far(await picture(dispatch, one), await picture(dispatch, alone)) < 3
    finally:
        process.terminate()
        assert await asyncio.wait_for(process.wait(), 60) == 0


async def settled_after_long(dispatch: LocalDispatch, id: JobId) -> JobRow:
    async with asyncio.timeout(240):
        while not ((row := await dispatch.row(id)) and row.state.settled):
            await asyncio.sleep(0.05)
    return row


async def picture(dispatch: LocalDispatch, row: JobRow) -> Image.Image:
    assert row.state is State.DONE, row.error
    assert row.result
    data = await dispatch.get_blob(row.result.blob)
    assert data
    return Image.open(io.BytesIO(data)).convert("RGB")


def far(one: Image.Image, other: Image.Image) -> int:
    """The largest difference of two pictures, in steps of 255."""
    from PIL import ImageChops

    return max(top for _, top in ImageChops.difference(one, other).getextrema())  # type: ignore[misc]
