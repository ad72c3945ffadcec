"""Which servers, direct messages and jobs belong to a process."""

from __future__ import annotations

import pytest

from bot.operations.shard_range import ShardRange
from bot.store.posting import Posting
from engine.errors import SettingsError

OF_FIRST, OF_SECOND = 4 << 22, 5 << 22


def posting(guild_id: int | None, shard: int | None = None) -> Posting:
    return Posting(1, "Ada", "Ada's cat", guild_id=guild_id, shard=shard)


@pytest.mark.parametrize(
    ("text", "ids", "total"), [("0-3/16", [0, 1, 2, 3], 16), ("5/16", [5], 16), ("0/1", [0], 1), ("1-1/2", [1], 2)]
)
def test_a_range_is_read(text: str, ids: list[int], total: int) -> None:
    found = ShardRange.parse(text)
    assert (found.ids, found.total) == (ids, total)


@pytest.mark.parametrize("text", ["3-1/4", "0-4/4", "4/4", "-1/4", "0-3", "a/4", "0/99999", "1/2/3", "٣/4", " 0/1"])
def test_what_is_no_range_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(SettingsError, match="0-3/16"):
        ShardRange.parse(text)


def test_each_server_and_job_is_one_processes() -> None:
    first, second = ShardRange.parse("0/2"), ShardRange.parse("1/2")
    assert [one.holds(OF_FIRST) for one in (first, second)] == [True, False]
    assert [one.holds(str(OF_SECOND)) for one in (first, second)] == [False, True]
    assert [one.holds(None) for one in (first, second)] == [True, False], "direct messages are the first one's"
    assert [one.owns(posting(OF_SECOND)) for one in (first, second)] == [False, True]


def test_a_request_that_came_another_way_is_answered_by_who_heard_it() -> None:
    first, second = ShardRange.parse("0/2"), ShardRange.parse("1/2")
    assert second.arrival(OF_SECOND) is None
    assert first.arrival(OF_SECOND) == 0
    heard = posting(OF_SECOND, shard=first.arrival(OF_SECOND))
    assert [one.owns(heard) for one in (first, second)] == [True, False]
    fewer = ShardRange()
    assert fewer.owns(heard)
    assert fewer.owns(posting(OF_SECOND, shard=7))
