"""Crash loops are slowed down."""

import pytest

from bot.app import PATIENT_STARTS, Starts, serve
from engine.jobs import settings
from engine.jobs.errors import SettingsError


def test_a_crash_loop_waits_longer_and_longer(tmp_path):
    path = tmp_path / "starts"
    pauses = [Starts(path).pause_s(now=float(second)) for second in range(PATIENT_STARTS + 4)]
    assert pauses[:PATIENT_STARTS] == [0.0] * PATIENT_STARTS
    assert pauses[PATIENT_STARTS:] == sorted(pauses[PATIENT_STARTS:])
    assert pauses[-1] > pauses[PATIENT_STARTS] > 0


def test_a_long_life_and_a_clean_end_are_forgiven(tmp_path):
    starts = Starts(tmp_path / "starts")
    for second in range(10):
        starts.pause_s(now=float(second))
    assert starts.pause_s(now=100_000.0) == 0.0
    for second in range(10):
        starts.pause_s(now=float(second))
    starts.ended_well()
    assert starts.pause_s(now=11.0) == 0.0


async def test_without_a_token_it_says_what_to_do(data_dir):
    with pytest.raises(SettingsError, match="pareidolia setup"):
        await serve(settings.load(data_dir=data_dir))
