"""Means of what is near."""

from __future__ import annotations

import pytest
import torch
from torch.nn.functional import avg_pool2d

from engine.canvas.box_filter import box_filter, coarseness, soft_filter


@pytest.mark.parametrize("radius", [1, 4, 30])
def test_each_point_is_the_mean_of_a_square_of_what_lies_in_the_picture(radius: int) -> None:
    picture = torch.rand((3, 40, 57), generator=torch.Generator().manual_seed(1))
    square = avg_pool2d(picture[None], 2 * radius + 1, 1, radius, count_include_pad=False)[0]
    torch.testing.assert_close(box_filter(picture, radius), square)


def test_small_squares_are_taken_of_pictures_as_they_are_and_large_ones_of_smaller_pictures() -> None:
    assert [coarseness(radius) for radius in (1, 5, 6, 9, 12, 60)] == [1, 1, 2, 3, 4, 4]


@pytest.mark.parametrize("radius", [2, 9])
def test_a_soft_mean_is_that_of_squares_twice_also_of_a_smaller_picture(radius: int) -> None:
    row = torch.linspace(0, 3, 120).sin()
    picture = (row[None, :, None] * row).expand(3, -1, -1).contiguous()
    twice = box_filter(box_filter(picture, radius), radius)
    assert (soft_filter(picture, radius) - twice)[:, 20:-20, 20:-20].abs().max() < 0.01
    assert soft_filter(torch.full((3, 40, 50), 0.7), radius).allclose(torch.tensor(0.7))
