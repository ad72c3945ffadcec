"""The Fourier canvas: `pictures = sigmoid(source + decorrelated colours of a spectrum)`.

Adam moves every frequency at its own pace, coarse ones furthest, so that whole shapes come before their details (Olah
et al. 2017, "Feature Visualization": preconditioning). Colours are mixed as natural pictures mix them. Coefficients
count in cycles per picture, so that a canvas can be enlarged without any change to what is on it, at any aspect ratio.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from engine.canvas.pixel_canvas import EDGE
from engine.canvas.resample import Size, resize

# Lucid's colour_correlation_svd_sqrt over its largest column norm (rows R, G, B): half of its light and shade, which in
# full are hard-edged dots, and two and a half times its hues, which fall off faster: a strawberry is red as a whole.
COLOURS = ((0.2814, 0.487, 0.108), (0.2922, 0.0, -0.271), (0.2922, -0.487, 0.162))
FALLOFF = (1.8, 2.2, 2.2)
"""Amplitudes fall with frequency to this power, by column of COLOURS. Lucid's 1 leaves grain and grey things."""
START = 0.01
"""Spread of the coefficients in the beginning: nearly flat grey."""


class FourierCanvas:
    """Some pictures of one size, as spectra that an optimiser can move."""

    def __init__(self, size: Size, generator: torch.Generator, count: int = 1, source: Tensor | None = None) -> None:
        """`source` in [0, 1] is what they grow out of: [3, H, W], or one for each. None is grey.

        Chance is drawn on the CPU.
        """
        self.size, self.source = size, source
        drawn = torch.randn((count, 3, size[0], size[1] // 2 + 1, 2), generator=generator) * START
        self.spectrum = drawn.to(source.device if source is not None else "cpu").requires_grad_()

    def to(self, device: torch.device) -> FourierCanvas:
        """The same canvas, to be painted on that device."""
        self.spectrum = self.spectrum.detach().to(device).requires_grad_()
        self.source = None if self.source is None else self.source.to(device)
        return self

    def pictures(self, size: Size | None = None) -> Tensor:
        """What is painted so far, [n, 3, h, w] in (0, 1), at the canvas's own size or as seen at another one.

        Gradients flow to `spectrum`. Seen smaller, the finest waves are left out: no filter, no aliasing.
        """
        size = size or self.size
        device = self.spectrum.device
        falloff = torch.tensor(FALLOFF, device=device).view(3, 1, 1)
        waves = torch.view_as_complex(crop_spectrum(self.spectrum, size)) / frequencies(size, device) ** falloff
        planes: Tensor = torch.fft.irfft2(waves, s=size, norm="forward")
        mixed = torch.einsum("ij,njhw->nihw", torch.tensor(COLOURS, device=device), planes)
        if self.source is None:
            return torch.sigmoid(mixed)
        return torch.sigmoid(torch.logit(resize(self.source, size).clamp(EDGE, 1 - EDGE)) + mixed)

    def resize(self, size: Size) -> None:
        """Work at another size from now on: the same pictures, with room for finer detail. `spectrum` is a new one."""
        self.spectrum = crop_spectrum(self.spectrum.detach(), size).requires_grad_()
        self.size = size


def crop_spectrum(spectrum: Tensor, size: Size) -> Tensor:
    """The coefficients of an rfft2 [n, 3, rows, columns, 2] for another size: high waves are dropped, or are nothing.

    The highest wave of an even size is dropped, too: it cannot be told up from down.
    """
    cropped: Tensor = _CroppedSpectrum.apply(spectrum, size[0], size[1] // 2 + 1)
    return cropped


class _CroppedSpectrum(torch.autograd.Function):
    """Low waves copied into zeros. Backward it is the same the other way round; autograd would make zeros of the whole
    spectrum for each part that is copied, and add them up."""

    @staticmethod
    def forward(ctx: Any, spectrum: Tensor, rows: int, columns: int) -> Tensor:
        ctx.size = spectrum.shape[2:4]
        return _copy_low(spectrum, rows, columns)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        return _copy_low(gradients[0], *ctx.size), None, None


def _copy_low(spectrum: Tensor, rows: int, columns: int) -> Tensor:
    """[n, 3, rows, columns, 2] of other rows and columns: what both have, and nothing elsewhere."""
    there = spectrum.shape[2]
    half, wide = (min(there, rows) + 1) // 2, min(spectrum.shape[3], columns) - 1
    copied = spectrum.new_zeros(*spectrum.shape[:2], rows, columns, 2)
    copied[:, :, :half, :wide] = spectrum[:, :, :half, :wide]
    copied[:, :, rows - half + 1 :, :wide] = spectrum[:, :, there - half + 1 :, :wide]
    return copied


def frequencies(size: Size, device: torch.device) -> Tensor:
    """How often each wave goes through the long side: [h, w // 2 + 1], at least 1."""
    height, width = size
    rows = torch.fft.fftfreq(height, device=device)[:, None] * max(size)
    columns = torch.fft.rfftfreq(width, device=device)[None] * max(size)
    return torch.hypot(rows, columns).clamp(min=1)
