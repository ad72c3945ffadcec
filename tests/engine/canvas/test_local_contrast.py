"""Haze and things are told apart by edges."""

from __future__ import annotations

import torch

from engine.canvas.local_contrast import contrast_mask, more_contrast

RANGE = (0.1, 0.3)


def stripes_on_the_left(height: float) -> torch.Tensor:
    """A change [3, 80, 120] that has edges in its left half, and is the same everywhere in its right half."""
    change = torch.full((3, 80, 120), 0.3)
    change[:, :, :60] += height * (torch.arange(60) % 4 < 2)
    return change


def test_a_mask_is_white_where_a_change_has_edges_and_black_where_it_is_haze() -> None:
    mask = contrast_mask(stripes_on_the_left(0.3), *RANGE)
    assert mask.shape == (1, 80, 120)
    assert mask[:, 10:-10, 10:50].min() > 0.99
    assert mask[:, :, 80:].max() < 0.01


def test_a_faint_change_has_the_mask_of_a_strong_one() -> None:
    faint, strong = (contrast_mask(stripes_on_the_left(height), *RANGE) for height in (0.02, 0.2))
    assert torch.allclose(faint, strong, atol=1e-4)


def test_the_fainter_edges_are_beside_others_the_less_of_them_is_kept() -> None:
    change = stripes_on_the_left(0.4)
    kept = []
    for height in (0.02, 0.08, 0.2):
        change[:, :, 60:] = 0.3 + height * (torch.arange(60) % 4 < 2)
        kept.append(float(contrast_mask(change, *RANGE)[0, 40, 100]))
    assert kept[0] < 0.01 < kept[1] < 0.99 < kept[2]


def test_what_has_no_edges_is_haze() -> None:
    assert contrast_mask(torch.full((3, 80, 120), 0.3), *RANGE).max() == 0
    assert contrast_mask(torch.zeros(3, 80, 120), *RANGE).max() == 0


def test_what_is_fine_is_moved_further_than_what_is_coarse() -> None:
    change = stripes_on_the_left(0.2)
    moved = more_contrast(change, 1.2, 2.0)
    flat, height = (one[:, 10:-10, at] for one, at in ((moved, slice(90, 110)), (moved.diff(dim=2), slice(10, 50))))
    assert torch.allclose(flat, torch.tensor(1.2 * 0.3), atol=1e-4)
    assert torch.allclose(height, 2.0 * change.diff(dim=2)[:, 10:-10, 10:50], atol=0.03)
    assert torch.allclose(more_contrast(change, 1.0, 1.0), change, atol=1e-6)
