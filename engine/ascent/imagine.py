"""Painting from nothing: `(network, objective, Fourier canvas, course) => iterator of Progress`.

Adam on a spectrum, under transformations that what is painted must survive: shifts, other sizes, grain (Olah et
al. 2017, "Feature Visualization"). What a network would also see in noise does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.ascent.gradient import Seeing
from engine.ascent.report import Progress
from engine.canvas.fourier import Fourier
from engine.canvas.mosaic import mosaic
from engine.networks.network import SMALLEST
from engine.objectives import Objective

RATE = 0.05
"""How far Adam moves a coefficient of the spectrum in one step."""


@dataclass(frozen=True, slots=True)
class Views:
    """How the canvas is looked at; drawn anew at every step."""

    side: int = 112
    """Long side at which the network sees all of the canvas, in pixels; about what pocket was trained with."""
    zoom: float = 0.22
    """Largest share by which that side differs."""
    shift: float = 0.1
    """Largest shift, as a share of the side; what leaves on one side comes back on the other."""
    grain: float = 0.03
    """Spread of the noise that is added, in [0, 1] units."""

    def look(self, canvas: Fourier, generator: torch.Generator) -> Tensor:
        """The canvas's pictures as seen this time, [n, 3, h', w']."""
        down, right, zoom = (2 * torch.rand(3, generator=generator) - 1).tolist()
        scale = self.side * (1 + self.zoom * zoom) / max(canvas.size)
        scale = max(scale, SMALLEST / min(canvas.size))
        height, width = (round(edge * scale) for edge in canvas.size)
        seen = canvas.pictures((height, width))
        reach = self.shift * max(height, width)
        seen = torch.roll(seen, (round(down * reach), round(right * reach)), (2, 3))
        return seen + self.grain * torch.randn(seen.shape, generator=generator).to(seen.device)


def imagine(
    network: Seeing, objective: Objective, canvas: Fourier, iterations: int, generator: torch.Generator,
    views: Views | None = None,
) -> Iterator[Progress]:  # fmt: skip
    """Climb for so many steps; every one is reported with all that is on the canvas."""
    eyes = views or Views()
    optimizer = torch.optim.Adam([canvas.spectrum], RATE)
    for iteration in range(1, iterations + 1):
        value = objective(network.activations(eyes.look(canvas, generator), objective.layers))
        optimizer.zero_grad()
        torch.autograd.backward(-value)
        optimizer.step()
        with torch.no_grad():
            shown = mosaic(canvas.pictures())
        yield Progress(iteration, iterations, shown, (shown.shape[1], shown.shape[2]))
