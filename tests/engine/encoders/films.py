"""Small films to encode."""

from __future__ import annotations

import torch
from torch import Tensor


def film(frames: int = 9, side: int = 48) -> list[Tensor]:
    """Grain of [3, side, side + 16] that grows brighter."""
    generator = torch.Generator().manual_seed(0)
    return [torch.rand(3, side, side + 16, generator=generator) * 0.5 + k / 20 for k in range(frames)]


def sky(at: int, size: tuple[int, int] = (96, 128)) -> Tensor:
    """An evening sky [3, h, w] that moves a little with every frame."""
    down, across = torch.linspace(0, 1, size[0])[:, None], torch.linspace(0, 1, size[1])[None]
    warm = 0.85 * down + 0.15 * across + 0.01 * at
    low, high = torch.tensor([0.55, 0.6, 0.7]), torch.tensor([0.7, 0.67, 0.62])
    return (low[:, None, None] + (high - low)[:, None, None] * warm).clamp(0, 1)


def pan(frames: int = 12) -> list[Tensor]:
    """A grainy picture of [3, 64, 80] that moves sideways."""
    grain = torch.rand(3, 64, 80, generator=torch.Generator().manual_seed(0)) * 0.6
    return [grain.roll(2 * at, 2) for at in range(frames)]
