"""Pauses double up to the longest one, however often it failed."""

from engine.platform.backoff import pause_s


def test_pauses_double_up_to_the_longest() -> None:
    assert [pause_s(failed, 0.5, 3.0) for failed in range(6)] == [0.0, 0.5, 1.0, 2.0, 3.0, 3.0]
    assert pause_s(100_000, 1.0, 60.0) == 60.0
