"""Pictures in time: `(pictures that become one another, looped waves) => picture at a time`."""

from __future__ import annotations

from typing import Protocol, Self

import torch
from torch import Tensor

from engine.canvas.fourier_overlay import Look, Overlay
from engine.canvas.looped_waves import LoopedWaves, subject_weights
from engine.canvas.resample import Size, resize


class PictureLoop(Protocol):
    """A picture that changes in time, and is in the end what it was at first."""

    def seek(self, time: float) -> Self:
        """Go to a time in [0, 1); pictures are those of that time from now on."""

    def picture(self, size: Size | None = None) -> Tensor:
        """The picture, [3, h, w] in [0, 1], at its own size or another one."""


class BlendedLoop:
    """Pictures [n, 3, h, w] in [0, 1] of which each becomes the next; each is alone for `hold` of the time to it."""

    def __init__(self, pictures: Tensor, hold: float) -> None:
        self._pictures, self._hold = pictures, hold
        self.seek(0.0)

    def seek(self, time: float) -> Self:
        """Go to a time in [0, 1)."""
        shares = subject_weights(time, len(self._pictures), self._hold)
        self._now = torch.einsum("n,nchw->chw", self._pictures.new_tensor(shares), self._pictures)
        return self

    def picture(self, size: Size | None = None) -> Tensor:
        """The picture of that time, [3, h, w] in [0, 1]."""
        return self._now if size is None else resize(self._now, size).clamp(0, 1)


class LoopedOverlay(Overlay):
    """Waves that change in time, over a source, or over what another loop shows at the same time."""

    def __init__(
        self,
        source: Tensor | PictureLoop,
        waves: LoopedWaves,
        generator: torch.Generator,
        look: Look,
        mask: Tensor | None = None,
    ) -> None:
        """As an overlay. What is below is not painted any more."""
        self._below = None if isinstance(source, Tensor) else source
        first = source if isinstance(source, Tensor) else source.seek(0.0).picture().detach()
        super().__init__(first, generator, look, mask)
        self.waves = waves
        self.seek(0.0)

    def seek(self, time: float) -> Self:
        """Go to a time in [0, 1); pictures are those of that time from now on."""
        if self._below is not None:
            self._below.seek(time)
        self.spectrum = self.waves.at([time])
        return self

    def source(self, size: Size) -> Tensor:
        """What is below, at that time and size."""
        if self._below is None:
            return super().source(size)
        with torch.no_grad():
            return self._below.picture(size)
