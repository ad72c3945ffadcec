"""Only phases move: whatever they are, the picture has nature's spectrum."""

from __future__ import annotations

import torch

from engine.canvas.phase_canvas import CONTRAST, SLOPE, Phase


def test_amplitudes_stay_whatever_the_phases_are() -> None:
    canvas = Phase((48, 64), torch.Generator().manual_seed(1))
    spectra = []
    for shift in (0.0, 1.3):
        with torch.no_grad():
            canvas.phase += shift * torch.rand(canvas.phase.shape, generator=torch.Generator().manual_seed(2))
        light = torch.logit(canvas.shown()).mean(0)
        spectra.append(torch.fft.rfft2(light).abs())
    inner = (slice(1, 23), slice(1, 31))  # at the edges of an rfft2 two phases share one wave
    first, second = (found[inner] for found in spectra)
    assert abs(first.mean() / second.mean() - 1) < 0.05
    near, far = spectra[0][1, 1], spectra[0][12:20, 12:28].mean()
    assert near > far * (10 / 1.5) ** SLOPE / 2


def test_it_is_neither_flat_nor_burnt() -> None:
    picture = Phase((96, 96), torch.Generator().manual_seed(3)).shown()
    assert 0.1 < picture.std() < 0.3
    assert 0.5 < torch.logit(picture).mean(0).std() / CONTRAST < 1.5


def test_gradients_reach_every_phase() -> None:
    canvas = Phase((32, 40), torch.Generator().manual_seed(4))
    (slope,) = torch.autograd.grad(canvas.picture()[:, 3:9, 5:12].sum(), canvas.phase)
    assert (slope.abs() > 0).float().mean() > 0.9
