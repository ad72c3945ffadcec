"""The queue's rules: order, fairness, fencing, attempts, outbox."""

from __future__ import annotations

import multiprocessing
import re
import tracemalloc
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from engine.errors import Broken, EngineCrashed, QueueFull, TooManyJobs
from engine.files.blobs import BlobKey
from engine.params import Channel, Dream
from engine.queue import migrate
from engine.queue.database import connect, sqlite_url
from engine.queue.job import CancelOutcome, Job, JobId, Limits, Result, State, new_id
from engine.queue.ledger import MOST_CRASHES, MOST_STARTS, Ledger, jobs
from tests.engine.queue.conftest import Clock, a_job

FACTS = {"labels": [{"label": "fox", "probability": 0.72}]}
RESULT = Result(BlobKey("0" * 64), "image/png", 512, 512, 1000, facts=FACTS)


def test_ids_are_20_url_safe_characters() -> None:
    ids = {new_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{20}", id) for id in ids)


def test_a_job_comes_back_as_it_was_submitted(ledger: Ledger) -> None:
    others = {"mask": BlobKey("1" * 64), "guide": BlobKey("2" * 64)}
    job = replace(a_job(layer="mid", seed=7), others=others)
    row = ledger.row(ledger.submit(job, {"channel": 5}))
    assert row is not None
    assert (row.job, row.posting, row.state, row.attempt) == (job, {"channel": 5}, State.QUEUED, 0)


def test_a_job_whose_words_are_gone_fails_with_a_sentence_and_holds_up_nobody(ledger: Ledger) -> None:
    gone, fine = ledger.submit(a_job("ada"), {"channel": 5}), ledger.submit(a_job("bob"), {})
    with ledger._db.begin() as db:
        lost = a_job("ada").params.model_dump_json().replace('"pocket"', '"my network"')
        db.execute(jobs.update().where(jobs.c.id == gone).values(params=lost))
    claimed = ledger.claim("e")
    assert claimed is not None
    assert claimed.id == fine
    row = ledger.row(gone)
    assert row is not None
    assert (row.state, row.error_code, row.posting) == (State.FAILED, "F07", {"channel": 5})
    assert row.error_facts == {}
    assert gone in [one.id for one in ledger.list_unposted()]


def test_a_job_of_a_recipe_that_was_called_otherwise_is_read(ledger: Ledger) -> None:
    id = ledger.submit(a_job("ada"), {})
    with ledger._db.begin() as db:
        db.execute(
            jobs.update().where(jobs.c.id == id).values(recipe="neuron", params='{"recipe":"neuron","channel":3}')
        )
    claimed = ledger.claim("e")
    assert claimed is not None
    assert claimed.job.params == Channel(channel=3)


def test_users_take_turns(ledger: Ledger) -> None:
    greedy = [ledger.submit(a_job("greedy"), {}) for _ in range(4)]
    modest = ledger.submit(a_job("modest"), {})
    order = [row.id for row, _ in ledger.list_waiting()]
    assert order.index(modest) <= 1
    assert [id for id in order if id != modest] == greedy


def test_the_next_job_is_the_first_in_line(ledger: Ledger) -> None:
    for name in ("ada", "ada", "bob", "cy"):
        ledger.submit(a_job(name), {})
    line = [row.id for row, _ in ledger.list_waiting()]
    claimed = []
    while row := ledger.claim("e"):
        claimed.append(row.id)
        ledger.finish(row.id, row.attempt, RESULT, 1.0)
    assert claimed == line


def test_a_latecomer_starts_at_the_present_not_at_zero(ledger: Ledger) -> None:
    for _ in range(3):
        ledger.submit(a_job("ada"), {})
        row = ledger.claim("e")
        assert row
        ledger.finish(row.id, row.attempt, RESULT, 5.0)
    waiting = ledger.submit(a_job("ada"), {})
    late = ledger.submit(a_job("bob"), {})
    assert [row.id for row, _ in ledger.list_waiting()] == [late, waiting]
    second = ledger.submit(a_job("bob"), {})
    assert [row.id for row, _ in ledger.list_waiting()].index(second) > 0


def test_limits_refuse_inside_the_submit(ledger: Ledger) -> None:
    for _ in range(4):
        ledger.submit(a_job("ada"), {})
    with pytest.raises(TooManyJobs, match="4 in the queue"):
        ledger.submit(a_job("ada"), {})
    for n in range(8):
        ledger.submit(a_job(f"u{n}"), {})
    with pytest.raises(QueueFull, match="12 waiting"):
        ledger.submit(a_job("new"), {})
    assert len(ledger.list_waiting()) == 12


def test_places_count_what_is_ahead_and_add_up_its_cost(ledger: Ledger, clock: Clock) -> None:
    first, second = ledger.submit(a_job("ada"), {}), ledger.submit(a_job("bob"), {})
    cost = ledger.estimate(a_job())
    place = ledger.place(second)
    assert place
    assert place.ahead == 1
    assert place.eta_s == pytest.approx(2 * cost)
    ledger.claim("e")
    clock.now += cost / 2
    running, waiting = ledger.place(first), ledger.place(second)
    assert running
    assert waiting
    assert (running.ahead, waiting.ahead) == (0, 1)
    assert (running.eta_s, waiting.eta_s) == pytest.approx((cost / 2, 1.5 * cost))


def test_estimates_follow_what_runs_really_take(ledger: Ledger) -> None:
    for _ in range(2):
        ledger.submit(a_job(), {})
        row = ledger.claim("e")
        assert row
        ledger.finish(row.id, row.attempt, RESULT, 3.0)
    assert ledger.estimate(a_job()) == pytest.approx(3.0)
    assert ledger.estimate(a_job(iterations=24)) == pytest.approx(6.0)


def test_the_first_guess_knows_how_heavy_a_network_is(ledger: Ledger) -> None:
    light, heavy = (ledger.estimate(a_job(network=name)) for name in ("pocket", "vgg16"))
    assert heavy == pytest.approx(24.8 * light)


def test_what_was_given_back_is_not_broken_off_and_what_an_engine_died_on_is(ledger: Ledger) -> None:
    id = ledger.submit(a_job(), {})

    def broken_off() -> bool:
        row = ledger.row(id)
        assert row
        return row.broken_off

    first = ledger.claim("e")
    assert first
    assert not broken_off()
    assert ledger.give_back(id, first.attempt)
    assert not broken_off()
    ledger.claim("e")
    ledger.requeue("e")
    assert broken_off()
    assert ledger.claim("e")
    assert broken_off()


def test_a_zombie_changes_nothing(ledger: Ledger) -> None:
    ledger.submit(a_job(), {})
    zombie = ledger.claim("e")
    assert zombie
    ledger.requeue("e")
    fresh = ledger.claim("e")
    assert fresh
    assert fresh.attempt == 2
    assert not ledger.finish(zombie.id, zombie.attempt, RESULT, 1.0)
    assert not ledger.fail(zombie.id, zombie.attempt, Broken())
    assert not ledger.give_back(zombie.id, zombie.attempt)
    assert ledger.stop_flag(zombie.id, zombie.attempt) == "lost"
    row = ledger.row(zombie.id)
    assert row
    assert (row.state, row.attempt) == (State.RUNNING, 2)
    assert ledger.finish(fresh.id, fresh.attempt, RESULT, 1.0)


def test_the_second_crash_of_the_child_fails_the_job(ledger: Ledger) -> None:
    id = ledger.submit(a_job(), {})
    for crash in range(1, MOST_CRASHES + 1):
        row = ledger.claim("e")
        assert row
        assert ledger.record_crash(row.id, row.attempt) == (State.FAILED if crash == MOST_CRASHES else State.QUEUED)
    row = ledger.row(id)
    assert row
    assert (row.state, row.error, row.error_code) == (State.FAILED, str(EngineCrashed()), "F01")
    assert row.error_facts == {}


def test_deaths_of_the_supervisor_do_not_count_until_there_are_absurdly_many(ledger: Ledger) -> None:
    id = ledger.submit(a_job(), {})
    for _ in range(MOST_STARTS - 1):
        assert ledger.claim("e")
        assert ledger.requeue("e") == 1
    row = ledger.row(id)
    assert row
    assert row.state == State.QUEUED
    assert ledger.claim("e")
    ledger.requeue("e")
    row = ledger.row(id)
    assert row
    assert row.state == State.FAILED


def test_only_its_own_jobs_are_taken_back(ledger: Ledger) -> None:
    ledger.submit(a_job("ada"), {})
    ledger.submit(a_job("bob"), {})
    mine, other = ledger.claim("mine"), ledger.claim("other")
    assert mine
    assert other
    ledger.requeue("mine")
    states = [row.state for row in (ledger.row(mine.id), ledger.row(other.id)) if row]
    assert states == [State.QUEUED, State.RUNNING]


def test_cancel_settles_the_waiting_and_flags_the_running(ledger: Ledger) -> None:
    first, second = ledger.submit(a_job("ada"), {}), ledger.submit(a_job("bob"), {})
    row = ledger.claim("e")
    assert row
    assert row.id == first
    assert ledger.cancel(second) is CancelOutcome.CANCELLED
    assert ledger.cancel(second) is CancelOutcome.TOO_LATE
    assert ledger.cancel(first, keep_preview=True) is CancelOutcome.STOPPING
    assert ledger.stop_flag(first, row.attempt) == "keep"
    assert ledger.cancel(JobId("nobody")) is CancelOutcome.UNKNOWN
    assert ledger.finish(first, row.attempt, RESULT, 0.1)
    kept = ledger.row(first)
    assert kept
    assert kept.keep_preview
    assert ledger.estimate(a_job()) > 0.5, "a dream that was kept early must not teach the estimate"


def test_a_cancelled_job_is_not_run_again_after_the_engine_died(ledger: Ledger) -> None:
    id = ledger.submit(a_job(), {})
    ledger.claim("e")
    ledger.cancel(id)
    ledger.requeue("e")
    row = ledger.row(id)
    assert row
    assert row.state == State.CANCELLED


def test_an_answer_is_posted_once(ledger: Ledger) -> None:
    id = ledger.submit(a_job(), {})
    assert not ledger.mark_posted(id, "m1"), "not settled yet"
    row = ledger.claim("e")
    assert row
    ledger.finish(id, row.attempt, RESULT, 1.0)
    assert [one.id for one in ledger.list_unposted()] == [id]
    assert ledger.mark_posted(id, "m1")
    assert not ledger.mark_posted(id, "m2")
    assert ledger.list_unposted() == []


def test_the_place_of_one_is_as_in_the_list_of_all(ledger: Ledger, clock: Clock) -> None:
    ids = []
    for at in range(9):
        clock.now += at // 2  # some of them of one moment
        ids.append(ledger.submit(a_job(f"u{at % 4}"), {}, priority=at % 2))
    assert ledger.claim("a")
    assert ledger.claim("b")
    clock.now += 1
    ledger.cancel(ids[-1])
    places = ledger.places()
    assert len(places) == 8
    for id, listed in places.items():
        one = ledger.place(id)
        assert one
        assert (one.ahead, one.state) == (listed.ahead, listed.state)
        assert one.eta_s == pytest.approx(listed.eta_s)
    assert ledger.place(ids[-1]) is None
    assert ledger.place(JobId("unknown")) is None


def _submit_many(url: str, user: str, count: int) -> list[str]:
    ledger = Ledger(url, Limits(per_user=count, total=100_000))
    return [ledger.submit(a_job(user), {}) for _ in range(count)]


@pytest.mark.process
def test_processes_that_submit_at_once_lose_nothing(database: str) -> None:
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(4, mp_context=spawn) as pool:
        ids = [
            id for done in [pool.submit(_submit_many, database, f"u{n}", 40) for n in range(4)] for id in done.result()
        ]
    ledger = Ledger(database)
    assert sorted(row.id for row, _ in ledger.list_waiting()) == sorted(ids)
    ledger.close()


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(["submit", "claim", "finish", "crash", "cancel", "restart"]), max_size=40))
def test_every_accepted_job_settles_once_whatever_happens(moves: list[str]) -> None:
    from engine.queue.in_memory_dispatch import MemoryDispatch

    ledger = MemoryDispatch(Limits(per_user=100, total=100)).ledger
    accepted: list[JobId] = []
    running = None
    for n, move in enumerate(moves):
        if move == "submit":
            accepted.append(ledger.submit(a_job(f"u{n % 3}"), {}))
        elif move == "cancel" and accepted:
            ledger.cancel(accepted[n % len(accepted)])
        elif move == "restart":
            ledger.requeue("e")
            running = None
        elif running is None:
            running = ledger.claim("e") if move == "claim" else None
        elif move == "finish":
            ledger.finish(running.id, running.attempt, RESULT, 1.0)
            running = None
        elif move == "crash":
            ledger.record_crash(running.id, running.attempt)
            running = None
    ledger.requeue("e")
    while row := ledger.claim("e"):
        assert ledger.finish(row.id, row.attempt, RESULT, 1.0)
    rows = ledger.list_unposted()
    assert sorted(row.id for row in rows) == sorted(accepted)
    assert all(row.state.settled and ledger.mark_posted(row.id, "m") for row in rows)
    assert ledger.list_unposted() == []
    ledger.close()


