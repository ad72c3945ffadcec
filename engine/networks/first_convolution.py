"""The convolution that sees the picture, with a cheap gradient: `[n, 3, h, w] => [n, o, h / 2, w / 2]`.

The backward of a stride-2 convolution towards 3 channels is where a CPU spends a fifth of a dream's step, because
oneDNN has no fast kernel for 3 output channels. But each of the four pixels of a 2x2 cell is a plain convolution of
the outputs around that cell: one convolution to 4 x 3 channels and a `pixel_shuffle` give the same sums.
"""

from __future__ import annotations

from typing import Any, TypeGuard

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, pixel_shuffle


class FirstConv(nn.Module):
    """Stride-2 convolution, odd square kernel, padding kernel // 2, whose weights are not learned any more."""

    weight: Tensor
    bias: Tensor | None
    cells: Tensor

    def __init__(self, convolution: nn.Conv2d) -> None:
        """Take over the weights of a convolution that `fits`."""
        super().__init__()
        bias = None if convolution.bias is None else convolution.bias.detach().clone()
        self.register_buffer("weight", convolution.weight.detach().clone())
        self.register_buffer("bias", bias)
        self.register_buffer("cells", _cells(convolution.weight.detach()))
        self.exact = (self.weight, self.bias)
        """Weight and bias as they were given, in whatever numbers the others are by now: on a CPU most of what bfloat16
        loses is lost in the picture, and this convolution alone can see it in float32."""

    @staticmethod
    def fits(module: nn.Module) -> TypeGuard[nn.Conv2d]:
        """Whether a module is a convolution for which this one can stand in."""
        if not isinstance(module, nn.Conv2d) or module.in_channels != 3:
            return False
        side = module.kernel_size[0]
        plain = module.dilation == (1, 1) and module.groups == 1 and module.padding_mode == "zeros"
        fitting = module.kernel_size == (side, side) and module.padding == (side // 2, side // 2)
        return plain and fitting and side % 2 == 1 and side >= 3 and module.stride == (2, 2)

    def forward(self, x: Tensor) -> Tensor:
        """[n, 3, h, w] => [n, o, ceil(h / 2), ceil(w / 2)]."""
        out: Tensor = _Strided.apply(x, self.weight, self.bias, self.cells)
        return out

    def gradient(self, slope: Tensor, size: tuple[int, int]) -> Tensor:
        """Towards a picture [n, 3, h, w] of that size, of the slope [n, o, ceil(h / 2), ceil(w / 2)] behind it."""
        return _gradient(slope, self.cells, size)


class _Strided(torch.autograd.Function):
    """The forward is the convolution itself; the backward goes cell by cell."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, cells: Tensor) -> Tensor:
        ctx.save_for_backward(cells)
        ctx.size = x.shape[2:]
        return conv2d(x, weight, bias, 2, weight.shape[2] // 2)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None, None]:
        (cells,) = ctx.saved_tensors
        return _gradient(gradients[0], cells, ctx.size), None, None, None


def _gradient(slope: Tensor, cells: Tensor, size: tuple[int, int]) -> Tensor:
    # Padding by half a kernel looks one output too far to the upper left when the kernel is even: cut that off.
    spare = 1 - cells.shape[2] % 2
    around = conv2d(slope, cells, None, 1, cells.shape[2] // 2)[:, :, spare:, spare:]
    return pixel_shuffle(around, 2)[:, :, : size[0], : size[1]]


def _cells(weight: Tensor) -> Tensor:
    """Weights [o, 3, k, k] of the convolution => [12, o, s, s] of its gradient, s = (k + 1) / 2.

    Output i reaches pixel m by the tap k = m + pad - 2 i. For m = 2 a + phase that is k = phase + pad - 2 (i - a):
    so the tap of the neighbour i - a is found for each phase, and zero stands where a kernel has no such tap.
    """
    out, channels, side, _ = weight.shape
    pad, span = side // 2, (side + 1) // 2
    first = (span % 2 == 0) - span // 2  # the smallest i - a that the convolution above looks at
    cells = weight.new_zeros(channels, 2, 2, out, span, span)
    for py, px, y, x in ((py, px, y, x) for py in (0, 1) for px in (0, 1) for y in range(span) for x in range(span)):
        ky, kx = py + pad - 2 * (y + first), px + pad - 2 * (x + first)
        if 0 <= ky < side and 0 <= kx < side:
            cells[:, py, px, :, y, x] = weight[:, :, ky, kx].T
    return cells.view(channels * 4, out, span, span)
