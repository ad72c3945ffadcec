"""Waves laid over a picture: `(source, spectrum) => picture`, at any size up to the source's.

As on the Fourier canvas, Adam moves every frequency at its own pace, coarse ones furthest, so that whole shapes come
before their details (Olah et al. 2017, "Feature Visualization"; out of a picture: Hamblin et al. 2024, "Feature
Accentuation"). Waves are added to pixel values and cut off where they leave [0, 1]. A sigmoid would have no slope where
the source is white or black, so that a drawing on paper would never dream.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import mse_loss

from engine.canvas.fourier_canvas import crop_spectrum, frequencies
from engine.canvas.mask import resize_mask
from engine.canvas.resample import Size, resize

# Lucid's colour_correlation_svd_sqrt over its largest column norm: rows R, G, B; columns light, blue-yellow, red-green.
COLOURS = ((0.5566, 0.1927, 0.0428), (0.5780, 0.0, -0.1070), (0.5780, -0.1927, 0.0642))
AMPLITUDE = 0.25
"""How far one unit of a wave moves a pixel: as far as it would move a middle grey through a sigmoid."""
START = 0.01
"""Spread of the coefficients in the beginning: next to nothing."""


TINY = 1e-37
"""As good as nothing, and still a normal number."""
REACH = 2.1
"""In so many of their own widths the coarsest waves fade out: beyond, a float32 cannot tell what is taken from 1."""


class Look(NamedTuple):
    """How waves are mixed."""

    falloff: float
    """Amplitudes fall with frequency to this power: the greater, the smoother."""
    chroma: float
    """How much colour goes with the light."""
    rate: float
    """How far Adam moves a coefficient in one step."""
    finest: tuple[float, float] | None = None
    """Waves along the long side at which light, and colour, have a third of their amplitude; finer ones fade out.

    What is looked for in the whole picture has no details finer than that, but a network is pleased by grain of all
    colours. Eyes see colour coarsely, so little is lost. Not for dreams, whose crops are small parts of the picture.
    """
    start: float = START
    """Spread of the coefficients in the beginning."""
    coarsest: tuple[float, float] | None = None
    """Waves along the long side at which light, and colour, have two thirds of their amplitude; coarser ones fade out,
    and the mean colour stays as it is."""


LOOKS = {"natural": Look(1.35, 0.65, 0.05), "vivid": Look(1.2, 1.15, 0.06)}
MOVING_SUBJECT_LOOK = LOOKS["natural"]._replace(chroma=0.6, finest=(250.0, 60.0))
"""Of a thing in what moves: without the grain of colours that networks ask for, which would flicker."""


class Rendering(NamedTuple):
    """What is looked at in one step."""

    picture: Tensor
    """[3, h, w] in [0, 1]."""
    away: Tensor
    """How far it is from the source, a scalar."""


class Overlay:
    """A source [3, h, w] in [0, 1] and what is dreamed over it, as a spectrum that an optimiser can move."""

    def __init__(self, source: Tensor, generator: torch.Generator, look: Look, mask: Tensor | None = None) -> None:
        """Waves are mixed as the look says.

        The mask [1, h, w] in [0, 1] says how much of the waves each point takes. Chance is drawn on the CPU.
        """
        self.size: Size = (source.shape[1], source.shape[2])
        self.look, self.mask = look, mask
        self._whole = self._small = source
        chroma = source.new_tensor((1.0, look.chroma, look.chroma))
        self._colours = AMPLITUDE * torch.tensor(COLOURS, device=source.device) * chroma
        drawn = torch.randn((1, 3, self.size[0], self.size[1] // 2 + 1, 2), generator=generator) * look.start
        self.spectrum = drawn.to(source.device).requires_grad_()

    def source(self, size: Size) -> Tensor:
        """The source at another size; only the last one asked for is kept, for there are dozens in a dream."""
        if self._small.shape[1:] != size:
            self._small = self._whole if size == self.size else resize(self._whole, size).clamp(0, 1)
        return self._small

    def picture(self, size: Size | None = None) -> Tensor:
        """What is painted so far, [3, h, w] in [0, 1]. Gradients flow to `spectrum`.

        Seen smaller, the finest waves are left out: no filter, no aliasing.
        """
        size = size or self.size
        change = self._change(size)
        if self.mask is None:
            return leaky_clamp(self.source(size) + change)
        return leaky_clamp(torch.addcmul(self.source(size), change, resize_mask(self.mask, size)))

    def render(self, size: Size) -> Rendering:
        """The picture at a size and its mean squared distance to the source."""
        picture = self.picture(size)
        return Rendering(picture, mse_loss(picture, self.source(size)))

    def _change(self, size: Size) -> Tensor:
        """How far waves of light and colour move red, green and blue, [3, h, w]."""
        waves = torch.view_as_complex(crop_spectrum(self.spectrum, size))
        planes = torch.fft.irfft2(waves[0] * self._amplitudes(size), s=size, norm="forward")
        return torch.einsum("ij,jhw->ihw", self._colours, planes)

    def _amplitudes(self, size: Size) -> Tensor:
        """Of the waves of a picture of that size: [3, h, w // 2 + 1], or the same for all three, [h, w // 2 + 1]."""
        cycles = frequencies(size, self.spectrum.device)
        falling = cycles**-self.look.falloff
        if self.look.finest is not None:
            falling = falling * _lowpass(cycles, self.look.finest, 2)
        if self.look.coarsest is not None:
            falling = _without_coarse(falling, cycles, self.look.coarsest)
        return falling

    def snapshot(self) -> Tensor:
        """The picture, without gradients."""
        with torch.no_grad():
            return self.picture()


def _without_coarse(falling: Tensor, cycles: Tensor, widths: tuple[float, float]) -> Tensor:
    """Amplitudes [h, w // 2 + 1], or three of those, without the coarsest waves: three."""
    found = falling.expand(3, *cycles.shape).clone()
    height, reach = len(cycles), math.ceil(REACH * max(widths))
    top = min(reach, (height + 1) // 2)
    for rows in (slice(0, top), slice(max(top, height - top), None)):  # all others are as they were, to the last bit
        found[:, rows, :reach] *= 1 - _lowpass(cycles[rows, :reach], widths, 4)
    found[:, 0, 0] = 0
    return found


def _lowpass(cycles: Tensor, widths: tuple[float, float], power: int) -> Tensor:
    """1 for the coarsest waves, a third at `widths` for light and colour, then nothing: [3, h, w // 2 + 1]."""
    light, colour = (torch.exp(-((cycles / width) ** power)) for width in widths)
    return torch.stack([light, colour, colour])


def leaky_clamp(x: Tensor) -> Tensor:
    """Values cut off to [0, 1]; a descent can pull back what was cut off, and does not push it further out."""
    found: Tensor = _LeakyClamp.apply(x)
    return found


class _LeakyClamp(torch.autograd.Function):
    """A clamp whose gradient is dropped only where a step against it would lead further out."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x.clamp(0, 1)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        (x,), (gradient,) = ctx.saved_tensors, gradients
        # Steps go against the gradient: where what was cut off has the other sign, further out. As a ReLU's gradient,
        # which takes a seventh of the time of masks.
        further = (x - x.clamp(0, 1)).mul_(gradient)
        kept: Tensor = torch.ops.aten.threshold_backward(gradient, further, -TINY)
        return kept
