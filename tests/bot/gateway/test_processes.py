"""What several processes of one bot know of each other, over PostgreSQL."""

from __future__ import annotations

from itertools import pairwise

import pytest

from bot.gateway.connect_limits import (
    DAY_S,
    IDENTIFIES_A_DAY,
    IDENTIFY_BURST,
    IDENTIFY_GAP_S,
    SharedIdentifies,
)
from engine.queue.shared_state import SharedNote, SharedState

pytestmark = pytest.mark.postgresql


def test_identifies_of_all_processes_are_one_after_another(fleet_url: str) -> None:
    states = [SharedState(fleet_url), SharedState(fleet_url)]
    first, second = (SharedIdentifies(state) for state in states)
    assert first.reserve(0) == 0
    assert first.reserve(1) == 0, "another rate limit key"
    pauses = [second.reserve(0), first.reserve(0), second.reserve(0)]
    assert all(0 < later - pause <= IDENTIFY_GAP_S for pause, later in pairwise([0.0, *pauses]))
    for _ in range(IDENTIFY_BURST):
        last = second.reserve(2)
    assert last > DAY_S / IDENTIFIES_A_DAY, "no more than Discord takes in a day"
    for state in states:
        state.close()


def test_what_processes_note_is_read_by_the_others(fleet_url: str) -> None:
    states = [SharedState(fleet_url), SharedState(fleet_url)]
    ours, theirs = (SharedNote(state, "commands") for state in states)
    assert theirs.read() is None
    ours.write({"digest": "a"})
    ours.write({"digest": "b"})
    assert theirs.read() == {"digest": "b"}
    for state in states:
        state.close()
