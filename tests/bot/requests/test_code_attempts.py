"""Whoever guesses is stopped, whoever mistypes is not."""

import pytest

from bot.requests.code_attempts import LIMIT, WINDOW_S, CodeAttempts
from engine.errors import NoLedger, TooManyCodes, UnknownCode


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def wrong(attempts: CodeAttempts, user: str = "ada") -> None:
    with pytest.raises(UnknownCode), attempts.attempt(user):
        raise UnknownCode


def right(attempts: CodeAttempts, user: str = "ada") -> None:
    with attempts.attempt(user):
        pass


def test_after_some_wrong_codes_not_even_a_right_one_is_taken_for_an_hour() -> None:
    clock = Clock()
    attempts = CodeAttempts(clock)
    for _ in range(LIMIT):
        wrong(attempts)
        clock.now += 60
    with pytest.raises(TooManyCodes, match=f"about {60 - LIMIT} min"):
        right(attempts)
    right(attempts, "sam")
    clock.now = WINDOW_S + 1
    right(attempts)
    wrong(attempts)
    with pytest.raises(TooManyCodes):
        right(attempts)


def test_right_codes_and_other_mishaps_do_not_count() -> None:
    attempts = CodeAttempts()
    for _ in range(3 * LIMIT):
        right(attempts)
        with pytest.raises(NoLedger), attempts.attempt("ada"):
            raise NoLedger(reason="busy")
    wrong(attempts)


def test_those_at_the_same_time_count_before_they_are_answered() -> None:
    attempts = CodeAttempts()
    open_ones = [attempts.attempt("ada") for _ in range(LIMIT)]
    for one in open_ones:
        one.__enter__()
    with pytest.raises(TooManyCodes):
        right(attempts)
    for one in open_ones:
        one.__exit__(None, None, None)
    right(attempts)


def test_who_was_wrong_long_ago_is_forgotten() -> None:
    clock = Clock()
    attempts = CodeAttempts(clock)
    for user in map(str, range(100)):
        wrong(attempts, user)
    clock.now = WINDOW_S + 1
    right(attempts)
    assert len(attempts._wrong) <= 1
