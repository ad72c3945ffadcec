"""The pixel canvas: `picture = source, exposed more or less at each point`.

What is dreamed (`ink`) is kept apart from the source, so that it can be carried up to the next octave while the source
comes in sharp at each size (Mordvintsev et al. 2015, the DeepDream notebook). Unlike there, ink does not add to pixel
values, which would end in white, black and neon: it adds to their logits, as light does on film, and only so far.
The start is nearly linear, black and white are never hit, and the source stays recognisable for ever.
"""

from __future__ import annotations

import torch
from torch import Tensor

from engine.canvas.resample import Size, resize

REACH = 2.4
"""The furthest that ink moves a logit: a middle grey gets no darker than 0.08 and no lighter than 0.92."""
EDGE = 0.03
"""Pixel values this close to black or white count as this far away: their logits would be out of ink's reach."""


class PixelCanvas:
    """A source [3, H, W] in [0, 1] and the ink that was dreamed into it so far."""

    def __init__(self, source: Tensor, reach: float = REACH) -> None:
        self.source = source.float()
        self.ink = torch.zeros_like(self.source)
        self.reach = reach
        self.resize((source.shape[1], source.shape[2]))

    def resize(self, size: Size) -> None:
        """Work at another size from now on; the ink is carried over."""
        base = resize(self.source, size).clamp(0, 1)
        film = base.clamp(EDGE, 1 - EDGE)
        self._logits, self._beyond = torch.logit(film), base - film
        self.ink = resize(self.ink, size)

    def picture(self) -> Tensor:
        """What is painted so far, [3, h, w] in [0, 1]; without ink, exactly the source."""
        exposed = torch.sigmoid(self._logits + self.reach * torch.tanh(self.ink / self.reach))
        return (exposed + self._beyond).clamp(0, 1)

    def add_step(self, step: Tensor) -> None:
        """Add a step [3, h, w] in units of pixel values: a middle grey moves by so much."""
        self.ink = self.ink + 4 * step
