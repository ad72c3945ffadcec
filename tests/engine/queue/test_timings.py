"""What is expected of a job, by what jobs like it took."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.files.blobs import BlobKey
from engine.params import AnyParams, Channel, Concept, Dream, Zoom
from engine.queue.course import Timing, planned_course
from engine.queue.job import Job
from engine.queue.ledger import Ledger
from engine.queue.timings import FIRST_GUESS_S
from tests.engine.queue.test_ledger import RESULT

LATE = (0.1, 0.2, 1.0)


def is_about(expected: Timing, seconds: float, course: tuple[float, ...]) -> bool:
    return expected.seconds == pytest.approx(seconds) and expected.course == pytest.approx(course)


def job(params: AnyParams) -> Job:
    return Job(params=params, requester="ada")


def take(ledger: Ledger, params: AnyParams | Job, seconds: float, course: tuple[float, ...] = LATE) -> Timing:
    """A job that took so long; what was expected of it."""
    ledger.submit(params if isinstance(params, Job) else job(params), {})
    row = ledger.claim("e")
    assert row
    assert ledger.finish(row.id, row.attempt, RESULT, seconds, course)
    return row.expected


def test_before_anything_has_run_there_are_phases_and_a_guess(ledger: Ledger) -> None:
    expected = take(ledger, Dream(), 1.0)
    assert is_about(expected, FIRST_GUESS_S * Dream().work(), planned_course(Dream()))


def test_each_size_is_timed_by_itself(ledger: Ledger) -> None:
    take(ledger, Dream(size=256), 2.0)
    take(ledger, Dream(size=1024), 3.0)
    assert ledger.estimate(job(Dream(size=256))) == pytest.approx(2.0)
    assert ledger.estimate(job(Dream(size=1024))) == pytest.approx(3.0)


def test_a_size_that_was_not_asked_for_yet_goes_by_the_others(ledger: Ledger) -> None:
    take(ledger, Dream(size=256), 5.0)
    per_unit = 5.0 / Dream(size=256).work()
    expected = take(ledger, Dream(size=1024), 1.0)
    assert is_about(expected, per_unit * Dream(size=1024).work(), planned_course(Dream(size=1024)))


def test_sizes_that_are_nearly_the_same_are_one(ledger: Ledger) -> None:
    take(ledger, Dream(size=512), 5.0)
    assert take(ledger, Dream(size=500), 5.0).course == LATE


@pytest.mark.parametrize(
    "other",
    [
        job(Dream(subject="goldfish", network="lite2")),
        job(Dream(look="2015", network="lite2")),
        replace(job(Dream(network="lite2")), others={"guide": BlobKey("2" * 64)}),
        job(Dream(network="pocket")),
        job(Zoom(network="lite2", size=512)),
        job(Concept(network="lite2", subject="goldfish")),
    ],
)
def test_what_takes_another_course_is_timed_by_itself(ledger: Ledger, other: Job) -> None:
    take(ledger, Dream(network="lite2"), 1.0)
    assert take(ledger, other, 1.0).course == planned_course(other.params)


def test_an_atlas_is_not_timed_as_a_single_channel(ledger: Ledger) -> None:
    take(ledger, Channel(channel=1), 1.0)
    assert take(ledger, Channel(), 1.0).course == planned_course(Channel())


def test_a_recipe_that_never_ran_goes_by_the_others_on_its_network(ledger: Ledger) -> None:
    take(ledger, Dream(), 2 * Dream().work())
    take(ledger, Concept(subject="eyes"), 4 * Concept(subject="eyes").work())
    assert ledger.estimate(job(Zoom())) == pytest.approx(3 * Zoom().work())
    heavy = Zoom(network="vgg16")
    assert ledger.estimate(job(heavy)) > 3 * heavy.work()


def test_a_moving_average_follows_seconds_and_course(ledger: Ledger) -> None:
    take(ledger, Dream(), 1.0, (0.0, 1.0))
    take(ledger, Dream(), 2.0, (1.0, 1.0))
    expected = take(ledger, Dream(), 1.0)
    assert is_about(expected, 1.3, (0.3, 1.0))


def test_a_run_that_nobody_watched_teaches_the_general_average_only(ledger: Ledger) -> None:
    take(ledger, Dream(), 4.0, ())
    assert is_about(take(ledger, Dream(), 1.0), 4.0, planned_course(Dream()))


def test_a_batch_takes_as_long_as_its_pictures_one_after_another(ledger: Ledger) -> None:
    take(ledger, Dream(), 2.0, tuple(LATE[min(at // 17, 2)] for at in range(50)))
    batch = replace(job(Dream()), others={"picture2": BlobKey("b" * 64)})
    expected = take(ledger, batch, 6.0)
    assert expected.seconds == pytest.approx(4.0)
    assert expected.course[24] == pytest.approx(0.5)
    assert list(expected.course) == sorted(expected.course)
    assert ledger.estimate(job(Dream())) == pytest.approx(2.0)  # of a batch the closer average learns nothing
