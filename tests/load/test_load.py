"""Many people at once, small: the real bot in this process, Discord's limits enforced, the engine's part by hand.

The queue's clock is the test's: a job takes one second of it, whatever the machine does meanwhile. The long versions,
with real processes and real time, are `make load` and `make soak`.
"""

from __future__ import annotations

import asyncio
import heapq
import os
import random
import statistics
import time
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Sequence
from dataclasses import replace

import pytest

from bot.delivery.channel_lane import Pace
from bot.playground.world import Channel, Persona
from bot.requests.submission import noise
from engine.errors import BrokenPicture, TooManyScans
from engine.queue.database import metadata
from engine.queue.in_memory_dispatch import MemoryDispatch
from engine.queue.job import JobRow, Limits
from engine.queue.ledger import Ledger
from tests.bot.requests.test_service import Stage, _drawn_avatars, specification, stage  # noqa: F401
from tests.engine.files.broken_files import photo, saved, with_scans
from tests.engine.queue.conftest import Clock, a_job
from tests.engine.queue.test_ledger import RESULT
from tests.load.__main__ import Verdict, Waited, fairness, in_turns, mean_waiting, say_memory
from tests.load.crowded_playground import Counted
from tests.load.process_gauges import Sample, jain, peak_mb, slope
from tests.load.simulated_users import Crowd

pytestmark = pytest.mark.slow

JOBS = 30
LIGHT, HEAVY, HANDS = 15, 5, 5
"""A heavy user has one hand more than dreams are allowed."""
ALLOWED = HANDS - 1
PATIENCE_S = 60.0


class Hall:
    """People in a playground, and the engine's part: a job at a time, each a second of the queue's clock."""

    def __init__(self, dispatch: MemoryDispatch, crowd: Crowd) -> None:
        self.crowd = crowd
        self.dispatch = dispatch
        self.now = time.time()
        self.done: list[JobRow] = []
        self.tasks: list[asyncio.Task[object]] = []
        self.dispatch.ledger.clock = lambda: self.now
        self.dispatch.ledger.limits = Limits(ALLOWED, 200)
        self._learn()

    def _learn(self) -> None:
        """One job before all others, so that a job's estimate is the second that it takes."""
        ledger = self.dispatch.ledger
        id = ledger.submit(a_job("nobody", size=128), {})
        row = ledger.claim("engine")
        assert row
        ledger.finish(id, row.attempt, RESULT, 1.0)
        ledger.mark_posted(id, "nowhere")

    def begin(self, deed: Coroutine[object, object, object]) -> None:
        """Somebody does something meanwhile."""
        self.tasks.append(asyncio.create_task(deed))

    async def until_waiting(self, people: Sequence[tuple[Persona, Channel]], each: int) -> None:
        """Until each of these people has so many dreams in the line."""
        wanted = {person.id: each for person, _ in people}
        async with asyncio.timeout(PATIENCE_S):
            while True:
                waiting = Counter(row.job.requester for row, _ in self.dispatch.ledger.list_waiting())
                if all(waiting[person] >= count for person, count in wanted.items()):
                    return
                await asyncio.sleep(0.005)

    def work(self) -> None:
        """One job."""
        row = self.dispatch.start()
        assert row
        self.now += 1.0
        self.dispatch.finish(row.id, noise(128, len(self.done)))
        self.done.append(row)

    async def close(self) -> None:
        """Nobody asks any more; what was asked is answered."""
        self.crowd.stopped.set()
        while any(not task.done() for task in self.tasks):
            while self.dispatch.ledger.list_waiting():
                self.work()
            await asyncio.wait(self.tasks, timeout=0.05)


@pytest.fixture
async def hall(stage: Stage) -> AsyncIterator[Hall]:  # noqa: F811
    """With Discord's limits, and the pace that the bot really has."""
    stage.playground.rest.limiter = Counted()
    stage.playground.world.acknowledge_seconds = PATIENCE_S  # nothing here is about speed
    stage.client.service._tracker._pace = Pace()
    crowd = Crowd(stage.playground, LIGHT, HEAVY, HANDS * HEAVY, slow=1)
    crowd.picture = stage.playground.upload("picture.png", noise(64, 7))
    hall = Hall(stage.dispatch, crowd)
    yield hall
    await hall.close()


