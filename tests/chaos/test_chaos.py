"""A little chaos in every run of the suite (`make chaos`: 500 jobs and all of the REST calls), and the audit itself."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random
from types import SimpleNamespace as Thing
from typing import cast

import pytest

from bot import wording
from bot.playground.bot_process import Child
from bot.playground.world import Attachment, Message, World
from engine.files.blobs import BlobKey
from engine.files.decoder import Decoder
from engine.params import Dream
from engine.queue.job import Job, JobId, JobRow, Result, State
from tests.chaos import gateway_faults, machine_faults
from tests.chaos.audit import Verdict, audit
from tests.chaos.bot_under_test import House
from tests.chaos.kills import WEIGHTS, Plan, Report, Storm, storm
from tests.chaos.message_history import History, Stand
from tests.chaos.processes import living, parts
from tests.chaos.small_engine import BOT

pytestmark = pytest.mark.process

SEED = "suite"
BRIEF = (
    machine_faults.a_child_that_is_killed,
    machine_faults.a_database_that_turns_read_only,
    machine_faults.pictures_that_rot,
    machine_faults.a_clock_that_jumps,
    machine_faults.a_stop_while_a_picture_is_opened,
    gateway_faults.dropped_and_resumed,
    gateway_faults.what_was_missed_comes_with_the_resume,
    gateway_faults.resume_refused,
    gateway_faults.dropped_in_the_middle_of_ready,
    gateway_faults.out_of_reach_at_first,
    gateway_faults.told_to_stop_while_out_of_reach,
)


async def test_20_jobs_among_kills() -> None:
    plan = Plan(
        SEED, jobs=20, minutes=10, rush_s=(0.0, 0.1), respite=3, crowd=5, least=1, command=BOT,
        acknowledge_s=200.0,
    )  # fmt: skip
    report = await storm(plan)
    print(report)
    assert report.flawless, str(report)
    assert report.verdict.accepted >= plan.jobs
    assert all(report.kills[part] for part in WEIGHTS), report.kills


def test_a_part_that_was_killed_too_seldom_breaks_the_run() -> None:
    kills = Counter(dict.fromkeys(WEIGHTS, 2))
    assert Report(Plan(SEED, least=2), Verdict(), kills, 0, 1, [], [], 1.0).flawless
    spared = Report(Plan(SEED, least=2), Verdict(), kills - Counter({"child": 1}), 0, 1, [], [], 1.0)
    assert not spared.flawless
    assert "killed too seldom: ['child']; BROKEN" in str(spared)


async def test_every_decoder_can_be_the_one_that_is_killed(tmp_path: Path) -> None:
    async with Decoder() as decoder:
        for one in decoder._quick:
            await one.warm()
        we = cast("Child", Thing(_process=Thing(pid=os.getpid(), returncode=None)))
        found = parts(we, tmp_path)
        assert sorted(one.pid for one in found["decoder"]) == sorted(decoder.pids)
        assert len(found["decoder"]) == 2
        run = Storm(cast("House", Thing(parts=lambda: parts(we, tmp_path))), Plan(SEED), Random(SEED))
        async with asyncio.timeout(60):
            while living(found["decoder"]):
                run._strike("decoder")
                await asyncio.sleep(0.01)
    assert run.kills == {"decoder": 2}


@pytest.mark.parametrize("scenario", BRIEF, ids=lambda one: one.__name__)
async def test_a_fault_costs_no_answer_and_gives_none_twice(scenario: Callable[[str], Awaitable[None]]) -> None:
    await scenario(SEED)


# the audit sees what it must see


def said(world: World, job: str, *buttons: str, text: str = "", picture: bool = True) -> Message:
    """A message of the bot about a job."""
    row = {
        "type": 1,
        "components": [{"type": 2, "label": name, "custom_id": f"{VERB[name]}:{job}"} for name in buttons],
    }
    files = [Attachment("9", "1", "dream.png", b"", "image/png")] if picture else []
    place = world.channel("dreams").id
    message = Message(world.mint(), place, world.bot.id, content=text, components=[row], attachments=files)
    world.add_message(message)
    return message


VERB = {label: verb for verb, label in wording.VERBS.items()}


class Rows:
    """A row as it stands now, and the history of what is said of it."""

    def __init__(self, state: State = State.DONE, attempt: int = 1) -> None:
        self.world, self.now = World(), 100.0
        self.stands = [Stand("job", state, attempt, time.time())]
        self.history = History(lambda job: self.stands, lambda: self.now)
        self.world.listen(self.history.hear)
        self.history.look()

    def becomes(self, state: State, attempt: int = 1, after: float = 0.1) -> None:
        """Some seconds pass, seen by everybody, then the row is another one."""
        self.now += after
        self.history.look()
        self.stands = [Stand("job", state, attempt, time.time())]
        self.now += 0.01
        self.history.look()

    def verdict(self, posted: str | None) -> Verdict:
        return audit(self.world, [done(posted)], self.history)


def done(posted: str | None) -> JobRow:
    result = Result(BlobKey("0" * 64), "image/png", 8, 8, 1, "")
    job = Job(Dream(), "1")
    return JobRow(JobId("job"), job, State.DONE, {}, 0.0, attempt=1, result=result, posted=posted)


def test_an_answer_is_an_answer() -> None:
    rows = Rows()
    verdict = rows.verdict(said(rows.world, "job", "Deeper").id)
    assert verdict.flawless, str(verdict)
    assert (verdict.results, verdict.versions) == (1, 1)


def test_two_answers_are_seen() -> None:
    rows = Rows()
    said(rows.world, "job", "Deeper")
    assert rows.verdict(said(rows.world, "job", "Deeper").id).doubles


def test_no_answer_is_seen() -> None:
    assert Rows().verdict("123").missing
    assert Rows().verdict(None).stuck
    rows = Rows()
    assert rows.verdict(said(rows.world, "job", "Deeper", picture=False).id).missing


def test_what_still_says_that_it_dreams_is_seen() -> None:
    rows = Rows()
    row = done(said(rows.world, "job", "Cancel", text=DREAMING).id)
    assert audit(rows.world, [row], rows.history).stuck
    assert audit(rows.world, [dataclasses.replace(row, state=State.RUNNING)], rows.history).stuck
    left = Rows()
    text = [{"type": 10, "content": wording.OPENING}]
    left.world.messages["9"] = Message("9", "1", left.world.bot.id, components=text)
    assert audit(left.world, [], left.history).stuck


def test_what_was_given_up_must_not_be_shown() -> None:
    rows = Rows()
    assert rows.verdict("unanswered").flawless
    said(rows.world, "job", "Re-roll")
    assert rows.verdict("unanswered").doubles


DREAMING, NEXT = "Dreaming… 40% · about 8 s left", "You're next · ready in about 3 s"


@pytest.mark.parametrize("state", [State.QUEUED, State.RUNNING, State.DONE, State.FAILED])
def test_a_final_word_about_a_row_that_is_none_is_seen_though_it_is_edited_away(state: State) -> None:
    rows = Rows(state)
    message = said(rows.world, "job", "Re-roll", text=wording.CANCELLED, picture=False)
    message.content, message.components[0]["components"] = "", [{"label": "Deeper", "custom_id": "deeper:job"}]
    message.attachments = [object()]  # type: ignore[list-item]
    rows.becomes(State.DONE)
    rows.world.change_message(message)
    (untrue,) = rows.verdict(message.id).untrue
    assert "Cancelled" in untrue


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("-# F01", State.FAILED),
        (wording.CANCELLED, State.CANCELLED),
        (wording.LOST, State.DONE),
        ("-# F02", State.FAILED),
    ],
)
def test_a_final_word_is_true_of_its_state_only(text: str, state: State) -> None:
    for other in State:
        rows = Rows(other)
        said(rows.world, "job", "Re-roll", text=text, picture=False)
        assert bool(rows.history.untrue()) == (other is not state)


@pytest.mark.parametrize(("text", "state"), [(DREAMING, State.RUNNING), (NEXT, State.QUEUED)])
def test_a_live_word_holds_for_two_seconds_after_the_state(text: str, state: State) -> None:
    for late, holds in ((1.5, True), (2.5, False)):
        rows = Rows(state)
        rows.becomes(State.CANCELLED)
        rows.now += late
        said(rows.world, "job", "Cancel", text=text)
        assert bool(rows.history.untrue()) != holds


def test_an_attempt_between_two_looks_is_told_by_its_number() -> None:
    rows = Rows(State.QUEUED, 1)
    rows.becomes(State.QUEUED, 2)
    said(rows.world, "job", "Cancel", text=DREAMING)
    assert rows.history.untrue() == []


def test_words_that_nobody_knows_are_seen() -> None:
    rows = Rows(State.RUNNING)
    said(rows.world, "job", "Cancel", text="What becomes of this, nobody knows.")
    assert rows.history.untrue()


def test_a_panel_says_nothing_of_how_its_dream_stands() -> None:
    rows = Rows(State.RUNNING)
    message = Message("9", rows.world.channel("dreams").id, rows.world.bot.id, content=wording.MORE_PROMPT)
    message.components = [{"type": 1, "components": [{"label": "Delete", "custom_id": "delete:job"}]}]
    rows.world.add_message(message)
    assert rows.history.versions == []
