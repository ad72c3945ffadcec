"""A frozen convolution, its ReLU and the pool behind them, in strips on a CPU: `[n, i, h, w] => [n, o, h', w']`.

What comes out of the first convolution is the largest map of a network, and only a quarter of it, or less, goes on. In
strips of rows it stays in the cache and takes no memory. As a maximum and a ReLU may change places, a byte is kept for
each value behind the pool, none for those before it.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Final, NamedTuple

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from engine.networks.first_convolution import FirstConv
from engine.networks.fused_convolution import FusedConvs
from engine.networks.small_index_pool import How, SmallIndexPool
from engine.networks.strips import RowSums, strips

WORKED: Final = 2**20
"""Values behind the convolution that are worked on at once."""


class PooledConv(NamedTuple):
    """Two modules that follow one another, as one."""

    convolution: FusedConvs
    pool: SmallIndexPool

    @classmethod
    def of(cls, first: nn.Module, second: nn.Module) -> PooledConv | None:
        """One convolution with a ReLU, alone in its sequence, and a pool behind it; None for others."""
        found = first[0] if isinstance(first, nn.Sequential) and len(first) == 1 else None
        if not (isinstance(found, FusedConvs) and isinstance(second, SmallIndexPool)):
            return None
        fits = len(found.steps) == 1 and found.steps[0].activation == "relu" and not found.steps[0].same
        return cls(found, second) if fits else None

    def __call__(self, x: Tensor) -> Tensor:
        """[n, i, h, w] => [n, o, h', w']. The convolution that sees the picture takes it in float32, too."""
        low = x.to(self.convolution.dtype)
        if not self.convolution.is_faster(low):
            plain: Tensor = self.pool(self.convolution(low))
            return plain
        if x.dtype != torch.float32 or not isinstance(self.convolution.steps[0].convolution, FirstConv):
            x = low
        found: Tensor = _Pooled.apply(x, self.convolution, self.pool.how)
        return found


def pooled_stages(stages: nn.ModuleDict) -> dict[str, PooledConv]:
    """Stages that can run as one with the pool behind them, by the name of the first."""
    found = {name: PooledConv.of(first, second) for (name, first), (_, second) in pairwise(stages.items())}
    return {name: one for name, one in found.items() if one}


class _Pooled(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, convolution: FusedConvs, how: How) -> Tensor:
        (step,) = convolution.steps
        ctx.size, ctx.convolution, ctx.how, ctx.dtype = x.shape, convolution, how, x.dtype
        wide = [step.length(length, axis) for axis, length in enumerate(x.shape[2:])]
        size = (x.shape[0], step.convolution.weight.shape[0], *how.size(*wide))
        out = torch.empty(size, dtype=convolution.dtype, memory_format=torch.channels_last)
        ctx.wide = wide
        ctx.strips = [*strips(size[2], WORKED * size[2] // (size[0] * size[1] * wide[0] * wide[1]))]
        kept: list[Tensor] = []
        for begin, end in ctx.strips:
            pooled = how.rows.seen(begin, end, wide[0])
            seen = step.seen(pooled.begin, pooled.end, x.shape[2])
            rows = x[:, :, seen.begin : seen.end]
            part = step.run_rows(rows, seen, pooled.end - pooled.begin)
            kept.append(how.pool(part, pooled, out[:, :, begin:end]))
        if ctx.needs_input_grad[0]:
            ctx.save_for_backward(step.mark(out), *kept)
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        (step,), how, (slope,) = ctx.convolution.steps, ctx.how, gradients
        mark, *kept = ctx.saved_tensors
        sums = RowSums(ctx.size, ctx.dtype)
        for (begin, end), indices in zip(ctx.strips, kept, strict=True):
            part = slope[:, :, begin:end]
            part = step.through(part, mark[:, :, begin:end], torch.empty_like(part))
            seen = how.rows.seen(begin, end, ctx.wide[0])
            part = how.gradient(part, indices, seen, ctx.wide[1])
            part = step.rows_gradient(part, ctx.size[3])
            sums.add(part, step.first_row(seen.begin, ctx.size[2]))
        return sums.total(), None, None
