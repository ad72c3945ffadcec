"""What is said of a server that is away: once, and once more when it is back."""

from __future__ import annotations

import logging

import pytest

from engine.platform import outage
from engine.platform.outage import Outage

REFUSED = "connection refused\n\tIs the server running?"
SAID = "the database cannot be used: connection refused; it is tried again until it can"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(clock: Clock) -> Outage:
    return Outage(logging.getLogger("test"), "the database", clock)


def fail(database: Outage, clock: Clock, seconds: float, reason: str = REFUSED) -> None:
    """Fail twice a second for so long."""
    until = clock.now + seconds
    while clock.now < until:
        database.report_failure(reason)
        clock.now += 0.5


def test_an_outage_is_two_lines(database: Outage, clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    database.report_success()
    fail(database, clock, 90)
    database.report_success()
    database.report_success()
    assert caplog.messages == [SAID, "the database answers again, after 90 s"]


def test_a_long_one_is_said_again_after_a_while(
    database: Outage, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    fail(database, clock, 2 * outage.REMIND_S + 1)
    assert caplog.messages == [
        SAID,
        "the database cannot be used for 600 s now: connection refused; it is tried again until it can",
        "the database cannot be used for 1200 s now: connection refused; it is tried again until it can",
    ]


def test_what_comes_and_goes_at_every_attempt_is_no_flood(
    database: Outage, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    while clock.now < 3 * outage.LULL_S:
        fail(database, clock, 0.5, "no rights")
        database.report_success()
    assert len(caplog.messages) == 6
    fail(database, clock, 0.5, "another reason")
    assert "another reason" in caplog.messages[-1]


def test_reasons_that_differ_each_time_are_not_kept_for_ever(database: Outage, clock: Clock) -> None:
    for number in range(3 * outage.MOST_REASONS):
        database.report_failure(f"reason {number}")
    assert len(database._said) == outage.MOST_REASONS
