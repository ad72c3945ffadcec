"""A frozen convolution and its activation on a CPU, forward and back, of a whole map or of some of its rows."""

from __future__ import annotations

import math
from functools import cached_property, partial
from typing import Any, Final

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from engine.networks.first_convolution import FirstConv
from engine.networks.onednn import SIX, Size, convolution_gradient, convolve
from engine.networks.packed_weights import LAYOUTS, PackedWeights, most_bytes
from engine.networks.strips import Seen, Windows

CACHED: Final = 2**17
"""Values that are worked on at once, so that they stay in the cache."""


class Step:
    """A convolution and what follows it.

    A gradient of a crop runs some ninety of them in the time of two kernels each: what they need is looked up once.
    """

    def __init__(self, convolution: nn.Conv2d | FirstConv, activation: str, same: bool) -> None:
        """`activation` in oneDNN's words, "none" without one; `same` says whether it is padded as TensorFlow does."""
        self.convolution, self.activation, self.same = convolution, activation, same
        self.padding, self.stride, self.groups = _shape(convolution)
        """Rows and columns of padding on each side, the stride down and right, parts into which channels fall."""
        (down, right), (height, width) = self.padding, convolution.weight.shape[2:]
        self.reach: Size = (height - 1 - down, width - 1 - right)
        """Rows and columns on each side of a slope that the convolution with turned weights looks at beyond it."""
        self.rows = Windows(height, self.stride[0], down)
        """How it looks at rows."""
        self._packed: dict[torch.dtype, PackedWeights] = {}
        self._turned: PackedWeights | None = None

    def weight(self, x: Tensor) -> Tensor:
        """The weights packed for oneDNN and for inputs like that. The first convolution takes float32, too, whatever
        its numbers are.

        Packed when they are first asked for: what is never dreamed of takes no memory twice.
        """
        packed = self._packed.get(x.dtype)
        if packed is None:
            weight = self.convolution.weight
            if isinstance(self.convolution, FirstConv) and x.dtype != weight.dtype:
                weight = self.convolution.exact[0]
            packed = PackedWeights(lambda: weight, self.padding, self.stride, self.groups)
            self._packed[x.dtype] = packed
        return packed.pack_for(x)

    def turned_weight(self, slope: Tensor) -> Tensor | None:
        """The weights of the convolution that is the gradient of this one, packed likewise; None if there is none."""
        if not self.turns:
            return None
        if self._turned is None:
            assert isinstance(self.convolution, nn.Conv2d)
            self._turned = PackedWeights(partial(_turn, self.convolution), self.reach, [1, 1], self.groups)
        return self._turned.pack_for(slope)

    @cached_property
    def turns(self) -> bool:
        """Whether its gradient is a convolution with turned weights: with a stride of 1."""
        if isinstance(self.convolution, FirstConv) or self.stride != [1, 1] or min(self.reach) < 0:
            return False
        return self.groups == 1 or self.convolution.out_channels == self.groups == self.convolution.in_channels

    @property
    def packed_bytes(self) -> int:
        """Bytes that packed weights may take, at most."""
        return LAYOUTS * (1 + self.turns) * most_bytes(self.convolution.weight)

    def forget_packed(self) -> None:
        """Pack again when weights are asked for."""
        self._packed, self._turned = {}, None

    def __getstate__(self) -> dict[str, Any]:
        """What is copied: not what was packed, for oneDNN's tensors cannot be."""
        return self.__dict__ | {"_packed": {}, "_turned": None}

    def length(self, length: int, axis: int) -> int:
        """Rows (axis 0) or columns (1) that go out, of so many that come in."""
        side, more = self.convolution.weight.shape[2 + axis], self.more(length)
        return (length + 2 * (self.padding[axis] + more) - side) // self.stride[axis] + 1 - more

    def size(self, size: torch.Size) -> torch.Size:
        """Of what goes out, of what comes in."""
        return torch.Size(
            (size[0], self.convolution.weight.shape[0], *(self.length(size[2 + at], at) for at in (0, 1)))
        )

    def more(self, length: int) -> int:
        """Rows above, or columns on the left, that `SamePadding` adds to so many."""
        return 1 - length % 2 if self.same else 0

    def seen(self, begin: int, end: int, length: int) -> Seen:
        """What the rows `begin` to `end` that go out are made of, of so many that come in."""
        above = self.more(length)
        windows = self.rows._replace(padding=self.rows.padding + above)
        return windows.seen(begin + above, end + above, length)

    def first_row(self, row: int, length: int) -> int:
        """The first row that one that goes out looks at, of so many that come in; it may be one of padding, above 0."""
        return row * self.stride[0] - self.padding[0] + (self.stride[0] - 1) * self.more(length)

    def run(self, x: Tensor) -> Tensor:
        """The convolution and its activation."""
        if not self.same:
            return convolve(
                x, self.weight(x), self.convolution.bias, self.padding, self.stride, self.groups, self.activation
            )
        count = self.length(x.shape[2], 0)
        return self.run_rows(x, self.seen(0, count, x.shape[2]), count)

    def mark(self, out: Tensor) -> Tensor:
        """What is kept of an activation's output: a byte for each value where that costs no more time than it saves."""
        return out.bool().view(torch.uint8) if self.activation == "relu" and out.dtype == torch.float32 else out

    def through(self, slope: Tensor, kept: Tensor, out: Tensor) -> Tensor:
        """The slope before the activation, from the one behind it and what was kept."""
        if slope.numel() <= CACHED or kept.dtype == out.dtype:
            return self._through(slope, kept, out)
        rows = max(1, CACHED * slope.shape[2] // slope.numel())
        # Row by row, as torch first makes floats of bytes: of so few that they stay in the cache.
        parts = [tensor.split(rows, 2) for tensor in (slope, kept, out)]  # type: ignore[no-untyped-call]
        for part, mark, into in zip(*parts, strict=True):
            self._through(part, mark, into)
        return out

    def _through(self, slope: Tensor, kept: Tensor, out: Tensor) -> Tensor:
        if self.activation == "relu":
            torch.ops.aten.threshold_backward.grad_input(slope, kept, 0, grad_input=out)
        else:
            torch.ops.aten.hardtanh_backward.grad_input(slope, kept, 0.0, SIX, grad_input=out)
        return out

    def run_rows(self, part: Tensor, seen: Seen, count: int) -> Tensor:
        """So many rows of what goes out, of those rows of an input that were seen."""
        bias, left = self.convolution.bias, self.more(part.shape[3])
        if isinstance(self.convolution, FirstConv) and part.dtype != self.convolution.weight.dtype:
            bias = self.convolution.exact[1]
        out = convolve(
            part, self.weight(part), bias, (seen.padding, self.padding[1] + left), self.stride,
            self.groups, self.activation,
        )  # fmt: skip
        # With so much padding on all sides, its second output is what TensorFlow's padding makes the first.
        out = out[:, :, seen.spare : seen.spare + count, left:]
        return out.contiguous(memory_format=torch.channels_last) if left else out

    def rows_gradient(self, slope: Tensor, width: int) -> Tensor:
        """Towards all rows of an input of that width that windows look at, those of padding, too, of the slope behind
        them."""
        weight, left, (down, _) = self.convolution.weight, self.more(width), self.stride
        height = (slope.shape[2] - 1) * down + weight.shape[2]
        if isinstance(self.convolution, FirstConv):
            cells = math.ceil(self.padding[0] / 2)
            padded = pad(slope, (left, 0, cells, cells))
            first = 2 * cells - self.padding[0]
            found = self.convolution.gradient(padded, (2 * padded.shape[2], width + left))
            return found[:, :, first : first + height, left:]
        if (turned := self.turned_weight(slope)) is not None and not self.same:
            reach = (weight.shape[2] - 1, self.reach[1])
            return convolve(slope, turned, None, reach, [1, 1], self.groups, "none")
        size = torch.Size((slope.shape[0], weight.shape[1] * self.groups, height, width))
        slope = pad(slope, (left, 0, 0, 0)) if left else slope
        return convolution_gradient(slope, size, weight, self.stride, [0, self.padding[1] + left], self.groups)

    def gradient(self, slope: Tensor, size: torch.Size) -> Tensor:
        """Towards an input of that size, of a slope behind the convolution."""
        if (turned := self.turned_weight(slope)) is not None and not self.same:
            return convolve(slope, turned, None, self.reach, [1, 1], self.groups, "none")
        (down, right), above, left = self.padding, self.more(size[2]), self.more(size[3])
        if above or left:
            slope = pad(slope, (left, 0, above, 0))
        if isinstance(self.convolution, FirstConv):
            padded = (size[2] + above, size[3] + left)
            return self.convolution.gradient(slope, padded)[:, :, above:, left:]
        weight = self.convolution.weight
        return convolution_gradient(slope, size, weight, self.stride, [down + above, right + left], self.groups)


def _shape(convolution: nn.Conv2d | FirstConv) -> tuple[Size, list[int], int]:
    """Its padding on each side, its strides and its groups."""
    if isinstance(convolution, FirstConv):
        return (convolution.weight.shape[2] // 2,) * 2, [2, 2], 1
    assert not isinstance(convolution.padding, str)
    down, right = convolution.padding
    return (down, right), list(convolution.stride), convolution.groups


def _turn(convolution: nn.Conv2d) -> Tensor:
    """Weights of the convolution that is the gradient of one that `Step.turns`."""
    weight = convolution.weight.detach().flip(2, 3)
    return weight if convolution.groups > 1 else weight.transpose(0, 1).contiguous(memory_format=torch.channels_last)
