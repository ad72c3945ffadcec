"""How unusual activations are for a network: `batch [n, c, h, w] => [n]`.

Yin et al. 2020, "Dreaming to Distill" (DeepInversion, arXiv:1912.08795): a batch norm knows what each channel's mean
and spread were over all pictures that it learned from. A picture whose activations have others is grain, or fog.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import torch
from torch import Tensor, nn

LEAST_SPREAD = 0.1
"""A channel that says next to nothing is not measured by less."""
FURTHEST = 25.0
"""Squared spreads that a mean counts as being away at most."""
FLAT = 1e-3
"""The share of its usual variance that a channel without any counts as having."""


_measured: ContextVar[list[Tensor] | None] = ContextVar("measured", default=None)


@contextmanager
def measured_distances() -> Iterator[list[Tensor]]:
    """What the stages find that a batch runs through meanwhile: one [n] each. Threads do not hear each other."""
    distances: list[Tensor] = []
    token = _measured.set(distances)
    try:
        yield distances
    finally:
        _measured.reset(token)


class UsualStatistics(nn.Identity):
    """Stands where a batch norm was folded away, and remembers what it knew."""

    mean: Tensor
    std: Tensor
    measures = False
    """Whether it tells `measured_distances`; of each stage the last one does."""

    def __init__(self, norm: nn.BatchNorm2d) -> None:
        super().__init__()
        self.register_buffer("mean", norm.bias.detach().clone())
        self.register_buffer("std", norm.weight.detach().abs().clamp(min=LEAST_SPREAD))

    def forward(self, found: Tensor) -> Tensor:
        """The same."""
        distances = _measured.get()
        if self.measures and distances is not None:
            distances.append(self.distance(found))
        return found

    @property
    def is_heard(self) -> bool:
        """Whether what runs through now is measured."""
        return self.measures and _measured.get() is not None

    def distance(self, found: Tensor) -> Tensor:
        """How unusual each of a batch [n, c, h, w] is, [n] in float32: 0 is as usual, 1 about one spread away."""
        # About the usual mean: a channel far from 0 that hardly changes would lose its variance to rounding.
        away, square = _moments(found.float() - self.mean.float().view(1, -1, 1, 1))
        variance = (square - away.square()).clamp(min=0) / self.std.float().square()
        away = (away / self.std.float()).square().clamp(max=FURTHEST)
        spread = (variance + FLAT).log() / 2
        return away.mean(1) + spread.square().mean(1)


def _moments(x: Tensor) -> tuple[Tensor, Tensor]:
    """Each channel's mean and mean square in each of a batch [n, c, h, w]: [n, c] and [n, c]."""
    found: tuple[Tensor, Tensor] = _Moments.apply(x)
    return found


class _Moments(torch.autograd.Function):
    """Backward in one pass over the batch: four times as fast as torch's mean and variance on a CPU."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> tuple[Tensor, Tensor]:
        ctx.save_for_backward(x)
        rows = x.permute(0, 2, 3, 1).flatten(1, 2)  # channels last: no copy
        return rows.mean(1), torch.linalg.vector_norm(rows, dim=1).square() / rows.shape[1]

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        (x,), (of_mean, of_square) = ctx.saved_tensors, gradients
        count = x.shape[2] * x.shape[3]
        return torch.addcmul((of_mean / count)[:, :, None, None], x, (2 * of_square / count)[:, :, None, None])
