"""Dreaming a loop of pictures: `(scorers, subjects, canvas in time, schedule) => iterator of Progress`.

At every step two moments of the loop are looked at, half a loop apart, each for what it is to show: one thing, or on
the way from one to the next both in one body. All waves that a moment shares with its neighbours are moved by it, so
that a whole loop takes little more than its subjects alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

import torch
from torch import Tensor

from engine.ascent.adam import Adam
from engine.ascent.crop_ascent import MOMENTA, Schedule, as_natural, learning_rate_decay, next_render_size, random_crops
from engine.ascent.crop_gradients import CropScorer, gain
from engine.ascent.feature_visualization import Transform
from engine.ascent.progress import Progress
from engine.canvas.fourier_canvas import FourierCanvas
from engine.canvas.looped_overlay import LoopedOverlay
from engine.canvas.looped_waves import LoopedWaves, subject_weights
from engine.canvas.resample import Size
from engine.catalog.catalog import Meaning
from engine.objectives import Objective, between
from engine.passes.joint_gradient import FeatureExtractor

HOLD = 0.4
"""How long each subject is alone, as a share of the time from one to the next."""
PREVIEW_TURNS = 2
"""How many times a preview goes through the loop while it is dreamed."""

Subjects = Sequence[Sequence[Meaning]]


def accentuate_loop(
    scorers: Sequence[CropScorer],
    subjects: Subjects,
    canvas: LoopedOverlay,
    schedule: Schedule,
    generator: torch.Generator,
) -> Iterator[Progress]:
    """By crops seen whole, as `crop_ascent.accentuate`; the networks take turns, for objectives of the moment."""
    optimizer = Adam(canvas.waves.coefficients, schedule.rate, MOMENTA)
    for step in range(schedule.steps):
        done = step / schedule.steps
        optimizer.rate = schedule.rate * learning_rate_decay(done)
        small = next_render_size(schedule, canvas.size, done, generator)
        scored, distance = [], torch.zeros(())
        for at, time in enumerate(_two_times(generator)):
            picture = canvas.seek(time).picture(small.size)
            crop = random_crops(picture, small.side, generator, replace(schedule, crops=1))
            distance = distance + (picture - canvas.source(small.size)).square().mean()
            objective = as_natural(objective_at(subjects, [time]), schedule.natural)
            scored.append((scorers[(step + at) % len(scorers)]._replace(objective=objective), crop))
        optimizer.minimize(schedule.pull * distance - schedule.push * gain(scored))
        yield Progress(step + 1, schedule.steps, partial(_shown, canvas, done), canvas.size)


class PaintedLoop:
    """A Fourier canvas in time: waves that change, over what the pictures of some times grow out of, [n, 3, h, w]."""

    def __init__(self, canvas: FourierCanvas, waves: LoopedWaves, sources: Callable[[Sequence[float]], Tensor]) -> None:
        self.waves = waves
        self.size = canvas.size
        self._canvas, self._sources = canvas, sources

    def at(self, times: Sequence[float]) -> FourierCanvas:
        """The canvas with the pictures of these times."""
        self._canvas.spectrum, self._canvas.source = self.waves.at(times), self._sources(times)
        return self._canvas

    def show(self, time: float, size: Size | None = None) -> Tensor:
        """The picture of a time, [3, h, w] in (0, 1), without gradients."""
        with torch.no_grad():
            return self.at([time]).pictures(size)[0]


def visualize_loop(
    network: FeatureExtractor, subjects: Subjects, loop: PaintedLoop, steps: int, transform: Transform, rate: float,
    generator: torch.Generator,
) -> Iterator[Progress]:  # fmt: skip
    """All pixels at once, as `feature_visualization.visualize`."""
    optimizer = Adam(loop.waves.coefficients, rate)
    for step in range(steps):
        times = _two_times(generator)
        objective = objective_at(subjects, times)
        value = objective(network.activations(transform.apply(loop.at(times), generator), objective.layers))
        optimizer.minimize(-value)
        preview = partial(loop.show, PREVIEW_TURNS * step / steps % 1)
        yield Progress(step + 1, steps, preview, loop.size)


def objective_at(subjects: Subjects, times: Sequence[float]) -> Objective:
    """What the pictures of some times are to show."""
    return between(subjects, torch.tensor([subject_weights(time, len(subjects), HOLD) for time in times]).T)


def _two_times(generator: torch.Generator) -> tuple[float, float]:
    first = float(torch.rand((), generator=generator))
    return first, (first + 0.5) % 1


def _shown(canvas: LoopedOverlay, done: float) -> Tensor:
    return canvas.seek(PREVIEW_TURNS * done % 1).snapshot()
