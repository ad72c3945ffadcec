"""Slots are counted and given back; files are held as far as there is room."""

from __future__ import annotations

import asyncio

import pytest

from bot.requests.limits import DownloadQueue, Quota, Turn, check_work
from engine.errors import MoreThanTyped, TooManyJobs, TooManyPictures
from engine.params import Dream, See, Zoom


def test_a_user_has_so_many_slots() -> None:
    quota = Quota(2)
    with quota.slot("1"), quota.slot("1"), quota.slot("2"), pytest.raises(TooManyJobs), quota.slot("1"):
        pass
    with quota.slot("1"):
        pass


def test_a_slot_is_given_back_after_an_error() -> None:
    quota = Quota(1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), quota.slot("1"):
            raise ZeroDivisionError


@pytest.mark.parametrize(
    "params",
    [
        Dream(size=1024), Dream(size=1024, look="2015"), Dream(iterations=30, octaves=5), Dream(network="vgg16"),
        Dream(network="lite2", size=1024), Dream(network="lite2", size=1024, look="2015"),
        Zoom(size=640, frames=90), Zoom(iterations=10), See(), See(size=2048),
    ],
)  # fmt: skip
def test_what_can_be_typed_and_what_is_no_more_work_is_taken(params: Dream | Zoom | See) -> None:
    check_work(params)


@pytest.mark.parametrize(
    ("params", "times"),
    [
        (Dream(size=1024, iterations=100, octaves=8, ratio=1.1), "23"), (Zoom(size=640, frames=90, iterations=5), "1"),
        (Zoom(size=640, frames=90, iterations=100, octaves=8, ratio=1.1), "80"), (See(iterations=256), "3.8"),
    ],
)  # fmt: skip
def test_more_work_than_can_be_typed_is_refused_with_a_sentence(params: Dream | Zoom | See, times: str) -> None:
    with pytest.raises(MoreThanTyped, match=f"about {times}.* `pareidolia {params.recipe} --like`"):
        check_work(params)


def held(turns: list[Turn]) -> list[str]:
    return [turn.person for turn in turns if turn.arrived.is_set()]


def test_files_are_held_as_far_as_there_is_room_and_the_others_have_a_place() -> None:
    line = DownloadQueue(room=10)
    turns = [line.enqueue(person, 4) for person in ("1", "2", "3", "4")]
    assert held(turns) == ["1", "2"]
    assert [turn.ahead for turn in turns] == [0, 0, 1, 2]
    turns[1].leave()
    assert held(turns) == ["1", "2", "3"]
    assert [turn.ahead for turn in turns[2:]] == [0, 1]


def test_who_sends_many_holds_one_and_keeps_nobody_waiting() -> None:
    line = DownloadQueue(room=10)
    mine = [line.enqueue("1", 1) for _ in range(4)]
    other = line.enqueue("2", 1)
    assert held([*mine, other]) == ["1", "2"]
    mine[0].leave()
    assert mine[1].arrived.is_set()
    assert not mine[2].arrived.is_set()


def test_nobody_overtakes_a_large_file_and_one_larger_than_the_room_is_held_alone() -> None:
    line = DownloadQueue(room=10)
    small, large, late = line.enqueue("1", 4), line.enqueue("2", 25), line.enqueue("3", 1)
    assert held([small, large, late]) == ["1"]
    small.leave()
    assert held([large, late]) == ["2"]
    large.leave()
    assert held([late]) == ["3"]


def test_a_line_that_is_too_long_is_a_sentence() -> None:
    line = DownloadQueue(room=1, waiting=2)
    turns = [line.enqueue(str(person), 1) for person in range(3)]
    with pytest.raises(TooManyPictures, match="Try again in about 1 min"):
        line.enqueue("4", 1)
    turns[0].leave()
    line.enqueue("4", 1)


async def test_who_gives_up_leaves_the_line() -> None:
    line = DownloadQueue(room=1)
    first, second, third = (line.enqueue(str(person), 1) for person in range(3))
    async with first:
        waiting = asyncio.create_task(second.__aenter__())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait({waiting})
        assert third.ahead == 1
    async with asyncio.timeout(60), third:
        assert line._waiting == []
    assert line._held == []
