"""How far a run is, on a clock of the test's own."""

from __future__ import annotations

from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.params import (
    Animate,
    AnyParams,
    Channel,
    Concept,
    Dream,
    Morph,
    PastDream,
    See,
    Style,
    Upscale,
    Video,
    Zoom,
)
from engine.queue.course import ALMOST, PARTS, Standing, Stopwatch, Timing, blend, planned_course, time_share
from tests.engine.queue.conftest import Clock

EVEN = tuple((at + 1) / PARTS for at in range(PARTS))
GROWING = tuple(((at + 1) / PARTS) ** 2 for at in range(PARTS))
"""Octaves: half of the steps are made in a quarter of the time."""
SECONDS = st.floats(0.0, 100.0)


def run(watch: Stopwatch, clock: Clock, seconds: list[float]) -> list[Standing]:
    """What is told at every step, of which each takes so long."""
    told = []
    for step, one in enumerate(seconds, 1):
        clock.now += one
        told.append(watch.step(step, len(seconds)))
    return told


def test_a_run_that_goes_as_expected_is_told_as_it_is(clock: Clock) -> None:
    told = run(Stopwatch(Timing(10.0, EVEN), clock), clock, [0.5] * 20)
    assert [one.done for one in told[:-1]] == pytest.approx([(at + 1) / 20 for at in range(19)])
    assert [one.left_s for one in told[:-1]] == pytest.approx([10 - 0.5 * (at + 1) for at in range(19)])


def test_in_a_course_that_is_known_uneven_steps_are_told_evenly(clock: Clock) -> None:
    ends = [40 * share for share in GROWING]
    told = run(
        Stopwatch(Timing(40.0, GROWING), clock), clock, [after - before for before, after in pairwise([0, *ends])]
    )
    assert [one.left_s for one in told] == pytest.approx([40 - end for end in ends], abs=0.5)


@pytest.mark.parametrize("factor", [0.25, 0.5, 2.0, 4.0])
def test_a_machine_that_is_faster_or_slower_than_expected_is_noticed_early(clock: Clock, factor: float) -> None:
    told = run(Stopwatch(Timing(10.0, EVEN), clock), clock, [0.1 * factor] * 100)
    true = [10 * factor * (1 - (at + 1) / 100) for at in range(100)]
    ratios = [one.left_s / left for one, left in list(zip(told, true, strict=True))[20:99]]
    assert all(1 / 1.5 <= ratio <= 1.5 for ratio in ratios)


def test_a_machine_that_becomes_busy_in_the_middle_is_noticed(clock: Clock) -> None:
    told = run(Stopwatch(Timing(10.0, EVEN), clock), clock, [0.1] * 50 + [0.4] * 50)
    assert told[49].left_s == pytest.approx(5.0)
    assert told[74].left_s == pytest.approx(10.0, rel=0.4)
    assert told[89].left_s == pytest.approx(4.0, rel=0.3)


def test_the_clock_goes_on_until_the_next_step_is_due_and_no_further(clock: Clock) -> None:
    watch = Stopwatch(Timing(10.0, (0.5, 1.0)), clock)  # the first of two steps takes half of the time
    clock.now += 2
    assert [watch.look().done, watch.look().left_s] == pytest.approx([0.2, 8.0])
    clock.now += 6
    late = watch.look()
    assert late.done == 0.5
    assert late.left_s > 5


def test_what_comes_after_the_last_step_is_part_of_it_and_never_all(clock: Clock) -> None:
    watch = Stopwatch(Timing(10.0, tuple(0.8 * share for share in EVEN)), clock)
    last = run(watch, clock, [0.4] * 20)[-1]
    assert [last.done, last.left_s] == pytest.approx([0.8, 2.0])
    clock.now += 1
    assert watch.look().done == pytest.approx(0.9)
    clock.now += 60
    assert watch.look().done == ALMOST
    assert watch.look().left_s > 0


@given(st.lists(st.tuples(SECONDS, SECONDS), min_size=1, max_size=30), SECONDS, st.sampled_from([EVEN, GROWING]))
def test_what_is_told_never_falls_whatever_happens(
    waits: list[tuple[float, float]], expected: float, course: tuple[float, ...]
) -> None:
    clock = Clock()
    watch, told = Stopwatch(Timing(expected, course), clock), [0.0]
    for step, (before, after) in enumerate(waits, 1):
        clock.now += before
        told.append(watch.look().done)
        clock.now += after
        told.append(watch.step(step, len(waits)).done)
    assert told == sorted(told)
    assert told[-1] < 1


def test_a_course_is_learned_as_it_went(clock: Clock) -> None:
    watch = Stopwatch(Timing(1.0, EVEN), clock)
    run(watch, clock, [3.0, 1.0, 1.0, 1.0])
    clock.now += 4
    course = watch.course()
    assert [time_share(course, at / 4) for at in range(1, 5)] == pytest.approx([0.3, 0.4, 0.5, 0.6], abs=0.01)
    assert time_share(course, 0.125) == pytest.approx(0.15, abs=0.01)


def test_a_run_that_was_not_watched_to_its_last_step_teaches_no_course(clock: Clock) -> None:
    watch = Stopwatch(Timing(1.0, EVEN), clock)
    assert watch.course() == ()
    watch.step(1, 2)
    assert watch.course() == ()


def test_courses_are_averaged_and_those_of_another_version_forgotten() -> None:
    assert blend((0.0, 1.0), (1.0, 1.0), 0.3) == pytest.approx((0.3, 1.0))
    assert blend((0.5, 0.7, 1.0), (0.2, 1.0), 0.3) == (0.2, 1.0)


@pytest.mark.parametrize(
    "params",
    [
        Dream(), Dream(subject="eyes"), Dream(network="vgg16"), Dream(network="lite2"),
        Dream(network="lite2", look="2015"), Zoom(), Zoom(network="lite2"), Concept(subject="eyes"),
        Concept(network="lite2", subject="goldfish", variations=3), Channel(), Channel(channel=1),
        Channel(search="dogs"), Style(), Style(subject="eyes", size=1024), See(), See(network="lite2"),
        Upscale(), Upscale(network="lite2", size=2048),
        Morph(subject="banana > eye"), Morph(network="lite2", subject="goldfish > castle > volcano"),
        Video(), Video(network="lite2", seconds=2),
        Animate(dreams=(PastDream(params=Concept(subject="eyes")), PastDream(params=Dream(network="lite2")))),
    ],
)  # fmt: skip
def test_a_course_follows_from_the_phases_of_every_recipe(params: AnyParams) -> None:
    course = planned_course(params)
    assert list(course) == sorted(course)
    assert 0 < course[0] <= course[-1] <= 1
    steps = [*accumulate(phase.steps for phase in params.phases())]
    works = [*accumulate(phase.work for phase in params.phases())]
    assert params.work() == pytest.approx(works[-1])
    for made, done in zip(steps, works, strict=True):
        if made < steps[-1]:
            assert time_share(course, made / steps[-1]) == pytest.approx(done / works[-1], abs=0.05)
