import numpy as np
import pytest

from engine.audio.beats import APART_S, find_beats, pulses

RATE = 44_100


def clicks(bpm: float, seconds: float = 8.0, seed: int = 1) -> np.ndarray:
    """A drum at that tempo over soft noise."""
    draw = np.random.default_rng(seed)
    sound = draw.normal(0, 0.003, int(seconds * RATE)).astype(np.float32)
    hit = draw.normal(0, 0.4, 4000) * np.exp(-np.arange(4000) / 700)
    for at in np.arange(0.25, seconds - 0.2, 60 / bpm):
        start = int(at * RATE)
        sound[start : start + 4000] += hit.astype(np.float32)
    return sound


@pytest.mark.parametrize("bpm", [70, 97, 120, 150])
def test_a_steady_drum_is_heard(bpm: float) -> None:
    found = find_beats(clicks(bpm), RATE).times
    hits = np.arange(0.25, 7.8, 60 / bpm)
    distance = np.abs(found[:, None] - hits).min(1)
    assert np.mean(distance < 0.05) > 0.9
    assert 0.8 * len(hits) <= len(found) <= 1.1 * len(hits)


def test_no_more_than_three_in_a_second() -> None:
    found = find_beats(clicks(400), RATE).times
    assert len(found) > 5
    assert np.diff(found).min() >= APART_S - 1e-6


@pytest.mark.parametrize("sound", [np.zeros(RATE * 2), np.zeros(100), np.full(RATE * 2, 0.5)])
def test_in_silence_nothing_moves_otherwise(sound: np.ndarray) -> None:
    beats = find_beats(sound.astype(np.float32), RATE)
    assert np.ptp(pulses(beats, 12, 24)) == pytest.approx(0, abs=0.9)
    assert np.mean(pulses(beats, 12, 24)) == pytest.approx(1)


def test_a_zoom_leaps_on_a_beat_and_is_as_quick_on_the_whole() -> None:
    beats = find_beats(clicks(60), RATE)
    moved = np.array(pulses(beats, 12, 84))
    assert moved.mean() == pytest.approx(1)
    leaps = np.flatnonzero(moved > 2) / 12
    assert len(leaps) >= 6
    assert np.abs(leaps[:, None] - beats.times).min(1).max() < 0.2
