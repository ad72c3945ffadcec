"""The supervisor with a child that does to order what a worker could do."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine import settings as settings_
from engine import supervisor
from engine.errors import NoLedger
from engine.files.blobs import BlobKey
from engine.notes import Note
from engine.params import Dream, Upscale
from engine.queue import retention, timings
from engine.queue.course import planned_course
from engine.queue.hint_socket import HintServer
from engine.queue.job import CancelOutcome, Hint, Job, JobId, JobRow, Progress, Settled, Started, State
from engine.queue.ledger import Ledger
from engine.queue.local_dispatch import LocalDispatch, open_ledger
from engine.settings import Settings
from engine.supervisor import Supervisor
from tests.engine.fake_child import CRASH, CRASH_LATE, CRASH_ONCE, DEAF, FAIL, FINE, SLOW
from tests.engine.test_logs import Kept

pytestmark = pytest.mark.process

FAKE_CHILD = (sys.executable, str(Path(__file__).with_name("fake_child.py")))


def order(what: int) -> Job:
    return Job(params=Dream(seed=what), requester="ada")


@pytest.fixture
def settings(data_dir: Path) -> Settings:
    return settings_.load(data_dir=data_dir)


async def listen(dispatch: LocalDispatch) -> None:
    """A bot always listens; its socket also carries the wake-ups."""
    async for _ in dispatch.hints():
        pass


@pytest.fixture
async def dispatch(settings: Settings) -> AsyncIterator[LocalDispatch]:
    dispatch = LocalDispatch.open(settings)
    listening = asyncio.create_task(listen(dispatch))
    yield dispatch
    listening.cancel()
    await dispatch.close()


def writers(engine: Supervisor) -> set[asyncio.StreamWriter]:
    """Who listens to an engine."""
    assert isinstance(engine.live, HintServer)
    return engine.live._writers


@pytest.fixture
async def engine(settings: Settings, dispatch: LocalDispatch) -> AsyncIterator[Supervisor]:
    ledger = open_ledger(settings)
    engine = Supervisor(settings, ledger, (*FAKE_CHILD, str(settings.run_dir)))
    running = asyncio.create_task(engine.run())
    yield engine
    engine.stop()
    await running
    ledger.close()


async def settled(dispatch: LocalDispatch, id: JobId) -> JobRow:
    return await eventually(dispatch, id, lambda row: row.state.settled)


async def eventually(dispatch: LocalDispatch, id: JobId, true: Callable[[JobRow], bool]) -> JobRow:
    async with asyncio.timeout(120):
        while True:
            row = await dispatch.row(id)
            assert row
            if true(row):
                return row
            await asyncio.sleep(0.01)


async def test_a_job_is_done(engine: Supervisor, dispatch: LocalDispatch) -> None:
    row = await settled(dispatch, await dispatch.submit(order(FINE), {}))
    assert row.state == State.DONE
    assert row.result
    assert row.result.mime == "image/png"


async def heard_until(kind: type[Hint], engine: Supervisor, settings: Settings, job: Job) -> list[Hint]:
    """The hints of a job, up to the first of a kind."""
    heard: list[Hint] = []
    dispatch = LocalDispatch.open(settings)

    async def listen() -> None:
        async for hint in dispatch.hints():
            heard.append(hint)
            if isinstance(hint, kind):
                return

    listening = asyncio.create_task(listen())
    await eventually_true(lambda: len(writers(engine)) == 2)
    await dispatch.submit(job, {})
    async with asyncio.timeout(60):
        await listening
    await dispatch.close()
    return heard


async def test_hints_tell_of_start_steps_and_end(
    engine: Supervisor, dispatch: LocalDispatch, settings: Settings
) -> None:
    start, *told, end = await heard_until(Settled, engine, settings, order(FINE))
    assert (type(start), type(end)) == (Started, Settled)
    told_steps = [hint.step for hint in told if isinstance(hint, Progress)]
    assert sorted({0, *told_steps}) == [0, 1, 2, 3]  # 0 where the first one took a second
    assert told_steps == sorted(told_steps)
    done = [hint.done for hint in told if isinstance(hint, Progress)]
    assert 0 < done[0] <= done[-1] < 1
    assert done == sorted(done)


async def test_a_child_that_makes_no_step_for_a_while_is_still_told_of(
    engine: Supervisor, dispatch: LocalDispatch, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "GRACE_S", 0.1)
    monkeypatch.setattr(supervisor, "BEAT_S", 0.05)
    *_, told = await heard_until(Progress, engine, settings, order(DEAF))
    assert isinstance(told, Progress)
    assert (told.step, told.preview) == (0, b"")
    assert told.eta_s > 0
    await dispatch.cancel(told.id)
    assert (await settled(dispatch, told.id)).state == State.CANCELLED


async def test_the_course_of_a_dream_is_learned(engine: Supervisor, dispatch: LocalDispatch) -> None:
    job = order(FINE)
    await settled(dispatch, await dispatch.submit(job, {}))
    with dispatch.ledger._read() as db:
        learned = timings.read(db, job)
    assert learned.course != planned_course(job.params)


async def eventually_true(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(120):
        while not true():
            await asyncio.sleep(0.01)


async def test_the_bot_knows_when_its_engine_comes_and_goes(settings: Settings, dispatch: LocalDispatch) -> None:
    assert not dispatch.engine_listens()
    ledger = open_ledger(settings)
    engine = Supervisor(settings, ledger, (*FAKE_CHILD, str(settings.run_dir)))
    running = asyncio.create_task(engine.run())
    await eventually_true(dispatch.engine_listens)
    engine.stop()
    await running
    await eventually_true(lambda: not dispatch.engine_listens())
    ledger.close()


async def test_every_line_about_a_job_names_the_job(engine: Supervisor, dispatch: LocalDispatch) -> None:
    kept = Kept()
    supervisor.log.addHandler(kept)
    supervisor.log.setLevel("INFO")
    try:
        ids = [await dispatch.submit(order(what), {}) for what in (FINE, CRASH)]
        for id in ids:
            await settled(dispatch, id)
        # the row comes first: its bot may read it before its line is written
        await eventually_true(lambda: any("failed" in line["message"] for line in kept.lines))
    finally:
        supervisor.log.removeHandler(kept)
    told = {id: [line["message"] for line in kept.lines if line.get("job") == id] for id in ids}
    fine, crash = (" ".join(told[id]) for id in ids)
    assert "dream begins" in fine
    assert "done after" in fine
    assert "crashed its child again" in crash
    assert [line for line in kept.lines if "job" not in line and "begins" in line["message"]] == []


async def test_a_crash_of_the_child_is_tried_once_more(engine: Supervisor, dispatch: LocalDispatch) -> None:
    row = await settled(dispatch, await dispatch.submit(order(CRASH_ONCE), {}))
    assert (row.state, row.attempt) == (State.DONE, 2)


async def test_a_second_crash_fails_the_job_and_the_next_is_done(engine: Supervisor, dispatch: LocalDispatch) -> None:
    bad, good = await dispatch.submit(order(CRASH), {}), await dispatch.submit(order(FINE), {})
    assert (await settled(dispatch, bad)).error_code == "F01"
    assert (await settled(dispatch, good)).state == State.DONE


async def test_what_was_made_of_a_batch_before_the_second_crash_is_its_result(
    engine: Supervisor, dispatch: LocalDispatch
) -> None:
    batch = replace(order(CRASH_LATE), picture=BlobKey("a" * 64), others={"picture2": BlobKey("b" * 64)})
    row = await settled(dispatch, await dispatch.submit(batch, {}))
    assert (row.state, row.crashes, row.attempt) == (State.DONE, 1, 2)
    assert row.result
    assert row.result.facts["pictures"] == [1]


async def test_a_failure_reaches_the_row_as_a_sentence(engine: Supervisor, dispatch: LocalDispatch) -> None:
    row = await settled(dispatch, await dispatch.submit(order(FAIL), {}))
    assert (row.state, row.error_code) == (State.FAILED, "F03")
    assert "smaller" in row.error


async def test_a_running_job_stops_when_told(engine: Supervisor, dispatch: LocalDispatch) -> None:
    id = await dispatch.submit(order(SLOW), {})
    await eventually(dispatch, id, lambda row: row.state == State.RUNNING)
    assert await dispatch.cancel(id) is CancelOutcome.STOPPING
    assert (await settled(dispatch, id)).state == State.CANCELLED


async def test_a_stop_whose_frame_was_lost_is_seen_at_the_heartbeat(
    engine: Supervisor, dispatch: LocalDispatch
) -> None:
    id = await dispatch.submit(order(SLOW), {})
    await eventually(dispatch, id, lambda row: row.state == State.RUNNING)
    dispatch.ledger.cancel(id)  # past the socket
    assert (await settled(dispatch, id)).state == State.CANCELLED


async def test_keep_makes_a_result_of_what_there_is(engine: Supervisor, dispatch: LocalDispatch) -> None:
    id = await dispatch.submit(order(SLOW), {})
    await eventually(dispatch, id, lambda row: row.state == State.RUNNING)
    await dispatch.cancel(id, keep_preview=True)
    row = await settled(dispatch, id)
    assert row.state == State.DONE
    assert row.result
    assert row.result.notes == (Note("keep"),)


async def test_a_deaf_child_is_replaced(
    engine: Supervisor, dispatch: LocalDispatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "GRACE_S", 0.1)
    monkeypatch.setattr(supervisor, "BEAT_S", 0.05)
    deaf, good = await dispatch.submit(order(DEAF), {}), await dispatch.submit(order(FINE), {})
    await eventually(dispatch, deaf, lambda row: row.state == State.RUNNING)
    await dispatch.cancel(deaf)
    assert (await settled(dispatch, deaf)).state == State.CANCELLED
    assert (await settled(dispatch, good)).state == State.DONE


async def test_a_job_beyond_the_time_limit_fails_without_a_retry(
    engine: Supervisor, dispatch: LocalDispatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "GRACE_S", 0.1)
    monkeypatch.setattr(supervisor, "BEAT_S", 0.05)
    engine.settings.engine.timeout_s = 0.2
    row = await settled(dispatch, await dispatch.submit(order(DEAF), {}))
    assert (row.state, row.error_code, row.attempt) == (State.FAILED, "F02", 1)
    assert row.error_facts == {"minutes": 1}


async def test_a_job_that_is_claimed_while_the_engine_stops_is_given_back(
    settings: Settings, dispatch: LocalDispatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody has begun it, and only the thread that claims it knows of it."""
    ledger = open_ledger(settings)
    engine = Supervisor(settings, ledger, (*FAKE_CHILD, str(settings.run_dir)))
    claim, taken, answers = ledger.claim, threading.Event(), threading.Event()

    def claim_slowly(*asked: Any) -> JobRow | None:
        if (row := claim(*asked)) is not None:
            taken.set()
            answers.wait()
        return row

    monkeypatch.setattr(ledger, "claim", claim_slowly)
    running = asyncio.create_task(engine.run())
    id = await dispatch.submit(order(SLOW), {})
    await asyncio.to_thread(taken.wait)
    engine.stop()
    while not engine._stopping.is_set() or engine._lanes[0].child.is_alive:
        await asyncio.sleep(0.01)
    answers.set()
    await running
    row = await dispatch.row(id)
    assert row
    assert (row.state, row.attempt) == (State.QUEUED, 1)
    assert crashes(ledger, id) == 0
    ledger.close()


