"""A short siege in every run of the suite (`make chaos`: three minutes), and that it sees what it must see."""

from __future__ import annotations

from collections import Counter

from engine.jobs.decoder import PATIENCE, QUICK_S
from engine.jobs.decoder_child import GRACE_S
from tests.chaos.siege import LIMIT_S, Siege, besiege, hostile_files, plain_files

SECONDS = 12.0


async def test_hostile_files_keep_nobody_else_waiting() -> None:
    """On a busy machine everything takes longer: then the longest that a hostile file may hold a quick child counts."""
    plain_files(), hostile_files()
    alone = await besiege("suite", SECONDS, hostile=0)
    beside = await besiege("suite", 3 * SECONDS)
    print(f"{beside}\nalone: {alone}")
    assert not beside.lost
    assert beside.answers.total() >= 4
    busy = alone.p95_s > LIMIT_S / 4
    assert beside.p95_s <= (PATIENCE * (QUICK_S + GRACE_S) if busy else LIMIT_S), f"{beside}\nalone: {alone}"


def test_who_waits_or_is_refused_is_seen() -> None:
    assert Siege([0.1] * 95 + [3.0] * 5).p95_s == 3.0
    assert not Siege([0.1] * 90 + [3.0] * 10).flawless
    assert not Siege([0.1] * 90, lost=Counter({"DecoderDied": 1})).flawless
    assert not Siege().flawless
    assert Siege([0.1] * 90).flawless
