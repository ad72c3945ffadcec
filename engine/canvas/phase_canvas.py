"""The phase canvas: `picture = sigmoid(a spectrum whose magnitude is nature's and whose phase is painted)`.

Fel et al. 2023, "Unlocking Feature Visualization for Deeper Networks with MAgnitude Constrained Optimization" (MACO),
arXiv:2306.06805. Amplitudes stay those of photographs, about 1 / f (Field 1987), so that nothing can be won with grain
or contrast: only where things are, and what they look like, is left to be found.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from engine.canvas.fourier_canvas import frequencies
from engine.canvas.fourier_overlay import COLOURS
from engine.canvas.resample import Size

SLOPE = 1.3
"""Magnitudes fall with frequency to this power; 1.2 leaves grain in which nothing is found."""
CONTRAST = 0.88
"""Spread of what goes into the sigmoid, for a magnitude that is even in light and shade."""


class Phase:
    """A picture of one size, at any aspect ratio, as phases [3, h, w // 2 + 1] in radians that can be moved."""

    def __init__(self, size: Size, generator: torch.Generator, device: torch.device | None = None) -> None:
        """Chance is drawn on the CPU."""
        self.size = size
        drawn = 2 * math.pi * torch.rand(3, size[0], size[1] // 2 + 1, generator=generator)
        self.phase = drawn.to(device or "cpu").requires_grad_()
        self._magnitude = _natural(size, self.phase.device)
        light = sum(row[0] for row in COLOURS) / 3
        self._colours = torch.tensor(COLOURS, device=self.phase.device) / light

    def picture(self) -> Tensor:
        """What is painted so far, [3, h, w] in (0, 1). Gradients flow to `phase`."""
        waves = torch.polar(self._magnitude.expand_as(self.phase), self.phase)
        planes = torch.fft.irfft2(waves, s=self.size)
        return torch.sigmoid(torch.einsum("ij,jhw->ihw", self._colours, planes))

    def shown(self) -> Tensor:
        """The picture, without gradients."""
        with torch.no_grad():
            return self.picture()


def _natural(size: Size, device: torch.device) -> Tensor:
    """Magnitudes [h, w // 2 + 1] of an rfft2 whose picture has a spread of `CONTRAST`."""
    found: Tensor = frequencies(size, device) ** -SLOPE
    return found * (CONTRAST * size[0] * size[1] / (math.sqrt(2) * float(found.norm())))
