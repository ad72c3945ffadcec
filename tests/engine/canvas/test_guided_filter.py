"""Smoothing that keeps edges."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from engine.canvas.guided_filter import guided_filter

guided_filter_module = sys.modules[guided_filter.__module__]


def step_in_grain(grain: float) -> Tensor:
    """Left dark and right bright, each with noise of that spread."""
    clean = torch.full((3, 40, 60), 0.2)
    clean[:, :, 30:] = 0.8
    return clean + grain * torch.randn(clean.shape, generator=torch.Generator().manual_seed(1))


def test_grain_goes_and_an_edge_stays() -> None:
    picture = step_in_grain(0.02)
    smooth = guided_filter(picture, picture, 2, 0.05)
    assert smooth[:, 5:-5, 5:25].std() < 0.5 * picture[:, 5:-5, 5:25].std()
    across = smooth[:, 5:-5, 30].mean() - smooth[:, 5:-5, 29].mean()
    assert across > 0.95 * 0.6


def test_edges_are_the_guides_and_not_the_pictures_own() -> None:
    picture, flat = step_in_grain(0.0), torch.full((3, 40, 60), 0.5)
    blurred = guided_filter(picture, flat, 2, 0.05)
    assert (blurred[:, :, 30] - blurred[:, :, 29]).abs().mean() < 0.5 * 0.6


def test_what_is_flat_stays_as_it_is() -> None:
    flat = torch.full((3, 20, 30), 0.3)
    assert torch.allclose(guided_filter(flat, step_in_grain(0.1)[:, :20, :30], 3, 0.05), flat, atol=1e-5)


def test_large_squares_are_looked_at_in_smaller_pictures_and_little_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """Previews are shown twice a second: a filter that took its time held up the dream."""
    guide = torch.full((3, 120, 160), 0.2)
    guide[:, :, 80:] = 0.8
    picture = guide.flip(0) + 0.05 * torch.randn(guide.shape, generator=torch.Generator().manual_seed(5))
    sides: list[int] = []
    means: Callable[[Tensor, int], Tensor] = guided_filter_module.box_filter

    def count(seen: Tensor, radius: int) -> Tensor:
        sides.append(seen.shape[2])
        return means(seen, radius)

    monkeypatch.setattr(guided_filter_module, "box_filter", count)
    quick = guided_filter(picture, guide, 16, 0.08)
    assert set(sides) == {40}
    monkeypatch.setattr(guided_filter_module, "coarseness", lambda _radius: 1)
    assert (quick - guided_filter(picture, guide, 16, 0.08)).abs().mean() < 0.01
