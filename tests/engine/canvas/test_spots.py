"""Where a seed grows most."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
import torch
from torch import Tensor

from engine.canvas.mask import resize_mask
from engine.canvas.resample import Size
from engine.canvas.spots import MARGIN, Spots, spots_mask

FLOOR, SPREAD = 0.2, 0.22
ONE, TWO = Spots((1.0,), SPREAD, 0.0), Spots((1.0, 0.5), SPREAD, FLOOR)


@pytest.mark.parametrize("size", [(96, 128), (128, 96), (28, 560)])
def test_spots_are_the_seeds_own_and_leave_nothing_out(size: Size) -> None:
    masks = [spots_mask(size, TWO, seed) for seed in range(8)]
    assert masks[1].equal(spots_mask(size, TWO, 1))
    for mask in masks:
        assert mask.shape == (1, *size)
        assert mask.min() >= FLOOR
        assert 0.95 < mask.max() <= 1
    assert all((one - other).abs().max() > 0.1 for one, other in combinations(masks, 2))


def test_a_seed_composes_every_size_alike() -> None:
    for seed in range(4):
        small, large = (spots_mask(size, TWO, seed) for size in ((72, 96), (288, 384)))
        assert torch.allclose(resize_mask(large, (72, 96)), small, atol=0.02)


def middle(mask: Tensor) -> tuple[float, float]:
    """Where a mask is whitest, as shares of the sides."""
    height, width = mask.shape[1:]
    row, column = divmod(int(mask[0].argmax()), width)
    return row / height, column / width


def test_spots_keep_away_from_the_rim_and_from_each_other() -> None:
    for seed in range(20):
        one, two = (spots_mask((90, 120), Spots((1.0,) * count, SPREAD, 0.0), seed) for count in (1, 2))
        assert all(MARGIN - 0.05 <= at <= 1 - MARGIN + 0.05 for at in middle(one))
        assert two.mean() > 1.15 * one.mean()


def test_the_next_seed_is_dreamed_elsewhere() -> None:
    at = [torch.tensor(middle(spots_mask((90, 120), ONE, seed))) for seed in range(20)]
    apart = torch.stack([(one - other).norm() for one, other in pairwise(at)])
    assert apart.median() > 0.4
    assert (apart > MARGIN).all()


def test_the_largest_seed_has_a_place() -> None:
    assert MARGIN - 0.05 <= middle(spots_mask((90, 120), ONE, 2**63 - 1))[0] <= 1 - MARGIN + 0.05


def test_they_lie_where_a_mask_is_white_and_are_multiplied_by_it() -> None:
    right = torch.zeros(1, 60, 80)
    right[:, :, 50:60] = 0.5
    for seed in range(10):
        mask = spots_mask((60, 80), Spots((1.0, 1.0, 1.0), SPREAD, FLOOR), seed, right)
        assert (mask <= right).all()
        assert mask.max() > 0.45
    assert not spots_mask((60, 80), TWO, 1, torch.zeros(1, 60, 80)).any()
