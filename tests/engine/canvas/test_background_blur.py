"""What is behind a thing is out of focus."""

from __future__ import annotations

import torch

from engine.canvas.background_blur import SHARP, blur_background


def stripes(right: float) -> torch.Tensor:
    """A picture [3, 80, 120] with strong stripes on its left, and stripes of some height on its right."""
    picture = torch.full((3, 80, 120), 0.3)
    on = (torch.arange(60) % 4 < 2).float()
    picture[:, :, :60] += 0.5 * on
    picture[:, :, 60:] += right * on
    return picture


def test_a_thing_stays_sharp_and_faint_grain_around_it_goes() -> None:
    picture = stripes(0.03)
    found = blur_background(picture)
    assert found.shape == picture.shape
    assert torch.allclose(found[:, 10:-10, 10:50], picture[:, 10:-10, 10:50], atol=0.01)
    left = found[:, 30:50, 80:110].std() / picture[:, 30:50, 80:110].std()
    assert left < SHARP + 0.05


def test_light_and_colour_behind_stay() -> None:
    picture = stripes(0.0)
    picture[2, :, 60:] = 0.9
    found = blur_background(picture)
    assert torch.allclose(found[:, 30:50, 90:110], picture[:, 30:50, 90:110], atol=0.01)


def test_a_picture_of_one_colour_stays_as_it_is() -> None:
    picture = torch.full((3, 40, 50), 0.7)
    assert torch.allclose(blur_background(picture), picture, atol=1e-5)
