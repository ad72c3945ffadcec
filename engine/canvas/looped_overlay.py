"""An overlay in time: `(source or another overlay in time, looped waves) => picture at a time`."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.canvas.fourier_overlay import Look, Overlay
from engine.canvas.looped_waves import LoopedWaves
from engine.canvas.resample import Size


class LoopedOverlay(Overlay):
    """Waves that change in time, over a source, or over what another such overlay shows at the same time."""

    def __init__(
        self,
        source: Tensor | LoopedOverlay,
        waves: LoopedWaves,
        generator: torch.Generator,
        look: Look,
        mask: Tensor | None = None,
    ) -> None:
        """As an overlay. What is below is not painted any more."""
        self._below = source if isinstance(source, LoopedOverlay) else None
        super().__init__(source.snapshot() if isinstance(source, LoopedOverlay) else source, generator, look, mask)
        self.waves = waves
        self.seek(0.0)

    def seek(self, time: float) -> LoopedOverlay:
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
