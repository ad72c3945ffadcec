"""Who waits after a file that was too much."""

from __future__ import annotations

import pytest

from engine.errors import DecoderResting
from engine.files.decoder_strikes import FORGOTTEN_S, LONGEST_REST_S, REST_S, SLOW_S, Strikes


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def rest_s(strikes: Strikes, clock: Clock, person: str = "1") -> float:
    """How long it takes until nothing is refused any more."""
    began = clock.now
    while True:
        try:
            strikes.check(person)
        except DecoderResting:
            clock.now += 1
        else:
            return clock.now - began


def test_each_death_rests_twice_as_long_and_never_for_ever() -> None:
    clock = Clock()
    strikes = Strikes(clock)
    rests = []
    for _ in range(6):
        strikes.count_death("1")
        rests.append(rest_s(strikes, clock))
    assert rests == [REST_S, 2 * REST_S, 4 * REST_S, 8 * REST_S, LONGEST_REST_S, LONGEST_REST_S]


def test_nobody_else_rests_and_our_own_files_never_do() -> None:
    strikes = Strikes(Clock())
    strikes.count_death("1")
    strikes.count_death("")
    strikes.check("2")
    strikes.check("")
    with pytest.raises(DecoderResting, match="about 1 min"):
        strikes.check("1")


def test_the_slow_lane_and_everything_else_is_forgotten() -> None:
    clock = Clock()
    strikes = Strikes(clock)
    strikes.count_slow("1")
    assert strikes.is_slow("1")
    assert not strikes.is_slow("2")
    clock.now += SLOW_S
    assert not strikes.is_slow("1")
    strikes.count_death("1")
    clock.now += FORGOTTEN_S
    strikes.count_death("2")
    assert set(strikes._records) == {"2"}
