"""How unusual activations are for a network: `batch [n, c, h, w] => [n]`.

Yin et al. 2020, "Dreaming to Distill" (DeepInversion, arXiv:1912.08795): a batch norm knows what each channel's mean
and spread were over all pictures that it learned from. A picture whose activations have others is grain, or fog.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

LEAST_SPREAD = 0.1
"""A channel that says next to nothing is not measured by less."""
FURTHEST = 25.0
"""Squared spreads that a mean counts as being away at most."""
FLAT = 1e-3
"""The share of its usual variance that a channel without any counts as having."""


class Moments(NamedTuple):
    """Of the activations of a batch, by channel, in float32."""

    away: Tensor
    """How far each mean is from the usual one, [n, c]."""
    square: Tensor
    """Each mean square, about the usual mean, [n, c]."""
    std: Tensor
    """The usual spreads, [c]."""


_measured: ContextVar[list[Moments] | None] = ContextVar("measured", default=None)


@contextmanager
def measured_moments() -> Iterator[list[Moments]]:
    """What the stages find that a batch runs through meanwhile. Threads do not hear each other."""
    moments: list[Moments] = []
    token = _measured.set(moments)
    try:
        yield moments
    finally:
        _measured.reset(token)


def heard_moments() -> list[Moments] | None:
    """Where what runs through in this thread is measured, what was found of it so far; else None."""
    return _measured.get()


class UsualStatistics(nn.Identity):
    """Stands where a batch norm was folded away, and remembers what it knew."""

    mean: Tensor
    std: Tensor
    measures = False
    """Whether it tells `measured_moments`; of each stage the last one does."""

    def __init__(self, norm: nn.BatchNorm2d) -> None:
        super().__init__()
        self.register_buffer("mean", norm.bias.detach().clone())
        self.register_buffer("std", norm.weight.detach().abs().clamp(min=LEAST_SPREAD))

    def forward(self, found: Tensor) -> Tensor:
        """The same."""
        heard = _measured.get()
        if self.measures and heard is not None:
            heard.append(self.moments(found))
        return found

    @property
    def is_heard(self) -> bool:
        """Whether what runs through now is measured."""
        return self.measures and _measured.get() is not None

    def moments(self, found: Tensor) -> Moments:
        """Of a batch [n, c, h, w]."""
        # About the usual mean: a channel far from 0 that hardly changes would lose its variance to rounding.
        away, square = _Moments.apply(found, self.mean.float())
        return Moments(away, square, self.std.float())


def distances(moments: Sequence[Moments]) -> Tensor:
    """How unusual each of a batch is in each of some stages, [n, stages] in float32: 0 is as usual, 1 about one spread
    away. All stages at once: their channels are few, and each operation on them costs more than its arithmetic."""
    away, square, std = (torch.cat(parts, -1) for parts in zip(*moments, strict=True))
    variance = (square - away.square()).clamp(min=0) / std.square()
    spread = (variance + FLAT).log() / 2
    unusual = (away / std).square().clamp(max=FURTHEST) + spread.square()
    return torch.stack([one.mean(1) for one in torch.split(unusual, [len(one.std) for one in moments], 1)], 1)


def measure(x: Tensor, mean: Tensor) -> tuple[Tensor, Tensor]:
    """Of [n, c, h, w] and the usual means [c] the means and mean squares about those, [n, c], by products of matrices:
    on a CPU several times as fast as torch's mean and variance."""
    rows = x.permute(0, 2, 3, 1).flatten(1, 2) - mean  # channels last: no copy before
    shares = rows.new_full((len(rows), 1, rows.shape[1]), 1 / rows.shape[1])
    return torch.bmm(shares, rows)[:, 0], torch.bmm(shares, rows.square_())[:, 0]


def measured_slope(x: Tensor, mean: Tensor, of_mean: Tensor, of_square: Tensor) -> tuple[Tensor, Tensor]:
    """Towards what was measured, as an offset and a scale, [n, c, 1, 1]: the slope is offset + scale * x."""
    count = x.shape[2] * x.shape[3]
    scale = 2 / count * of_square
    offset = torch.addcmul(of_mean / count, scale, mean, value=-1)
    return offset[:, :, None, None], scale[:, :, None, None]


class _Moments(torch.autograd.Function):
    """Means and mean squares, and backward in one pass over the batch."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, mean: Tensor) -> tuple[Tensor, Tensor]:
        ctx.save_for_backward(x, mean)
        return measure(x, mean)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        x, mean = ctx.saved_tensors
        offset, scale = measured_slope(x, mean, *gradients)
        return torch.addcmul(offset, x, scale).to(x.dtype), None