def test_nothing_that_is_asked_often_reads_the_whole_past(tmp_path: Path) -> None:
    """With 100,000 rows of the past a submit took 0.7 s, and held the write lock that long."""
    engine = connect(sqlite_url(tmp_path / "ledger.db"))
    migrate.upgrade(engine)
    engine.dispose()
    ledger = Ledger(sqlite_url(tmp_path / "ledger.db"))
    asked: list[tuple[str, Any]] = []
    event.listen(ledger._db, "before_cursor_execute", lambda _c, _d, text, values, *_: asked.append((text, values)))
    id = ledger.submit(a_job(), {})
    row = ledger.claim("e")
    assert row
    ledger.finish(id, row.attempt, RESULT, 1.0)
    ledger.mark_posted(id, "m", {})
    for often in (ledger.list_unposted, ledger.list_waiting, ledger.places, lambda: ledger.forget(0.0)):
        often()
    with ledger._db.connect() as db:
        questions = [(text, values) for text, values in asked if "jobs" in text and not text.startswith("INSERT")]
        plans = [[str(row[3]) for row in db.exec_driver_sql(f"EXPLAIN QUERY PLAN {q}", v)] for q, v in questions]
    ledger.close()
    assert len(questions) >= 12
    assert [plan for plan in plans if any("SCAN jobs" in step and "INDEX" not in step for step in plan)] == []
    assert any("jobs_begun" in step for plan in plans for step in plan), "the present moment of the queue"
    assert any("jobs_share" in step for plan in plans for step in plan), "the end of a user's last job"
    assert any("jobs_finished" in step for plan in plans for step in plan), "what retention takes"