async def test_a_graceful_stop_gives_the_job_back(settings: Settings, dispatch: LocalDispatch) -> None:
    ledger = open_ledger(settings)
    engine = Supervisor(settings, ledger, (*FAKE_CHILD, str(settings.run_dir)))
    running = asyncio.create_task(engine.run())
    id = await dispatch.submit(order(SLOW), {})
    await eventually(dispatch, id, lambda row: row.state == State.RUNNING)
    engine.stop()
    await running
    row = await dispatch.row(id)
    assert row
    assert row.state == State.QUEUED
    assert crashes(ledger, id) == 0
    ledger.close()


def crashes(ledger: Ledger, id: JobId) -> int:
    import sqlalchemy as sa

    from engine.queue.ledger import jobs

    with ledger._read() as db:
        return db.scalar(sa.select(jobs.c.crashes).where(jobs.c.id == id)) or 0


def start_process(settings: Settings) -> subprocess.Popen[bytes]:
    code = (
        "import sys, engine.supervisor as s;"
        f"s.Supervisor.__init__.__defaults__ = ({(*FAKE_CHILD, str(settings.run_dir))!r},);"
        "sys.exit(s.main())"
    )
    environment = {**os.environ, "PAREIDOLIA_DATA_DIR": str(settings.data_dir)}
    return subprocess.Popen([sys.executable, "-c", code], env=environment, stderr=subprocess.DEVNULL)


