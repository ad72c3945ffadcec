"""The loop: `(network, objective, picture, course) => iterator of Progress`.

Octaves from small to large, so that large shapes come first; at each, jittered gradient steps. After Mordvintsev et al.
2015, "Inceptionism" and its notebook.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.ascent.gradient import Seeing, gradient, levelled, normalised, smoothed
from engine.ascent.octaves import sizes
from engine.ascent.report import Progress
from engine.canvas.colour import calmed
from engine.canvas.pixels import Pixels
from engine.objectives import Objective

STEP = 0.008
"""Mean change of a pixel's value by one step of strength 1, in [0, 1] units."""

GRID = 4
"""Pixels between the points where a network's second stage looks."""


@dataclass(frozen=True, slots=True)
class Course:
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


def ascend(
    network: Seeing, objective: Objective, picture: Tensor, course: Course, generator: torch.Generator
) -> Iterator[Progress]:
    """Dream into a picture [3, h, w] in [0, 1]; every step is reported, the last one's picture is the dream.

    The generator, on any device, draws the jitter and nothing else.
    """
    size = (picture.shape[1], picture.shape[2])
    canvas = Pixels(picture)
    stages = sizes(size, course.octaves, course.ratio)
    steps = len(stages) * course.iterations
    turn = int(torch.randint(GRID * GRID, (), generator=generator, device=generator.device))
    for octave, small in enumerate(stages):
        canvas.resize(small)
        seen = canvas.picture()
        for iteration in range(1, course.iterations + 1):
            shift = _shift(turn + iteration, course.jitter, generator)
            canvas.climb(STEP * course.strength * _direction(network, objective, seen, shift))
            seen = canvas.picture()
            yield Progress(octave * course.iterations + iteration, steps, seen, size)


def _direction(network: Seeing, objective: Objective, picture: Tensor, shift: tuple[int, int]) -> Tensor:
    """Which way to go, [3, h, w], 1 on average, as seen with the picture shifted down and right."""
    slope = gradient(network, objective, torch.roll(picture, shift, (1, 2)))
    slope = torch.roll(slope, (-shift[0], -shift[1]), (1, 2))
    return normalised(calmed(levelled(smoothed(slope))))


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
