"""Max pooling that keeps little for its gradient: `[n, c, h, w] => [n, c, h', w']`."""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn.functional import pad

from engine.networks.strips import RowSums, Seen, Windows, strips

WORKED: Final = 2**19
"""Values that come in at once: torch makes eight bytes for each that goes out, and so many stay in the cache."""
Size = tuple[int, int]


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
        pooled: Tensor = _Pool.apply(input, self.how)
        return pooled

    @property
    def how(self) -> How:
        """What it does, in numbers."""
        return How(
            _pair(self.kernel_size), _pair(self.stride), _pair(self.padding), _pair(self.dilation), self.ceil_mode
        )


class How(NamedTuple):
    """How a pool pools, in strips of rows."""

    side: Size
    stride: Size
    padding: Size
    dilation: Size
    ceil: bool

    @property
    def rows(self) -> Windows:
        """How it looks at rows."""
        return Windows(self.dilation[0] * (self.side[0] - 1) + 1, self.stride[0], self.padding[0])

    def size(self, height: int, width: int) -> Size:
        """Of what goes out."""
        return self._length(height, 0, self.padding[0]), self._length(width, 1, self.padding[1])

    def _length(self, length: int, axis: int, padding: int) -> int:
        span, step = self.dilation[axis] * (self.side[axis] - 1) + 1, self.stride[axis]
        windows = (length + 2 * padding - span) / step
        count = (math.ceil(windows) if self.ceil else math.floor(windows)) + 1
        # The last window of those that hang over must begin inside.
        return count - (self.ceil and (count - 1) * step >= length + padding)

    def pool(self, part: Tensor, seen: Seen, into: Tensor) -> Tensor:
        """The maxima of rows that were seen [n, c, h, w], and where in them each came from, also for windows to leave
        out."""
        pool = torch.ops.aten.max_pool2d_with_indices
        if part.dtype == into.dtype and self._length(part.shape[2], 0, seen.padding) == into.shape[2]:
            indices = torch.empty(into.shape, dtype=torch.long, memory_format=torch.channels_last)
            pool.out(part, *self._arguments(seen), out=into, indices=indices)
        else:
            pooled, indices = pool(part, *self._arguments(seen))
            into.copy_(pooled[:, :, seen.spare : seen.spare + into.shape[2]])
        fits = part.shape[2] * part.shape[3] <= torch.iinfo(torch.int16).max
        return indices.to(torch.int16 if fits else torch.int32)

    def gradient(self, slope: Tensor, indices: Tensor, seen: Seen, width: int) -> Tensor:
        """Towards rows that were seen, of the slope of those maxima that are not left out."""
        more = indices.shape[2] - seen.spare - slope.shape[2]
        slope = pad(slope, (0, 0, seen.spare, more)) if seen.spare or more else slope
        # Only the shape of what came in is asked for: this is never written, and so takes no memory.
        size = (*slope.shape[:2], seen.end - seen.begin, width)
        came = torch.empty(size, dtype=slope.dtype, memory_format=torch.channels_last)
        found: Tensor = torch.ops.aten.max_pool2d_with_indices_backward(
            slope, came, *self._arguments(seen), indices.long()
        )
        return found

    def _arguments(self, seen: Seen) -> list[Any]:
        return [self.side, self.stride, (seen.padding, self.padding[1]), self.dilation, self.ceil]


class _Pool(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, how: How) -> Tensor:
        height, width = how.size(*x.shape[2:])
        pooled = torch.empty((*x.shape[:2], height, width), dtype=x.dtype, memory_format=torch.channels_last)
        kept: list[Tensor] = []
        ctx.size, ctx.how = x.shape, how
        ctx.strips = [*strips(height, WORKED * height // x.numel())]
        for begin, end in ctx.strips:
            seen = how.rows.seen(begin, end, x.shape[2])
            kept.append(how.pool(x[:, :, seen.begin : seen.end], seen, pooled[:, :, begin:end]))
        ctx.save_for_backward(*(kept if ctx.needs_input_grad[0] else ()))
        return pooled

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (slope,) = gradients
        sums = RowSums(ctx.size, slope.dtype)
        for (begin, end), indices in zip(ctx.strips, ctx.saved_tensors, strict=True):
            seen = ctx.how.rows.seen(begin, end, ctx.size[2])
            sums.add(ctx.how.gradient(slope[:, :, begin:end], indices, seen, ctx.size[3]), seen.begin)
        return sums.total(), None


def _pair(value: int | tuple[int, ...]) -> Size:
    return (value, value) if isinstance(value, int) else (value[0], value[1])
