"""A picture to start from where there is none: `(size, generator) => picture`."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.canvas.resample import Size

# The covariance of natural images' colours: brightness varies most, then blue against yellow, then red against green
# (Ruderman et al. 1998). Columns are those three directions, lengths their usual spread.
_COLOURS = ((0.17, 0.075, 0.04), (0.17, 0.0, -0.05), (0.17, -0.085, 0.03))


def coloured_noise(size: Size, generator: torch.Generator, slope: float = 1.5) -> Tensor:
    """Coloured 1/f noise [3, *size] in [0, 1], float32 on the generator's device.

    Natural images have amplitudes of about 1 / f (Field 1987); a steeper `slope` gives softer, larger clouds.
    """
    height, width = size
    white = torch.randn(3, height, width, generator=generator, device=generator.device)
    spectrum = torch.fft.rfft2(white) / _frequencies(size, generator.device) ** slope
    planes = torch.fft.irfft2(spectrum, s=size)
    planes = planes - planes.mean((1, 2), keepdim=True)
    planes = planes / planes.std((1, 2), keepdim=True)
    colours = torch.tensor(_COLOURS, device=generator.device)
    mixed: Tensor = torch.tensordot(colours, planes, 1)
    return (0.5 + mixed).clamp(0, 1)


def _frequencies(size: Size, device: torch.device) -> Tensor:
    """Cycles per pixel of every bin of an rfft2, the constant one as the lowest other: [h, w // 2 + 1]."""
    height, width = size
    rows = torch.fft.fftfreq(height, device=device)[:, None]
    columns = torch.fft.rfftfreq(width, device=device)[None]
    distance: Tensor = (rows.square() + columns.square()).sqrt()
    return distance.clamp(min=1 / max(size))
