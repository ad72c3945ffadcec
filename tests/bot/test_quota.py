"""Slots are counted and given back."""

import pytest

from bot.quota import Quota
from engine.jobs.errors import TooManyJobs


def test_a_user_has_so_many_slots():
    quota = Quota(2)
    with quota.slot("1"), quota.slot("1"), quota.slot("2"), pytest.raises(TooManyJobs), quota.slot("1"):
        pass
    with quota.slot("1"):
        pass


def test_a_slot_is_given_back_after_an_error():
    quota = Quota(1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), quota.slot("1"):
            raise ZeroDivisionError