async def test_a_killed_supervisor_loses_nothing_and_counts_no_crash(
    settings: Settings, dispatch: LocalDispatch
) -> None:
    process = start_process(settings)
    id = await dispatch.submit(order(SLOW), {})
    await eventually_true((settings.run_dir / id).exists)  # the child has begun
    process.send_signal(signal.SIGKILL)
    process.wait()
    again = start_process(settings)
    row = await settled(dispatch, id)
    assert (row.state, row.attempt) == (State.DONE, 2)
    assert crashes(dispatch.ledger, id) == 0
    again.terminate()
    assert again.wait(10) == 0


async def test_a_second_engine_leaves_the_first_alone(settings: Settings, dispatch: LocalDispatch) -> None:
    first = start_process(settings)
    await settled(dispatch, await dispatch.submit(order(FINE), {}))
    second = start_process(settings)
    assert second.wait(10) == supervisor.LOCKED
    await settled(dispatch, await dispatch.submit(order(FINE), {}))
    first.terminate()
    assert first.wait(10) == 0


async def test_the_engine_forgets_what_is_old(
    settings: Settings, dispatch: LocalDispatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "TIDY_S", 0.01)
    monkeypatch.setattr(settings.storage, "days", 1e-9)
    monkeypatch.setattr(settings.storage, "button_days", 1e-9)
    id = await dispatch.submit(order(FINE), {})
    await dispatch.cancel(id)
    await dispatch.mark_posted(id, "message")
    with contextlib.closing(open_ledger(settings)) as ledger:
        engine = Supervisor(settings, ledger, (*FAKE_CHILD, str(settings.run_dir)))
        running = asyncio.create_task(engine.run())
        async with asyncio.timeout(60):
            while await dispatch.row(id):
                await asyncio.sleep(0.01)
        engine.stop()
        await running


