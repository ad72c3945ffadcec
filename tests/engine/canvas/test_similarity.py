import pytest
import torch

from engine.canvas.noise import coloured_noise
from engine.canvas.resample import resize
from engine.canvas.similarity import ssim

PICTURE = coloured_noise((64, 80), torch.Generator().manual_seed(1))


def test_a_picture_is_like_itself() -> None:
    assert ssim(PICTURE, PICTURE) == pytest.approx(1)


def test_it_falls_with_what_is_lost_and_what_is_added() -> None:
    blurred = resize(resize(PICTURE, (16, 20)), (64, 80))
    grain = torch.randn(PICTURE.shape, generator=torch.Generator().manual_seed(2))
    assert ssim(PICTURE, 1 - PICTURE) < ssim(PICTURE, PICTURE + 0.2 * grain) < ssim(PICTURE, PICTURE + 0.05 * grain) < 1
    assert ssim(PICTURE, blurred) < 0.95


def test_flat_pictures_by_the_formula() -> None:
    one, two = torch.full((3, 16, 16), 0.5), torch.full((3, 16, 16), 0.25)
    assert ssim(one, two) == pytest.approx((2 * 0.125 + 1e-4) / (0.25 + 0.0625 + 1e-4), rel=1e-3)
