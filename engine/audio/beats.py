"""Where the beats of a sound are: `samples => Beats`, and how a zoom moves to them: `(beats, rate) => pulses`.

Onsets by spectral flux (Dixon 2006, "Onset Detection Revisited"); tempo and beats by autocorrelation and dynamic
programming (Ellis 2007, "Beat Tracking by Dynamic Programming"). Beats are at least a third of a second apart, so that
nothing that follows them happens more than three times in a second (WCAG 2.3.1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

WINDOW: Final = 2048
"""Samples of which a spectrum is made: 46 ms of 44,100 a second."""
HOP: Final = 512
"""Samples between two spectra."""
BLOCK: Final = 2048
"""Spectra that are looked at together: 17 MB."""
LOUDNESS: Final = 100.0
"""Magnitudes are compressed as log(1 + this times the magnitude)."""
AROUND_S: Final = 0.5
"""An onset stands out of what is within this time of it."""
PERIODS_S: Final = (0.34, 1.2)
"""The quickest beat, 176 a minute, and the slowest, 50."""
USUAL_S, OCTAVES = 0.5, 0.9
"""The likeliest period, and how many octaves from it are as likely as not."""
TIGHTNESS: Final = 100.0
"""How much a beat that comes early or late costs beside how strong it is."""
APART_S: Final = 1 / 3
REST, KICK, DECAY_S = 0.45, 2.2, 0.14
"""How far a zoom moves between beats, how much further on one, and how soon that is over."""


@dataclass(frozen=True, slots=True)
class Beats:
    """The beats of a sound."""

    times: np.ndarray
    """Seconds, [n], ascending."""
    strengths: np.ndarray
    """How strong each is, [n], in [0, 1]."""


def find_beats(mono: np.ndarray, rate: int) -> Beats:
    """The beats of float samples [n]; none in silence."""
    strength, step = onset_strength(mono, rate), HOP / rate
    if len(strength) < 2 or strength.max() <= 0:
        return Beats(np.zeros(0), np.zeros(0))
    found = _track(strength, _period(strength, step), step)
    peak = np.array([strength[max(0, at - 2) : at + 3].max() for at in found])
    loud = peak > 0.1 * np.quantile(peak, 0.9)  # in a pause the beat goes on, and is not heard
    times = found[loud] * step
    return Beats(times, np.clip(peak[loud] / np.quantile(peak, 0.9), 0, 1))


def onset_strength(mono: np.ndarray, rate: int) -> np.ndarray:
    """How much begins at each hop, [n / HOP]: by how much the spectrum grows, above what is usual around there."""
    padded = np.pad(mono.astype(np.float32), WINDOW // 2)
    windows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP]
    flux, last = [], None
    for start in range(0, len(windows), BLOCK):
        spectra = np.log1p(LOUDNESS * np.abs(np.fft.rfft(windows[start : start + BLOCK] * np.hanning(WINDOW))) / WINDOW)
        before = spectra[:1] if last is None else last
        flux.append(np.maximum(np.diff(spectra, axis=0, prepend=before), 0).mean(1))
        last = spectra[-1:]
    found = np.concatenate(flux)
    around = max(1, round(AROUND_S * rate / HOP))
    usual = np.convolve(found, np.ones(2 * around + 1) / (2 * around + 1), "same")
    above: np.ndarray = np.maximum(found - usual, 0)
    return above


def _period(strength: np.ndarray, step: float) -> float:
    """The beat's period in hops: at which distance onsets are alike, likely ones first."""
    least, most = (max(1, round(one / step)) for one in PERIODS_S)
    most = min(most, len(strength) - 1)
    if most <= least:
        return USUAL_S / step
    lags = np.arange(least, most + 1)
    spectrum = np.fft.rfft(strength, 2 * len(strength))
    alike = np.fft.irfft(np.abs(spectrum) ** 2)[lags]
    likely = np.exp(-0.5 * (np.log2(lags * step / USUAL_S) / OCTAVES) ** 2)
    return float(lags[np.argmax(alike * likely)])


def _track(strength: np.ndarray, period: float, step: float) -> np.ndarray:
    """The hops of the beats: strong ones that are a period apart."""
    score, before = strength / strength.std(), np.full(len(strength), -1)
    nearest, furthest = max(round(period / 2), int(np.ceil(APART_S / step))), round(2 * period)
    lags = np.arange(nearest, max(furthest, nearest) + 1)
    cost = TIGHTNESS * np.log(lags / period) ** 2
    for at in range(nearest, len(score)):
        reachable = lags[: max(0, at - nearest + 1)]
        candidates = score[at - reachable] - cost[: len(reachable)]
        best = int(np.argmax(candidates))
        if candidates[best] > 0:
            score[at] += candidates[best]
            before[at] = at - reachable[best]
    found = [int(np.argmax(score))]
    while before[found[-1]] >= 0:
        found.append(int(before[found[-1]]))
    return np.array(found[::-1])


def pulses(beats: Beats, fps: float, frames: int) -> list[float]:
    """How far a zoom moves in each frame: 1 on the whole, a leap on a beat, and slowly in between."""
    now = np.arange(frames) / fps
    last = np.searchsorted(beats.times, now + 1e-9, "right") - 1
    heard = last >= 0
    kick = np.zeros(frames)
    kick[heard] = beats.strengths[last[heard]] * np.exp(-(now[heard] - beats.times[last[heard]]) / DECAY_S)
    moved = REST + KICK * kick
    return [float(one) for one in moved / moved.mean()]
