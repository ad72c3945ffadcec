"""Where a picture is dreamed."""

from __future__ import annotations

import torch

from engine.canvas.mask import painted_mask, protect_mask, resize_mask, spare_boxes


def test_white_is_dreamed_and_black_is_not() -> None:
    drawn = torch.zeros(3, 40, 60)
    drawn[:, :, 30:] = 1
    mask = painted_mask(drawn, (80, 120))
    assert mask.shape == (1, 80, 120)
    assert mask[:, :, :50].max() < 0.02
    assert mask[:, :, 70:].min() > 0.98


def test_a_mask_of_another_shape_is_stretched() -> None:
    assert painted_mask(torch.rand(3, 10, 70), (64, 48)).shape == (1, 64, 48)
    assert resize_mask(torch.rand(1, 90, 120), (45, 60)).shape == (1, 45, 60)


def test_the_centre_and_the_edges_are_each_others_opposite() -> None:
    centre, edges = protect_mask("centre", (90, 120)), protect_mask("edges", (90, 120))
    torch.testing.assert_close(centre + edges, torch.ones(1, 90, 120))
    assert centre[0, 45, 60] == 0
    assert centre[0, 0, 0] == centre[0, -1, -1] == 1


def test_its_border_is_soft() -> None:
    row = protect_mask("centre", (91, 121))[0, 45]
    assert (row[1:] - row[:-1]).abs().max() < 0.05


def test_what_is_in_boxes_is_spared_and_all_else_is_not() -> None:
    mask = spare_boxes(torch.tensor([[0.1, 0.2, 0.3, 0.5], [0.7, 0.6, 0.8, 0.8]]), (100, 200))
    assert mask.shape == (1, 100, 200)
    assert mask[0, 35, 40] < 0.15
    assert mask[0, 70, 150] < 0.15
    assert mask[0, 35, 100] > 0.95
    assert mask[0, 95, 5] > 0.95
    assert mask.diff(dim=2).abs().max() < 0.15, "its border is soft"
    assert spare_boxes(torch.zeros(0, 4), (4, 5)).equal(torch.ones(1, 4, 5))
