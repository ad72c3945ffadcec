"""The hour there, also where clocks are changed."""

import datetime

import pytest

from bot.rituals.local_time import STEPS, next_time

BERLIN = "Europe/Berlin"


def utc(text: str) -> float:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.UTC).timestamp()


def days(begin: str, count: int, hour: int, zone: str, every_h: int = 24) -> list[str]:
    """So many times after a moment, in UTC."""
    now, found = utc(begin), []
    for _ in range(count):
        now = next_time(now, hour, zone, every_h)
        found.append(datetime.datetime.fromtimestamp(now, datetime.UTC).strftime("%d %H:%M"))
    return found


def test_it_is_the_hour_there_in_summer_and_in_winter() -> None:
    assert days("2026-03-28T00:00", 3, 18, BERLIN) == ["28 17:00", "29 16:00", "30 16:00"]
    assert days("2026-10-24T00:00", 3, 18, BERLIN) == ["24 16:00", "25 17:00", "26 17:00"]


def test_an_hour_that_is_left_out_or_comes_twice_is_one_time() -> None:
    assert days("2026-03-28T12:00", 2, 2, BERLIN) == ["29 01:00", "30 00:00"]
    assert days("2026-10-24T12:00", 2, 2, BERLIN) == ["25 00:00", "26 01:00"]


def test_every_few_hours_goes_on_over_midnight() -> None:
    assert days("2026-06-01T00:00", 4, 9, BERLIN, 8) == ["01 07:00", "01 15:00", "01 23:00", "02 07:00"]


@pytest.mark.parametrize("every_h", STEPS)
def test_it_always_goes_forward_and_never_waits_longer_than_an_hour_more(every_h: int) -> None:
    now = utc("2026-03-27T00:00")
    while now < utc("2026-03-31T00:00"):
        later = next_time(now, 2, BERLIN, every_h)
        assert 0 < later - now <= (every_h + 1) * 3600
        now = later


def test_offsets_and_zones_that_there_are_no_more() -> None:
    assert days("2026-06-01T00:00", 1, 9, "UTC+2") == ["01 07:00"]
    assert days("2026-06-01T00:00", 1, 9, "Mars/Olympus") == ["01 09:00"]
