"""More contrast, and nothing out of range."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from engine.canvas.colour_matching import luminance
from engine.canvas.contrast import s_curve, stretch_contrast, stretch_levels


def test_pale_pictures_are_stretched_each_on_its_own_and_strong_ones_are_left(photo: Tensor) -> None:
    pale = 0.5 + 0.1 * (photo - photo.mean())
    strong = (photo > photo.median()).float()
    made = stretch_contrast(torch.stack([pale, strong]), 0.2)
    assert abs(float(made[0].std()) - 0.2) < 0.02
    torch.testing.assert_close(made[1], strong)
    torch.testing.assert_close(stretch_contrast(torch.full((1, 3, 4, 4), 0.3)), torch.full((1, 3, 4, 4), 0.3))


def test_levels_are_stretched_from_nearly_black_to_nearly_white_and_no_further_than_allowed(photo: Tensor) -> None:
    pale = 0.3 + 0.25 * photo
    found = stretch_levels(pale, most=10)
    light = luminance(found)
    assert light.min() < 0.05
    assert light.max() > 0.95
    little = stretch_levels(pale, most=1.2)
    assert little.std() / pale.std() == pytest.approx(1.2, rel=0.01)


def test_a_tone_curve_gives_contrast_in_the_middle_and_keeps_the_order_of_values() -> None:
    ramp = torch.linspace(0, 1, 101).expand(3, 1, 101)
    found = s_curve(ramp)
    assert found[0, 0, [0, 50, 100]].tolist() == pytest.approx([0, 0.5, 1])
    steps = found.diff(dim=2)
    assert steps.min() >= 0
    assert steps.max() / 0.01 == pytest.approx(1.8, rel=0.01)
    assert ((found == 0) | (found == 1)).float().mean() < 0.2


def test_what_is_flat_stays_flat_and_finite() -> None:
    grey = torch.full((3, 8, 8), 0.4)
    torch.testing.assert_close(stretch_levels(grey), torch.full((3, 8, 8), 0.5))
