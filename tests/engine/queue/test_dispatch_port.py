"""The contract of the port, held over every implementation; the engine's part is played by hand."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from engine import settings
from engine.errors import BadOption, Broken, TooManyJobs, by_code
from engine.files.blobs import BlobKey
from engine.notes import Note
from engine.params import Dream, PastDream
from engine.queue import installation
from engine.queue.history import History
from engine.queue.in_memory_dispatch import MemoryDispatch
from engine.queue.job import (
    CancelOutcome,
    Hint,
    Job,
    JobId,
    Limits,
    Progress,
    Requeued,
    Result,
    Settled,
    Started,
    State,
)
from engine.queue.ledger import Ledger, jobs
from engine.queue.ledger_dispatch import LedgerDispatch
from tests.engine.queue.conftest import a_job

KNOCK = Requeued(JobId("knock"))
RESULT = Result(BlobKey("0" * 64), "image/png", 512, 512, 1000)


class Bench:
    """A dispatch, its ledger, and a way to send hints as an engine would."""

    def __init__(self, dispatch: LedgerDispatch, send_hint: Callable[[Hint], None]) -> None:
        self.dispatch = dispatch
        self.ledger: Ledger = dispatch.ledger
        self.tell = send_hint


@pytest.fixture(params=["memory", "local", pytest.param("fleet", marks=pytest.mark.postgresql)])
async def bench(request: pytest.FixtureRequest, data_dir: Path) -> AsyncIterator[Bench]:
    limits = {"per_user": 4, "total": 12}
    if request.param == "memory":
        memory = MemoryDispatch(Limits(**limits))
        yield Bench(memory, memory._send_hint)
        await memory.close()
        return
    fleet = {}
    if request.param == "fleet":
        blobs = data_dir / "shared"
        blobs.mkdir(parents=True)
        fleet = {"database_url": request.getfixturevalue("fleet_url"), "blob_url": blobs.as_uri()}
        fleet["database_url"] = fleet["database_url"].replace("+psycopg", "")
    chosen = settings.load(data_dir=data_dir, limits=limits, fleet=fleet)
    dispatch = installation.open_dispatch(chosen)
    server = installation.open_bot_link(chosen, "e", dispatch.ledger, lambda header: None)
    await server.start()
    yield Bench(dispatch, server.send_hint)
    await server.stop()
    await dispatch.close()


async def test_what_is_submitted_waits_with_a_place(bench: Bench) -> None:
    id = await bench.dispatch.submit(a_job(), {"channel": "7"})
    row, place = await bench.dispatch.row(id), await bench.dispatch.place(id)
    assert row
    assert place
    assert (row.state, row.posting, place.ahead) == (State.QUEUED, {"channel": "7"}, 0)
    assert place.eta_s == pytest.approx(await bench.dispatch.estimate(a_job()))


async def test_what_is_unknown_is_none(bench: Bench) -> None:
    nobody = JobId("nobody")
    assert await bench.dispatch.row(nobody) is None
    assert await bench.dispatch.place(nobody) is None
    assert await bench.dispatch.cancel(nobody) is CancelOutcome.UNKNOWN
    assert not await bench.dispatch.mark_posted(nobody, "m")
    assert await bench.dispatch.get_blob(BlobKey("f" * 64)) is None
    assert not await bench.dispatch.has_blob(BlobKey("f" * 64))


async def test_a_posted_answer_is_found_by_its_message(bench: Bench) -> None:
    id = await bench.dispatch.submit(a_job(layer="mid"), {})
    row = bench.ledger.claim("e")
    assert row
    bench.ledger.finish(id, row.attempt, RESULT, 1.0)
    assert await bench.dispatch.find_by_answer("42") is None
    await bench.dispatch.mark_posted(id, "42")
    found = await bench.dispatch.find_by_answer("42")
    assert found
    assert (found.id, found.job.params.aim) == (id, ("layer", "mid"))
    assert await bench.dispatch.find_by_answer("") is None


async def test_pictures_that_somebody_chose_are_found_the_latest_first(bench: Bench) -> None:
    def job(requester: str, picture: str | None, parent: JobId | None = None) -> Job:
        key = None if picture is None else BlobKey(picture * 64)
        return replace(a_job(requester), picture=key, parent=parent)

    first = await bench.dispatch.submit(job("ada", "a"), {})
    for other in (job("bob", "b"), job("ada", None), job("ada", "c", first)):
        await bench.dispatch.submit(other, {})
    second = await bench.dispatch.submit(job("ada", "d"), {})
    assert [row.id for row in await bench.dispatch.recent_sources("ada")] == [second, first]
    assert await bench.dispatch.recent_sources("eve") == []


async def test_a_persons_jobs_are_listed_the_newest_first(bench: Bench) -> None:
    ids = [await bench.dispatch.submit(a_job(name), {}) for name in ("ada", "bob", "ada", "ada")]
    assert [row.id for row in await bench.dispatch.history("ada")] == [ids[3], ids[2], ids[0]]
    assert [row.id for row in await bench.dispatch.history("ada", 2)] == [ids[3], ids[2]]
    assert await bench.dispatch.history("eve") == []


async def answered(bench: Bench, job: Job, made: bytes) -> JobId:
    """A job that is done and posted, with a result of its own."""
    id = await bench.dispatch.submit(job, {"token": "t"})
    row = bench.ledger.claim("e")
    assert row
    assert row.id == id
    result = replace(RESULT, blob=await bench.dispatch.put_blob(made))
    bench.ledger.finish(id, row.attempt, result, 1.0)
    await bench.dispatch.mark_posted(id, f"message of {id}")
    return id


async def test_a_person_is_forgotten_with_the_pictures_that_nobody_else_names(bench: Bench) -> None:
    own, shared = [await bench.dispatch.put_blob(data) for data in (b"own", b"shared")]
    await answered(bench, replace(a_job("bob"), picture=shared), b"bob's")
    first = await answered(bench, replace(a_job("ada"), picture=own, others={"guide": shared}), b"ada's")
    waiting = await bench.dispatch.submit(a_job("ada"), {})
    forgotten = await bench.dispatch.forget_requester("ada")
    assert (forgotten.jobs, forgotten.pictures) == (1, 2)
    assert [row.id for row in await bench.dispatch.history("ada")] == [waiting], "what is not answered stays"
    assert await bench.dispatch.find_by_answer(f"message of {first}") is None
    assert await bench.dispatch.get_blob(own) is None
    assert await bench.dispatch.get_blob(shared) == b"shared"
    assert len(await bench.dispatch.history("bob")) == 1
    assert (await bench.dispatch.forget_requester("ada")).jobs == 0


async def test_one_job_is_forgotten_with_the_pictures_that_nothing_else_names(bench: Bench) -> None:
    own, shared = [await bench.dispatch.put_blob(data) for data in (b"own", b"shared")]
    first = await answered(bench, replace(a_job("ada"), picture=own, others={"guide": shared}), b"first")
    result = (await bench.dispatch.row(first)).result  # type: ignore[union-attr]
    assert result
    child = await answered(bench, replace(a_job("bob"), picture=result.blob, parent=first), b"second")
    begun = History((PastDream(params=Dream()),), 0, {"picture": shared})
    third = await answered(bench, replace(a_job("bob"), history=begun), b"third")
    assert (await bench.dispatch.forget_job(first)).pictures == 1
    assert await bench.dispatch.row(first) is None
    there = [await bench.dispatch.has_blob(key) for key in (own, shared, result.blob)]
    assert there == [False, True, True], "what dreams of it are made of stays"
    for id in (child, third):
        assert (await bench.dispatch.forget_job(id)).jobs == 1
    assert not await bench.dispatch.has_blob(shared)
    waiting = await bench.dispatch.submit(a_job("ada"), {})
    assert (await bench.dispatch.forget_job(waiting)).jobs == 0, "what waits is cancelled first"


async def test_a_server_is_forgotten_with_what_was_dreamed_there(bench: Bench) -> None:
    ids = {}
    for guild_id in (7, 77, None):
        ids[guild_id] = await answered(bench, a_job(), b"%r" % guild_id)
        await bench.dispatch.update_posting(ids[guild_id], {"guild_id": guild_id, "message_id": 1})
    forgotten = await bench.dispatch.forget_server("7")
    assert (forgotten.jobs, forgotten.pictures) == (1, 1)
    assert [await bench.dispatch.row(id) is None for id in ids.values()] == [True, False, False]


async def test_the_jobs_of_others_that_name_somebody_are_found(bench: Bench) -> None:
    await bench.dispatch.submit(a_job("12"), {"owners": [12]})
    id = await bench.dispatch.submit(a_job("bob"), {"owners": [34, 12]})
    await bench.dispatch.submit(a_job("bob"), {"owners": [34]})
    assert [row.id for row in await bench.dispatch.rows_about("12")] == [id]


async def test_who_waits_is_not_overtaken_because_somebody_was_forgotten(bench: Bench) -> None:
    for _ in range(3):
        await answered(bench, a_job("ada"), b"made")
    bob = await bench.dispatch.submit(a_job("bob"), {})
    await bench.dispatch.forget_requester("ada")
    eve = [await bench.dispatch.submit(a_job("eve"), {}) for _ in range(2)]
    assert list(await bench.dispatch.places()) == [bob, *eve]
    (left,) = await bench.dispatch.history("")
    assert (left.job.picture, left.result, left.posting, left.error) == (None, None, {}, "")


async def test_answers_in_a_channel_are_found_the_latest_first(bench: Bench) -> None:
    ids = []
    for channel, posted in ((7, "41"), (7, None), (77, "42"), (7, "43")):
        id = await bench.dispatch.submit(a_job(), {"channel_id": channel, "guild_id": 7})
        row = bench.ledger.claim("e")
        assert row
        bench.ledger.finish(id, row.attempt, RESULT, 1.0)
        if posted:
            await bench.dispatch.mark_posted(id, posted)
        ids.append(id)
    assert [row.id for row in await bench.dispatch.recent_results(7)] == [ids[3], ids[0]]
    assert [row.id for row in await bench.dispatch.recent_results(77)] == [ids[2]]
    assert await bench.dispatch.recent_results(8) == []


async def test_refused_work_leaves_no_row(bench: Bench) -> None:
    for _ in range(4):
        await bench.dispatch.submit(a_job(), {})
    with pytest.raises(TooManyJobs):
        await bench.dispatch.submit(a_job(), {})
    assert len(await bench.dispatch.list_waiting()) == 4
    assert len(await bench.dispatch.list_waiting("ada")) == 4
    assert await bench.dispatch.list_waiting("bob") == []


async def test_a_done_job_is_posted_once(bench: Bench) -> None:
    id = await bench.dispatch.submit(a_job(), {})
    row = bench.ledger.claim("e")
    assert row
    assert not await bench.dispatch.mark_posted(id, "m1")
    bench.ledger.finish(id, row.attempt, RESULT, 1.0)
    assert [one.id for one in await bench.dispatch.list_unposted()] == [id]
    assert await bench.dispatch.mark_posted(id, "m1")
    assert not await bench.dispatch.mark_posted(id, "m2")
    assert await bench.dispatch.list_unposted() == []


async def test_a_posted_job_keeps_what_is_still_needed_of_its_posting(bench: Bench) -> None:
    first, second = [await bench.dispatch.submit(a_job(), {"token": "s3cret", "channel": 7}) for _ in range(2)]
    for id, spent in ((first, {"channel": 7}), (second, None)):
        row = bench.ledger.claim("e")
        assert row
        assert not await bench.dispatch.mark_posted(id, "m", {}), "not settled yet"
        bench.ledger.finish(id, row.attempt, RESULT, 1.0)
        assert await bench.dispatch.mark_posted(id, "m", spent)
    kept = [await bench.dispatch.row(id) for id in (first, second)]
    assert [row.posting for row in kept if row] == [{"channel": 7}, {"token": "s3cret", "channel": 7}]


async def test_places_of_all_are_those_of_each(bench: Bench) -> None:
    ids = [await bench.dispatch.submit(a_job(name), {}) for name in ("ada", "ada", "bob")]
    bench.ledger.claim("e")
    places = await bench.dispatch.places()
    assert list(places) == [row.id for row, _ in await bench.dispatch.list_waiting()] == [ids[0], ids[2], ids[1]]
    assert [place.ahead for place in places.values()] == [0, 1, 2]
    assert [place.state for place in places.values()] == [State.RUNNING, State.QUEUED, State.QUEUED]


async def test_a_failed_job_carries_its_sentence(bench: Bench) -> None:
    id = await bench.dispatch.submit(a_job(), {})
    row = bench.ledger.claim("e")
    assert row
    bench.ledger.fail(id, row.attempt, Broken())
    settled = await bench.dispatch.row(id)
    assert settled
    assert (settled.state, settled.error) == (State.FAILED, str(Broken()))


async def test_a_failed_job_carries_its_code_and_facts(bench: Bench) -> None:
    id, error = await failed(bench, "ada")
    settled = await bench.dispatch.row(id)
    assert settled
    assert settled.error_facts == {"option": "guide", "problem": "is too large", "limits": [1, 2.5], "file": "a.png"}
    kind = by_code(settled.error_code)
    assert kind
    assert str(kind(**settled.error_facts)) == settled.error == str(error)


async def test_of_a_failed_job_that_was_forgotten_no_fact_is_left(bench: Bench) -> None:
    id, _ = await failed(bench, "ada")
    await bench.dispatch.mark_posted(id, "a message")
    assert (await bench.dispatch.forget_requester("ada")).jobs == 1
    (left,) = await bench.dispatch.history("")
    assert (left.error, left.error_code, left.error_facts) == ("", "", None)


async def failed(bench: Bench, requester: str) -> tuple[JobId, BadOption]:
    """A job that failed, with facts that JSON knows and one that it does not."""
    id = await bench.dispatch.submit(a_job(requester), {})
    row = bench.ledger.claim("e")
    assert row
    error = BadOption(option="guide", problem="is too large", limits=[1, 2.5], file=Path("a.png"))
    bench.ledger.fail(id, row.attempt, error)
    return id, error


async def test_a_result_carries_its_notes(bench: Bench) -> None:
    notes = (Note("tiles"), Note("smaller", {"width": 256, "height": 192}))
    id = await done(bench, replace(RESULT, notes=notes))
    settled = await bench.dispatch.row(id)
    assert settled
    assert settled.result == replace(RESULT, notes=notes)


async def test_a_result_from_before_notes_had_names_keeps_its_sentence(bench: Bench) -> None:
    id = await done(bench, RESULT)
    old = {"blob": RESULT.blob, "mime": "image/webp", "width": 8, "height": 6, "size": 9, "note": "It is smaller."}
    with bench.ledger._db.begin() as db:
        db.execute(jobs.update().where(jobs.c.id == id).values(result=json.dumps(old)))
    settled = await bench.dispatch.row(id)
    assert settled
    assert settled.result == Result(RESULT.blob, "image/webp", 8, 6, 9, "It is smaller.")


async def done(bench: Bench, result: Result) -> JobId:
    id = await bench.dispatch.submit(a_job(), {})
    row = bench.ledger.claim("e")
    assert row
    bench.ledger.finish(id, row.attempt, result, 1.0)
    return id


async def test_a_waiting_job_is_cancelled_at_once_and_a_running_one_told(bench: Bench) -> None:
    first, second = [await bench.dispatch.submit(a_job(), {}) for _ in range(2)]
    row = bench.ledger.claim("e")
    assert row
    assert row.id == first
    assert await bench.dispatch.cancel(second) is CancelOutcome.CANCELLED
    assert await bench.dispatch.cancel(first, keep_preview=True) is CancelOutcome.STOPPING
    assert bench.ledger.stop_flag(first, row.attempt) == "keep"
    bench.ledger.settle_cancelled(first, row.attempt)
    assert await bench.dispatch.cancel(first) is CancelOutcome.TOO_LATE


async def test_postings_can_be_replaced(bench: Bench) -> None:
    id = await bench.dispatch.submit(a_job(), {"message": None})
    await bench.dispatch.update_posting(id, {"message": "42"})
    row = await bench.dispatch.row(id)
    assert row
    assert row.posting == {"message": "42"}


async def test_blobs_come_back(bench: Bench) -> None:
    key = await bench.dispatch.put_blob(b"picture")
    assert await bench.dispatch.put_blob(b"picture") == key
    assert await bench.dispatch.get_blob(key) == b"picture"
    assert await bench.dispatch.has_blob(key)


async def test_hints_arrive_in_order_with_their_previews(bench: Bench) -> None:
    told: list[Hint] = [
        Started(JobId("a")),
        Progress(JobId("a"), 3, 9, 0.25, 1.5, b"jpeg" * 50_000),
        Settled(JobId("b")),
    ]
    heard: list[Hint] = []

    async def listen() -> None:
        async with contextlib.aclosing(bench.dispatch.hints()) as hints:  # type: ignore[type-var]
            async for hint in hints:
                if hint != KNOCK:
                    heard.append(hint)
                elif not heard:
                    knocked.set()
                if len(heard) == len(told):
                    return

    knocked = asyncio.Event()
    listening = asyncio.create_task(listen())
    async with asyncio.timeout(120):
        while not knocked.is_set():  # nobody says when a listener has connected
            bench.tell(KNOCK)
            await asyncio.sleep(0.01)
        for hint in told:
            bench.tell(hint)
        await listening
    assert heard == told
