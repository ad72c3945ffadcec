"""The chat's stopwatch: it finds every time, with a small network and small pictures."""

from __future__ import annotations

import pytest

from tests.chat_times import AIMS_S, DREAM, Sizes, measure, table
from tests.playground_bot import open_room


@pytest.mark.process
async def test_every_time_is_found() -> None:
    async with open_room(network="pocket") as room:
        found = await measure(room, 1, Sizes(dream=128, large=256, zoom=128, frames=8, quiet_s=0))
    assert set(found) == set(AIMS_S)
    assert all(one > 0 for times in found.values() for one in times)


def test_the_table_has_the_middle_and_the_slowest_of_a_time() -> None:
    lines = table({DREAM: [1.0, 2.0, 30.0]}).splitlines()
    (line,) = (line for line in lines if line.startswith(f"| {DREAM} "))
    assert [word.strip() for word in line.strip("|").split("|")] == [DREAM, "2.00", "30.00", "3.5", "3"]
    assert len(lines) == 2 + len(AIMS_S)
