"""Slots are counted and given back."""

import pytest

from bot.requests.quota import Quota, check_work
from engine.errors import MoreThanTyped, TooManyJobs
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
        (Zoom(size=640, frames=90, iterations=100, octaves=8, ratio=1.1), "80"), (See(iterations=256), "4.5"),
    ],
)  # fmt: skip
def test_more_work_than_can_be_typed_is_refused_with_a_sentence(params: Dream | Zoom | See, times: str) -> None:
    with pytest.raises(MoreThanTyped, match=f"about {times}.* `pareidolia {params.recipe} --like`"):
        check_work(params)
