import math
from itertools import pairwise

import pytest

from engine.video.frame_times import LONGEST_S, Span, TimedFrame, at_constant_rate, sane_times


def timed(*times: float | None, length: float = 0.1) -> list[TimedFrame[int]]:
    return [TimedFrame(time, length, at) for at, time in enumerate(times)]


def test_a_constant_rate_stays_as_it_is() -> None:
    assert [*at_constant_rate(timed(0, 0.1, 0.2, 0.3), Span(0, 10, 100))] == [0, 1, 2, 3]


def test_a_variable_rate_becomes_constant() -> None:
    """A frame that stands for long comes again, and of many in a moment one is left."""
    assert [*at_constant_rate(timed(0, 0.3, 0.32, 0.34, 0.4), Span(0, 10, 100))] == [0, 0, 0, 1, 4]


def test_it_begins_at_its_start_and_has_so_many_frames() -> None:
    assert [*at_constant_rate(timed(0, 0.1, 0.2, 0.3, 0.4), Span(0.1, 10, 2))] == [1, 2]
    assert [*at_constant_rate(timed(0, 0.1), Span(5, 10, 2))] == []


@pytest.mark.parametrize("times", [(0, -5, 0.2), (0, None, None), (0, 1e9, 2e9), (math.nan, math.inf, 0.1), (0, 0, 0)])
def test_times_that_make_no_sense_go_on_at_the_usual_pace(times: tuple[float | None, ...]) -> None:
    found = [one.time or 0.0 for one in sane_times(timed(*times))]
    assert found[0] == 0
    assert all(0 < after - before <= LONGEST_S for before, after in pairwise(found))
    assert len([*at_constant_rate(timed(*times), Span(0, 10, 1000))]) <= 10 * (3 * LONGEST_S)
