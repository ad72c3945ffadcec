"""Max pooling that keeps little for its gradient: `[n, c, h, w] => [n, c, h', w']`."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable


class SmallIndexPool(nn.MaxPool2d):
    """`MaxPool2d` that keeps, for a value, two or four bytes that say where it came from: torch keeps eight, and what
    came in.
    """

    @classmethod
    def of(cls, pool: nn.MaxPool2d) -> SmallIndexPool:
        """Pools as another does."""
        return cls(pool.kernel_size, pool.stride, pool.padding, pool.dilation, ceil_mode=pool.ceil_mode)

    def forward(self, input: Tensor) -> Tensor:
        """[n, c, h, w] => [n, c, h', w']."""
        if input.device.type != "cpu":
            found: Tensor = super().forward(input)
            return found
        how = [_pair(value) for value in (self.kernel_size, self.stride, self.padding, self.dilation)]
        pooled: Tensor = _Pool.apply(input, [*how, self.ceil_mode])
        return pooled


class _Pool(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, how: list[Any]) -> Tensor:
        pooled, indices = torch.ops.aten.max_pool2d_with_indices(x, *how)
        ctx.size, ctx.how = x.shape, how
        fits = x.shape[2] * x.shape[3] <= torch.iinfo(torch.int16).max
        ctx.save_for_backward(indices.to(torch.int16 if fits else torch.int32) if ctx.needs_input_grad[0] else indices)
        found: Tensor = pooled
        return found

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        ((indices,), (slope,)) = ctx.saved_tensors, gradients
        # Only the shape of what came in is asked for: this is never written, and so takes no memory.
        came = torch.empty(ctx.size, dtype=slope.dtype, memory_format=torch.channels_last)
        found = torch.ops.aten.max_pool2d_with_indices_backward(slope, came, *ctx.how, indices.long())
        return found, None


def _pair(value: int | tuple[int, ...]) -> list[int]:
    return [value, value] if isinstance(value, int) else list(value)