async def test_light_users_wait_little_and_every_job_is_answered_once(
    stage: Stage,  # noqa: F811
    hall: Hall,
) -> None:
    crowd = hall.crowd
    rooms = [place for place in hall.crowd.world.channels.values() if place.name.startswith("room")]
    hands = [(person, rooms[n * HANDS + hand]) for n, (person, _) in enumerate(crowd.heavy) for hand in range(HANDS)]
    for person, place in hands:
        hall.begin(crowd.greedy(person, place, 0.5))
    for tick in range(JOBS):
        await hall.until_waiting(crowd.heavy, ALLOWED)
        if tick % 2 == 0:
            modest = crowd.light[tick // 2 % LIGHT]
            hall.begin(crowd.ask(*modest))
            await hall.until_waiting([modest], 1)
        hall.work()
    began = list(hall.done)
    await hall.close()

    light = {person.id for person, _ in crowd.light}
    waits = [row.started - row.created for row in began if row.job.requester in light and row.started]
    assert len(waits) == JOBS // 2
    assert max(waits) <= HEAVY + 1, "for one dream of each heavy user and the one that runs, no more"
    assert {ask.refused for ask in crowd.asks} == {"", "R21"}, "a fifth dream is refused with a reason"
    assert all(ask.acknowledged for ask in crowd.asks)
    jobs = {row.id for row in hall.done}
    assert jobs == {ask.job for ask in crowd.asks if ask.job} == set(crowd.answers)
    assert Counter(crowd.answers.values()) == {1: len(jobs)}
    limits = stage.playground.rest.limiter
    assert isinstance(limits, Counted)
    assert limits.overruns == {}, "the bot ran into Discord's limits"


def test_light_users_wait_alike_and_little_beside_heavy_ones() -> None:
    """The queue alone, on a clock of its own: 50 people ask about every 75 s, and 5 always have four waiting."""
    clock = Clock()
    ledger = Ledger("sqlite://", Limits(ALLOWED, 200), clock=clock)
    metadata.create_all(ledger._db)
    began, draw = clock.now, random.Random(5)
    due = [(began + draw.uniform(0, 75), f"light{n}") for n in range(50)]
    heapq.heapify(due)
    line: list[Waited] = []
    waiting: Counter[str] = Counter()
    while clock.now < began + 900:
        while due[0][0] <= clock.now:
            at, user = heapq.heappop(due)
            ledger.submit(a_job(user), {})
            heapq.heappush(due, (at + draw.uniform(0.5, 1.5) * 75, user))
        for user in (f"heavy{n}" for n in range(5)):
            while waiting[user] < ALLOWED:
                ledger.submit(a_job(user), {})
                waiting[user] += 1
        row = ledger.claim("engine")
        assert row
        waiting[row.job.requester] -= 1
        line.append(Waited(row.id, row.job.requester, row.created, clock.now, "3"))
        clock.now += 1.0
        ledger.finish(row.id, row.attempt, RESULT, 1.0)
    ledger.close()
    light = [one for one in line if one.user.startswith("light")]
    means = mean_waiting(light, clock.now)
    assert len(means) == 50
    assert jain(means) >= 0.95
    assert statistics.fmean(means) < 5, "one dream of each heavy user at most, not the twenty that they have waiting"
    heavy = Counter(one.user for one in line if one.user.startswith("heavy"))
    assert jain(list(heavy.values())) >= 0.99


async def test_who_sends_slow_files_is_acknowledged_and_told_a_reason(
    stage: Stage,  # noqa: F811
    hall: Hall,
) -> None:
    crowd = hall.crowd
    crowd.slow_files = {"a JPEG of 400 scans": with_scans(400), "half a PNG": saved(photo(), "PNG")[:5000]}
    (sender,) = crowd.slow
    hall.begin(crowd.tiresome(*sender, 0.01))
    async with asyncio.timeout(PATIENCE_S):
        while len([ask for ask in crowd.asks if ask.refused]) < 4:
            await asyncio.sleep(0.01)
    await hall.close()
    assert all(ask.acknowledged for ask in crowd.asks)
    reasons = {ask.refused for ask in crowd.asks}
    assert {TooManyScans.code} <= reasons <= {TooManyScans.code, BrokenPicture.code}
    assert stage.playground.violations == []


def test_fairness_is_judged_where_there_is_a_line() -> None:
    assert fairness([0.9, 0.1, 0.0]) == ("not judged: nobody waited (mean 0.3 s)", None)
    assert fairness([]) == ("not judged: nobody waited (mean 0.0 s)", None)
    assert fairness([5.0, 5.0]) == ("1.000", True)
    assert fairness([20.0, 0.0]) == ("0.500", False)


COUNTED_LATE_MB = 4
"""Linux counts pages in batches, one for each core, so that two readings in a row may differ by that."""


def test_the_most_memory_is_that_of_any_moment() -> None:
    before = peak_mb(os.getpid())
    assert before > 0
    held = bytearray(b"x" * 2**26)
    most = peak_mb(os.getpid())
    del held
    assert peak_mb(os.getpid()) + COUNTED_LATE_MB >= most >= before
    samples = [sample_of(100.0, 310.0), sample_of(100.0, 310.0)]
    verdict = Verdict()
    say_memory(verdict, samples)
    assert ("memory of bot at its most, at any moment", "310 MB", False) in verdict.lines


def test_a_decoder_may_take_much_for_a_slow_file_but_not_keep_it() -> None:
    def judged(*resident: float) -> bool | None:
        verdict, others = Verdict(), {"bot": 100.0, "supervisor": 60.0}
        samples = [replace(sample_of(100.0, 100.0), resident={**others, "decoder": mb}) for mb in resident]
        samples = [replace(one, cpu={**one.cpu, "decoder": 1.0}, jobs=n) for n, one in enumerate(samples)]
        say_memory(verdict, samples, slow_files=True)
        return next(kept for what, _, kept in verdict.lines if what.startswith("memory of decoder"))

    assert judged(33.0, 40.0, 600.0, 80.0)
    assert not judged(33.0, 40.0, 600.0, 320.0)


def sample_of(resident: float, peak: float) -> Sample:
    names = ("bot", "supervisor")
    return Sample(
        0.0, 0, dict.fromkeys(names, resident), dict.fromkeys(names, peak), dict.fromkeys(names, 1),
        dict.fromkeys(names, 1), dict.fromkeys(names, 1.0),
    )  # fmt: skip


def test_the_index_knows_fair_from_unfair() -> None:
    assert jain([2.0] * 10) == pytest.approx(1.0)
    assert jain([1.0, 0.0, 0.0, 0.0]) == pytest.approx(0.25)
    assert jain([]) == jain([0.0]) == 1.0


def test_waiting_counts_as_it_stands_at_that_moment() -> None:
    line = [
        Waited("a", "ada", 0.0, 4.0, "1"),
        Waited("b", "ada", 6.0, None, None),
        Waited("c", "bob", 11.0, 12.0, "2"),
    ]
    assert mean_waiting(line, 10.0) == [4.0]
    assert mean_waiting(line, 12.0) == [5.0, 1.0]


def test_turns_are_counted_whatever_the_machine_does_meanwhile() -> None:
    line = [Waited("a", "ada", 0.0, 0.0, "1"), Waited("b", "bob", 1.0, 100.0, "2"), Waited("c", "cy", 1.0, 101.0, "3")]
    turned, at = in_turns(line, 100.5)
    assert [(one.created, one.started) for one in turned] == [(0.0, 0.0), (1.0, 1.0), (1.0, 2.0)]
    assert at == 2.0


def test_the_slope_is_that_of_the_second_half() -> None:
    warming_up = [(float(n), 10.0 * n) for n in range(10)] + [(float(n), 100.0 + 0.5 * n) for n in range(10, 20)]
    assert slope(warming_up) == pytest.approx(0.5)
    assert slope([]) == slope([(1.0, 1.0)]) == 0.0
