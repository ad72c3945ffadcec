"""How much is kept of what was dreamed over a picture: `(source, dreamed, spectrum) => picture`, in which waves are a
matte between the two.

Found by what it costs to change the picture, it gives back what a thing does not need: grass around a rabbit, smoke
beside a truck. So the picture stays what it was up to the thing's edge.
After Mordvintsev et al. 2018, "Differentiable Image Parameterizations" (transparency).
"""

from __future__ import annotations

import torch
from torch import Tensor

from engine.canvas.fourier_overlay import Look, Overlay, Rendering
from engine.canvas.resample import Size, resize

FALLOFF, FINEST = 1.4, 14.0
"""Of the matte's waves along the picture: a thing has one soft edge, and no holes."""
FIRST = 1.5
"""The matte's logit in the beginning, everywhere: nearly all that was dreamed is kept."""


class MatteOverlay(Overlay):
    """A source and what was dreamed over it, both [3, h, w] in [0, 1], and a matte that an optimiser can move."""

    PLANES = 1

    def __init__(self, source: Tensor, dreamed: Tensor, generator: torch.Generator) -> None:
        """Chance is drawn on the CPU."""
        super().__init__(source, generator, Look(FALLOFF, chroma=0.0, rate=0.0, finest=(FINEST, FINEST)))
        self._dreamed = dreamed

    def matte(self, size: Size | None = None) -> Tensor:
        """How much is kept of what was dreamed, [1, h, w] in [0, 1]. Gradients flow to `spectrum`."""
        size = size or self.size
        light = self._amplitudes(size)[:1]
        return torch.sigmoid(FIRST + self._waves(size, light))

    def picture(self, size: Size | None = None) -> Tensor:
        """What is kept, over the source: [3, h, w] in [0, 1]. Gradients flow to `spectrum`."""
        return self._kept(size or self.size, self.matte(size))

    def render(self, size: Size) -> Rendering:
        """What it costs is the share of what was dreamed that is kept."""
        matte = self.matte(size)
        return Rendering(self._kept(size, matte), matte.mean())

    def _kept(self, size: Size, matte: Tensor) -> Tensor:
        dreamed = self._dreamed if size == self.size else resize(self._dreamed, size).clamp(0, 1)
        return torch.lerp(self.source(size), dreamed, matte)
