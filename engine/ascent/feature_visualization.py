"""Painting: `(network, objective, Fourier canvas) => iterator of Progress`.

Adam on a spectrum, under transformations that what is painted must survive: shifts, other sizes, grain (Olah et
al. 2017, "Feature Visualization"). What a network would also see in noise does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

import torch
from torch import Tensor

from engine.ascent.adam import Adam
from engine.ascent.progress import Progress
from engine.canvas.fourier_canvas import FourierCanvas
from engine.canvas.image_grid import mosaic
from engine.networks.network import SMALLEST
from engine.objectives import Objective
from engine.passes.joint_gradient import FeatureExtractor

LEARNING_RATE = 0.05
"""How far Adam moves a coefficient of the spectrum in one step."""
FINE_SHARE, FINE_SCALE = 0.25, 1.5
"""The share of a painting that comes last, and how much larger the canvas is seen then: for edges, no new things."""
CANVAS_SCALE = 1.3
"""A canvas has this many pixels for each that is looked at."""


@dataclass(frozen=True, slots=True)
class Transform:
    """How the canvas is looked at; drawn anew at every step."""

    side: int = 112
    """Long side at which the network sees all of the canvas, in pixels; about what pocket was trained with."""
    zoom: float = 0.22
    """Largest share by which that side differs."""
    shift: float = 0.1
    """Largest shift, as a share of the side; what leaves on one side comes back on the other."""
    grain: float = 0.03
    """Spread of the noise that is added, in [0, 1] units."""

    @property
    def canvas_side(self) -> int:
        """Pixels that a canvas needs to be seen so; finer waves would never be seen."""
        return round(self.side * CANVAS_SCALE)

    def largest_view(self, canvas: FourierCanvas) -> Tensor:
        """The canvas's pictures at the largest size they are ever seen at, [n, 3, h', w']."""
        scale = max(self.side * (1 + self.zoom) / max(canvas.size), SMALLEST / min(canvas.size))
        with torch.no_grad():
            return canvas.pictures((round(canvas.size[0] * scale), round(canvas.size[1] * scale)))

    def apply(self, canvas: FourierCanvas, generator: torch.Generator) -> Tensor:
        """The canvas's pictures as seen this time, [n, 3, h', w']."""
        down, right, zoom = (2 * torch.rand(3, generator=generator) - 1).tolist()
        scale = self.side * (1 + self.zoom * zoom) / max(canvas.size)
        scale = max(scale, SMALLEST / min(canvas.size))
        height, width = (round(edge * scale) for edge in canvas.size)
        seen = canvas.pictures((height, width))
        reach = self.shift * max(height, width)
        seen = torch.roll(seen, (round(down * reach), round(right * reach)), (2, 3))
        return seen + self.grain * torch.randn(seen.shape, generator=generator).to(seen.device)


def visualize(
    network: FeatureExtractor, objective: Objective, canvas: FourierCanvas, iterations: int, generator: torch.Generator,
    transform: Transform | None = None,
) -> Iterator[Progress]:  # fmt: skip
    """Climb for so many steps; every one is reported with all that is on the canvas."""
    transform = transform or Transform()
    optimizer = Adam(canvas.spectrum, LEARNING_RATE)
    shape = _all_pictures(canvas).shape
    whole = (shape[1], shape[2])
    for iteration in range(1, iterations + 1):
        value = objective(network.activations(transform.apply(canvas, generator), objective.layers))
        optimizer.minimize(-value)
        yield Progress(iteration, iterations, partial(_all_pictures, canvas), whole)


def visualize_coarse_to_fine(
    network: FeatureExtractor,
    objective: Objective,
    canvas: FourierCanvas,
    iterations: int,
    generator: torch.Generator,
    side: int,
) -> Iterator[Progress]:
    """Imagine one thing: seen at `side` pixels, so that it fills the view, and in the end closer, for its edges."""
    closer, done = round(FINE_SHARE * iterations), 0
    for transform, count in zip(coarse_and_fine(side), (iterations - closer, closer), strict=True):
        for report in visualize(network, objective, canvas, count, generator, transform):
            done += 1
            yield replace(report, step=done, steps=iterations)


def coarse_and_fine(side: int) -> tuple[Transform, Transform]:
    """How a canvas is looked at first and last; the last one needs most memory and the finest canvas."""
    return Transform(side=side), Transform(side=round(FINE_SCALE * side))


def _all_pictures(canvas: FourierCanvas) -> Tensor:
    """All that is on the canvas, as one picture."""
    with torch.no_grad():
        return mosaic(canvas.pictures())