def test_what_is_named_is_read_a_few_rows_at_a_time(tmp_path: Path) -> None:
    """Retention held all rows in memory at once, every half hour."""
    engine = connect(sqlite_url(tmp_path / "ledger.db"))
    migrate.upgrade(engine)
    engine.dispose()
    ledger = Ledger(sqlite_url(tmp_path / "ledger.db"), Limits(10, 10))
    id = ledger.submit(replace(a_job(), picture=BlobKey("a" * 64)), {})
    with ledger._db.begin() as db:
        one = dict(db.execute(jobs.select().where(jobs.c.id == id)).one()._mapping)
        db.execute(jobs.insert(), [{**one, "id": new_id()} for _ in range(5000)])
    tracemalloc.start()
    named = ledger.referenced_blobs()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    ledger.close()
    assert named == {"a" * 64}
    assert most < 2 * 2**20


def test_what_is_forgotten_takes_along_what_nothing_else_names(ledger: Ledger) -> None:
    own, shared, of_preset = [BlobKey(letter * 64) for letter in "abc"]
    others = {"guide": shared, "mask": of_preset}
    for requester, guild in (("12", 7), ("34", 77)):
        ledger.submit(replace(a_job(requester), picture=own if guild == 7 else shared, others=others), {})
        row = ledger.claim("e")
        assert row
        posting = {"guild_id": guild, "owners": [56], "message_id": 1}
        made = Result(BlobKey(requester[0] * 64), "image/png", 8, 8, 8)
        ledger.finish(row.id, row.attempt, made, 1.0)
        ledger.mark_posted(row.id, f"{guild}", posting)
    with ledger._db.begin() as db:
        db.exec_driver_sql(
            "INSERT INTO presets (user_id, name, name_key, params, created, used)"
            f" VALUES ('1', 'Fur', 'fur', '{{\"guide\":\"{of_preset}\"}}', 0, 0)"
        )
    assert {one.posted for one in ledger.rows_about("56")} == {"77", "7"}
    assert ledger.forget_server("7") == (1, {own, "1" * 64})
    (left,) = ledger.rows_about("56")
    assert ledger.forget_job(left.id) == (1, {shared, "3" * 64})
    assert ledger.row(left.id) is None, "what fairness counts from has another id"
    assert ledger.forget_job(left.id) == (0, set())


def test_a_hidden_picture_is_remembered_with_its_job(ledger: Ledger) -> None:
    hidden = ledger.submit(Job(Dream(), "1", spoiler=True), {})
    seen = ledger.submit(Job(Dream(), "2"), {})
    assert [row.job.spoiler for id in (hidden, seen) if (row := ledger.row(id))] == [True, False]
    claimed = ledger.claim("engine")
    assert claimed
    assert claimed.job.spoiler
