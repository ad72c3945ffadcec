"""Crash loops are slowed down, and no more sessions are begun than Discord allows."""

from pathlib import Path

import pytest

from bot.gateway.client import Client
from bot.gateway.connect_limits import (
    CALM_S,
    DAY_S,
    FREE_RECONNECTS,
    FREE_STARTS,
    IDENTIFIES_A_DAY,
    IDENTIFY_BURST,
    IdentifyBudget,
    ReconnectBackoff,
    StartBackoff,
)


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def starting(path: Path, clock: Clock, times: int) -> list[float]:
    pauses = []
    for _ in range(times):
        clock.now += 1
        pauses.append(StartBackoff(path, clock).pause_s())
        clock.now += pauses[-1]
    return pauses


def test_a_crash_loop_waits_longer_and_longer(tmp_path: Path, clock: Clock) -> None:
    pauses = starting(tmp_path / "starts", clock, FREE_STARTS + 6)
    assert pauses[:FREE_STARTS] == [0.0] * FREE_STARTS
    assert pauses[FREE_STARTS:] == sorted(pauses[FREE_STARTS:])
    assert pauses[-1] > pauses[FREE_STARTS] > 0


def test_a_long_life_and_a_clean_end_are_forgiven(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "starts"
    starting(path, clock, 10)
    clock.now += 100_000
    assert starting(path, clock, 1) == [0.0]
    starting(path, clock, 10)
    StartBackoff(path, clock).reset()
    assert starting(path, clock, 1) == [0.0]


def test_a_full_disk_costs_the_memory_of_a_start_and_not_the_bot(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / ".starts.part").mkdir()
    assert starting(tmp_path / "starts", clock, 10) == [0.0] * 10


def spent_in(identify_budget: IdentifyBudget, clock: Clock, seconds: float) -> int:
    """How many go within that time if each goes as soon as it may."""
    until, count = clock.now + seconds, 0
    while True:
        pause = identify_budget.pause_s()
        if clock.now + pause > until:
            clock.now = until
            return count
        clock.now += pause
        identify_budget.spend()
        count += 1


def test_in_no_day_are_there_more_identifies_than_discord_allows(tmp_path: Path, clock: Clock) -> None:
    identify_budget = IdentifyBudget(tmp_path / "identifies", clock)
    counts = [spent_in(identify_budget, clock, DAY_S) for _ in range(3)]
    assert max(counts) <= IDENTIFY_BURST + IDENTIFIES_A_DAY + 1 < 1000
    assert min(counts) >= IDENTIFIES_A_DAY - 1


def test_a_crash_loop_is_counted_beyond_the_death_of_the_bot(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "identifies"
    for _ in range(IDENTIFY_BURST):
        one = IdentifyBudget(path, clock)
        assert one.pause_s() == 0
        one.spend()
    assert 0 < IdentifyBudget(path, clock).pause_s() <= DAY_S / IDENTIFIES_A_DAY


def test_a_clock_that_is_set_back_gives_nothing_and_takes_nothing(tmp_path: Path, clock: Clock) -> None:
    identify_budget = IdentifyBudget(tmp_path / "identifies", clock)
    spent_in(identify_budget, clock, 0)
    clock.now -= 3600
    assert 0 < identify_budget.pause_s() <= DAY_S / IDENTIFIES_A_DAY
    clock.now += identify_budget.pause_s()
    assert identify_budget.pause_s() == 0


def test_a_file_that_cannot_be_read_is_none(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "identifies").write_text("[]")
    assert IdentifyBudget(tmp_path / "identifies", clock).pause_s() == 0


async def test_the_client_spends_one_for_every_session(tmp_path: Path, clock: Clock) -> None:
    identify_budget = IdentifyBudget(tmp_path / "identifies", clock)
    async with Client(
        guild_ids=[], state_file=tmp_path / "state", always_sync=True, identify_budget=identify_budget
    ) as client:
        await client.before_identify_hook(None, initial=True)
    assert identify_budget._left == IDENTIFY_BURST - 1


def test_a_gateway_that_breaks_off_again_and_again_is_asked_less_often(clock: Clock) -> None:
    lines = ReconnectBackoff(clock)
    pauses = [lines.pause_s() for _ in range(FREE_RECONNECTS + 7)]
    assert pauses[:FREE_RECONNECTS] == [0.0] * FREE_RECONNECTS
    assert pauses[FREE_RECONNECTS:] == [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]
    clock.now += CALM_S
    assert lines.pause_s() == 0.0