def test_a_damaged_database_is_a_sentence_in_the_log(settings: Settings) -> None:
    settings.database.write_bytes(b"not a database" * 1000)
    environment = {**os.environ, "PAREIDOLIA_DATA_DIR": str(settings.data_dir)}
    command = [sys.executable, "-m", "engine.supervisor"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == supervisor.UNUSABLE
    assert "pareidolia restore FILE" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


async def test_a_result_is_kept_until_the_ledger_takes_it(
    engine: Supervisor, dispatch: LocalDispatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "BACK_OFF_S", 0.01)
    finish, refused = engine.ledger.finish, iter([NoLedger(), NoLedger()])

    def reluctant(*facts: Any) -> bool:
        if error := next(refused, None):
            raise error
        return finish(*facts)

    monkeypatch.setattr(engine.ledger, "finish", reluctant)
    row = await settled(dispatch, await dispatch.submit(order(FINE), {}))
    assert (row.state, row.attempt) == (State.DONE, 1)


async def test_a_heartbeat_that_cannot_read_the_ledger_still_keeps_the_time(
    engine: Supervisor, dispatch: LocalDispatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable(*_: object) -> str:
        raise NoLedger

    monkeypatch.setattr(supervisor, "GRACE_S", 0.1)
    monkeypatch.setattr(supervisor, "BEAT_S", 0.05)
    monkeypatch.setattr(engine.ledger, "stop_flag", unreadable)
    engine.settings.engine.timeout_s = 0.2
    assert (await settled(dispatch, await dispatch.submit(order(DEAF), {}))).error_code == "F02"


async def test_children_that_come_to_nothing_are_started_ever_more_slowly(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(supervisor, "BACK_OFF_S", 0.001)
    with contextlib.closing(open_ledger(settings)) as ledger:
        engine = Supervisor(settings, ledger, (sys.executable, "-c", "import no_such_engine"))
        running = asyncio.create_task(engine.run())
        async with asyncio.timeout(120):
            while engine._failed_starts < 4:
                await asyncio.sleep(0.01)
        engine.stop()
        await running
    assert [line for line in caplog.messages if "starts of the child came to nothing" in line][:3] == [
        f"{count} starts of the child came to nothing; next start in 0 s" for count in (1, 2, 3)
    ]


@contextlib.asynccontextmanager
async def heard(engine: Supervisor, settings: Settings) -> AsyncIterator[list[tuple[str, State]]]:
    """The hints from now on, except for progress, each beside what the row said when it came."""
    kept: list[tuple[str, State]] = []
    dispatch = LocalDispatch.open(settings)

    async def hear() -> None:
        try:
            async for hint in dispatch.hints():
                row = dispatch.ledger.row(hint.id)
                assert row
                if not isinstance(hint, Progress):
                    kept.append((type(hint).__name__, row.state))
        except Exception as error:  # else whoever waits would wait in vain
            kept.append((f"nothing more is heard: {error!r}", State.FAILED))
            raise

    listening = asyncio.create_task(hear())
    await eventually_true(lambda: len(writers(engine)) == 2)  # the fixture's dispatch, which may be late, and this one
    yield kept
    listening.cancel()
    await asyncio.wait({listening})
    await dispatch.close()


async def test_only_a_final_row_is_said_to_be_settled(
    engine: Supervisor, dispatch: LocalDispatch, settings: Settings
) -> None:
    async with heard(engine, settings) as hints:
        for what in (FINE, CRASH, CRASH_ONCE, FAIL):
            hints.clear()
            await settled(dispatch, await dispatch.submit(order(what), {}))
            await eventually_true(lambda: bool(hints) and hints[-1][0] not in ("Started", "Requeued"))
            assert hints[-1][0] == "Settled"
            assert [state.settled for name, state in hints if name == "Settled"] == [True]
            assert [name for name, _ in hints].count("Requeued") == (what in (CRASH, CRASH_ONCE))


async def test_a_dream_that_is_given_back_is_said_to_wait(settings: Settings, dispatch: LocalDispatch) -> None:
    with contextlib.closing(open_ledger(settings)) as ledger:
        engine = Supervisor(settings, ledger, (*FAKE_CHILD, str(settings.run_dir)))
        running = asyncio.create_task(engine.run())
        await eventually_true(dispatch.engine_listens)
        async with heard(engine, settings) as hints:
            id = await dispatch.submit(order(SLOW), {})
            await eventually(dispatch, id, lambda row: row.state == State.RUNNING)
            engine.stop()
            await running
            await eventually_true(lambda: ("Requeued", State.QUEUED) in hints)


async def test_a_child_that_hangs_while_it_warms_up_is_replaced(
    settings: Settings, dispatch: LocalDispatch, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(supervisor, "WARM_UP_S", 0.1)
    monkeypatch.setattr(supervisor, "BACK_OFF_S", 0.01)
    with contextlib.closing(open_ledger(settings)) as ledger:
        engine = Supervisor(settings, ledger, (sys.executable, "-c", "import time; time.sleep(1000)"))
        hold_back = engine._delay_restart

        async def third_time_lucky() -> None:
            await hold_back()
            if engine._failed_starts == 3:
                monkeypatch.setattr(supervisor, "WARM_UP_S", 120.0)
                engine.child = (*FAKE_CHILD, str(settings.run_dir))

        monkeypatch.setattr(engine, "_delay_restart", third_time_lucky)
        running = asyncio.create_task(engine.run())
        id = await dispatch.submit(order(FINE), {})
        assert (await settled(dispatch, id)).state is State.DONE
        engine.stop()
        await running
    assert len([line for line in caplog.messages if "was not warm after" in line]) == 2


async def test_a_dream_whose_clock_broke_does_not_go_on_without_one(
    settings: Settings, dispatch: LocalDispatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "BEAT_S", 0.01)
    with contextlib.closing(open_ledger(settings)) as ledger:

        def broken(*_: object) -> str:
            raise ZeroDivisionError

        monkeypatch.setattr(ledger, "stop_flag", broken)
        engine = Supervisor(settings, ledger, (*FAKE_CHILD, str(settings.run_dir)))
        running = asyncio.create_task(engine.run())
        id = await dispatch.submit(order(DEAF), {})
        with pytest.raises(ExceptionGroup) as caught:
            await asyncio.wait_for(running, 120)
    assert caught.group_contains(ZeroDivisionError)
    row = await dispatch.row(id)
    assert row
    assert row.state is State.QUEUED


async def test_an_engine_that_cannot_tidy_any_more_does_not_go_on_as_if_it_could(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(retention, "tidy_forever", broken)
    with contextlib.closing(open_ledger(settings)) as ledger:
        engine = Supervisor(settings, ledger, (*FAKE_CHILD, str(settings.run_dir)))
        with pytest.raises(ZeroDivisionError):
            await asyncio.wait_for(engine.run(), 120)


def long_order(what: int) -> Job:
    return Job(params=Upscale(seed=what), requester="bob")


async def test_a_short_job_runs_between_two_steps_of_a_long_one(engine: Supervisor, dispatch: LocalDispatch) -> None:
    long = await dispatch.submit(long_order(SLOW), {})
    await eventually(dispatch, long, lambda row: row.state == State.RUNNING)
    assert (await settled(dispatch, await dispatch.submit(order(FINE), {}))).state == State.DONE
    assert (await settled(dispatch, await dispatch.submit(order(FAIL), {}))).state == State.FAILED
    row = await dispatch.row(long)
    assert row
    assert (row.state, row.attempt) == (State.RUNNING, 1)
    await dispatch.cancel(long)
    assert (await settled(dispatch, long)).state == State.CANCELLED


async def test_a_long_job_whose_child_dies_of_a_short_one_begins_again_and_no_crash_is_counted(
    engine: Supervisor, dispatch: LocalDispatch
) -> None:
    long = await dispatch.submit(long_order(SLOW), {})
    await eventually(dispatch, long, lambda row: row.state == State.RUNNING)
    short = await dispatch.submit(order(CRASH), {})
    assert (await settled(dispatch, short)).state == State.FAILED
    row = await settled(dispatch, long)
    assert (row.state, row.crashes) == (State.DONE, 0)
    assert row.attempt > 1


async def test_both_are_given_back_at_a_graceful_stop(settings: Settings, dispatch: LocalDispatch) -> None:
    ledger = open_ledger(settings)
    engine = Supervisor(settings, ledger, (*FAKE_CHILD, str(settings.run_dir)))
    running = asyncio.create_task(engine.run())
    ids = [await dispatch.submit(one(SLOW), {}) for one in (long_order, order)]
    for id in ids:
        await eventually(dispatch, id, lambda row: row.state == State.RUNNING)
    engine.stop()
    await running
    rows = [await dispatch.row(id) for id in ids]
    assert [row.state for row in rows if row] == [State.QUEUED, State.QUEUED]
    ledger.close()
