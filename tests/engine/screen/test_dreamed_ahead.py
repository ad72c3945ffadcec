import itertools
import threading
from collections.abc import Iterator

import pytest

from engine.screen.dreamed_ahead import AHEAD, KEPT, DreamedAhead


class Endless:
    """Numbers as bytes, and how many were taken."""

    def __init__(self) -> None:
        self.taken = 0
        self.change = threading.Condition()

    def __iter__(self) -> Iterator[bytes]:
        for number in itertools.count():
            with self.change:
                self.taken += 1
                self.change.notify_all()
            yield b"%d" % number

    def until(self, count: int) -> None:
        with self.change:
            assert self.change.wait_for(lambda: self.taken >= count, 120)


def test_frames_come_by_number_and_a_little_ahead() -> None:
    endless = Endless()
    frames = DreamedAhead(iter(endless))
    frames.start()
    assert [frames.get(number, 30) for number in range(5)] == [(n, b"%d" % n) for n in range(5)]
    endless.until(4 + AHEAD)
    frames.close()
    assert endless.taken <= 4 + AHEAD + 2, "nobody asked for more"


def test_who_is_far_behind_goes_on_with_the_oldest_that_is_there() -> None:
    frames = DreamedAhead(iter(Endless()))
    frames.start()
    for number in range(KEPT + 10):
        assert frames.get(number, 30) is not None
    found = frames.get(0, 30)
    frames.close()
    assert found is not None
    number, data = found
    assert number >= 10
    assert data == b"%d" % number


def test_far_ahead_is_not_dreamed_at_once() -> None:
    endless = Endless()
    frames = DreamedAhead(iter(endless))
    frames.start()
    assert frames.get(10**8, 0.01) is None
    frames.close()
    assert endless.taken <= 3 * AHEAD + 2


def test_what_goes_wrong_reaches_who_asks() -> None:
    def broken() -> Iterator[bytes]:
        yield b"0"
        raise RuntimeError("it broke")

    frames = DreamedAhead(broken())
    frames.start()
    with pytest.raises(RuntimeError, match="it broke"):
        frames.get(1, 30)
    frames.close()


def test_closing_before_the_start_is_harmless() -> None:
    DreamedAhead(iter([])).close()
