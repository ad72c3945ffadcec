"""The loop: `(network, objective, picture, schedule) => iterator of Progress`.

Octaves from small to large, so that large shapes come first; at each, jittered gradient steps. After Mordvintsev et al.
2015, "Inceptionism" and its notebook.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.ascent.gradient import highpass, normalise, smooth_gradient
from engine.ascent.gradient_balance import balance_terms
from engine.ascent.octaves import octave_sizes
from engine.ascent.progress import Progress
from engine.ascent.tiled_gradient import TiledGradient
from engine.canvas.colour_matching import CHROMA, desaturate
from engine.canvas.mask import resize_mask
from engine.canvas.pixel_canvas import PixelCanvas
from engine.objectives import Objective
from engine.passes.joint_gradient import FeatureExtractor

STEP = 0.008
"""Mean change of a pixel's value by one step of strength 1, in [0, 1] units."""

GRID = 4
"""Pixels between the points where a network's second stage looks."""


@dataclass(frozen=True, slots=True)
class OctaveSchedule:
    """How to climb."""

    octaves: int = 4
    ratio: float = 1.6
    """How much larger each octave is."""
    iterations: int = 12
    """Steps at each octave."""
    strength: float = 1.0
    """Size of a step; 1 looks right."""
    jitter: int = 16
    """Largest random shift before a step, in pixels: the network's grid of strides leaves no trace."""
    smoothing: int = 2
    """How far a step is smoothed: the reach of the largest of its box filters, in pixels; 0 not at all."""
    chroma: float = CHROMA
    """How much of a step's colour is left beside its brightness."""

    def steps(self, size: tuple[int, int]) -> int:
        """How many steps a picture of that size takes in all."""
        return len(octave_sizes(size, self.octaves, self.ratio)) * self.iterations


def ascend(
    network: FeatureExtractor, objective: Objective, picture: Tensor, schedule: OctaveSchedule,
    generator: torch.Generator, mask: Tensor | None = None,
) -> Iterator[Progress]:  # fmt: skip
    """Dream into a picture [3, h, w] in [0, 1]; every step is reported, the last one's picture is the dream.

    The generator, on any device, draws the jitter (and the seams of tiles, where memory runs out). The mask [1, h, w]
    in [0, 1] says how much of a step each point takes.
    """
    size = (picture.shape[1], picture.shape[2])
    canvas, gradient = PixelCanvas(picture), TiledGradient(network, generator)
    turn = int(torch.randint(GRID * GRID, (), generator=generator, device=generator.device))
    step, steps = 0, schedule.steps(size)
    for small in octave_sizes(size, schedule.octaves, schedule.ratio):
        canvas.resize(small)
        seen, share = canvas.picture(), 1.0 if mask is None else resize_mask(mask, small)
        aimed = balance_terms(objective, gradient, seen)
        for iteration in range(1, schedule.iterations + 1):
            shift = _shift(turn + iteration, schedule.jitter, generator)
            direction = _direction(gradient, aimed, seen, shift, schedule)
            canvas.add_step(STEP * schedule.strength * share * direction)
            seen, step = canvas.picture(), step + 1
            yield Progress(step, steps, canvas.picture, size, gradient.note)


def _direction(
    gradient: TiledGradient, objective: Objective, picture: Tensor, shift: tuple[int, int], schedule: OctaveSchedule
) -> Tensor:
    """Which way to go, [3, h, w], 1 on average, as seen with the picture shifted down and right."""
    found = gradient(objective, torch.roll(picture, shift, (1, 2)))
    found = torch.roll(found, (-shift[0], -shift[1]), (1, 2))
    return normalise(
        desaturate(highpass(smooth_gradient(found, range(1, 2 * schedule.smoothing + 2, 2))), schedule.chroma)
    )


def _shift(turn: int, jitter: int, generator: torch.Generator) -> tuple[int, int]:
    """Down and right, drawn from -jitter to jitter, except for the last two bits.

    The first strides weave a grid of 4 pixels into every gradient. A dozen random shifts do not even it out; taking
    turns does: any 4 steps in a row see each row and each column of that grid once, 16 steps each of its points.
    """
    reach = jitter // GRID
    coarse = torch.randint(-reach, reach + 1, (2,), generator=generator, device=generator.device)
    down, right = (GRID * coarse).tolist()
    turns = min(jitter, GRID - 1) + 1
    return down + turn % turns, right + (turn + turn // GRID) % turns
