"""A short siege in every run of the suite (`make chaos`: three minutes), and that it sees what it must see."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.chaos.hostile_files import Siege, besiege, hostile_files, plain_files

SECONDS = 4.0
"""How long it lasts here; how long anybody waits is measured by `make chaos` alone."""


@pytest.mark.process
async def test_hostile_files_cost_nobody_else_an_answer() -> None:
    plain_files(), hostile_files()
    beside = await besiege("suite", SECONDS)
    assert not beside.lost, str(beside)
    assert beside.answers.total() >= 4


def test_who_waits_or_is_refused_is_seen() -> None:
    assert Siege([0.1] * 95 + [3.0] * 5).p95_s == 3.0
    assert not Siege([0.1] * 90 + [3.0] * 10).flawless
    assert not Siege([0.1] * 90, lost=Counter({"DecoderDied": 1})).flawless
    assert not Siege().flawless
    assert Siege([0.1] * 90).flawless
