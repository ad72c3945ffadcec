"""A little chaos in every run of the suite (`make chaos`: 500 jobs and all of the REST calls), and the audit itself."""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable

import pytest

from bot import wording
from bot.playground.world import Attachment, Message, World
from engine.jobs.job import BlobKey, Job, JobId, JobRow, Result, State
from engine.jobs.params import Dream
from tests.chaos import gateway, machine
from tests.chaos.audit import audit
from tests.chaos.kills import WEIGHTS, Plan, storm
from tests.chaos.small_engine import BOT

pytestmark = pytest.mark.process

SEED = "suite"
BRIEF = (
    machine.a_database_that_turns_read_only,
    machine.pictures_that_rot,
    machine.a_clock_that_jumps,
    machine.a_stop_while_a_picture_is_opened,
    gateway.dropped_and_resumed,
    gateway.what_was_missed_comes_with_the_resume,
    gateway.resume_refused,
    gateway.dropped_in_the_middle_of_ready,
    gateway.out_of_reach_at_first,
    gateway.told_to_stop_while_out_of_reach,
)


async def test_20_jobs_among_kills() -> None:
    plan = Plan(
        SEED, jobs=20, minutes=10, rush_s=(0.0, 0.1), respite=3, crowd=5, in_turn=True, command=BOT,
        acknowledge_s=200.0,
    )  # fmt: skip
    report = await storm(plan)
    print(report)
    assert report.flawless, str(report)
    assert report.verdict.accepted >= plan.jobs
    assert all(report.kills[part] for part in WEIGHTS), report.kills


@pytest.mark.parametrize("scenario", BRIEF, ids=lambda one: one.__name__)
async def test_a_fault_costs_no_answer_and_gives_none_twice(scenario: Callable[[str], Awaitable[None]]) -> None:
    await scenario(SEED)


# the audit sees what it must see


def answered(world: World, job: str, *buttons: str, picture: bool = True) -> Message:
    """A message of the bot about a job."""
    row = {"type": 1, "components": [{"type": 2, "label": label, "custom_id": f"x{label}:{job}"} for label in buttons]}
    files = [Attachment("9", "1", "dream.png", b"", "image/png")] if picture else []
    message = Message(world.mint(), "1", world.bot.id, components=[row], attachments=files)
    world.messages[message.id] = message
    return message


def done(posted: str | None) -> JobRow:
    result = Result(BlobKey("0" * 64), "image/png", 8, 8, 1, "")
    job = Job(Dream(), "1")
    return JobRow(JobId("job"), job, State.DONE, {}, 0.0, attempt=1, result=result, posted=posted)


def test_an_answer_is_an_answer() -> None:
    world = World()
    verdict = audit(world, [done(answered(world, "job", "Deeper").id)])
    assert verdict.flawless
    assert verdict.results == 1


def test_two_answers_are_seen() -> None:
    world = World()
    answered(world, "job", "Deeper")
    assert audit(world, [done(answered(world, "job", "Deeper").id)]).doubles


def test_no_answer_is_seen() -> None:
    assert audit(World(), [done("123")]).missing
    assert audit(World(), [done(None)]).stuck
    world = World()
    assert audit(world, [done(answered(world, "job", "Deeper", picture=False).id)]).missing


def test_what_still_says_that_it_dreams_is_seen() -> None:
    world = World()
    row = done(answered(world, "job", "Cancel").id)
    assert audit(world, [row]).stuck
    assert audit(world, [dataclasses.replace(row, state=State.RUNNING)]).stuck
    left = World()
    text = [{"type": 10, "content": wording.OPENING}]
    left.messages["9"] = Message("9", "1", left.bot.id, components=text)
    assert audit(left, []).stuck


def test_what_was_given_up_must_not_be_shown() -> None:
    world = World()
    assert audit(world, [done("unanswered")]).flawless
    answered(world, "job", "Again")
    assert audit(world, [done("unanswered")]).doubles
