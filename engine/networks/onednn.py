"""oneDNN's convolutions, as torch has them for its own compiler: `(input, packed weights) => output`.

They can apply an activation while a result is in the cache, and take weights that lie as oneDNN wants them.
"""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor

SIX = 6.0
"""Where ReLU6 cuts off."""
Size = tuple[int, int]


def pack(weight: Tensor, x: Tensor, padding: Size, stride: list[int], groups: int) -> Tensor:
    """Weights [o, i / groups, h, w] as oneDNN wants them for inputs like `x`; only `convolve` can read them."""
    found: Tensor = torch.ops.mkldnn._reorder_convolution_weight(
        weight, list(padding), stride, [1, 1], groups, list(x.shape)
    )
    return found


def layout(packed: Tensor) -> bytes:
    """How packed weights lie; the same for all that can take each other's place."""
    return bytes(torch.ops.mkldnn._get_mkldnn_serialized_md(packed).tolist())


def convolve(
    x: Tensor, weight: Tensor, bias: Tensor | None, padding: Size, stride: list[int], groups: int, activation: str
) -> Tensor:
    """A convolution of [n, c, h, w] and its activation: "none", "relu" or "hardtanh" (ReLU6)."""
    limits = [0.0, SIX] if activation == "hardtanh" else []
    found: Tensor = torch.ops.mkldnn._convolution_pointwise(
        x, weight, bias, list(padding), stride, [1, 1], groups, activation, limits, ""
    )
    return found


def convolution_gradient(
    slope: Tensor, size: torch.Size, weight: Tensor, stride: list[int], padding: list[int], groups: int
) -> Tensor:
    """The slope of what went into a convolution, of that size, from the slope of what came out; torch's own."""
    found: Tensor = torch.ops.aten.convolution_backward(
        slope, _shape_only(size, slope), weight, None, stride, padding, [1, 1], False, [0, 0], groups,
        [True, False, False],
    )[0]  # fmt: skip
    return found


def _shape_only(size: torch.Size, like: Tensor) -> Tensor:
    """A tensor that nobody reads: its memory is never touched, and so takes none."""
    return torch.empty(size, dtype=like.dtype, memory_format=torch.channels_last)


@cache
def has_onednn() -> bool:
    """Whether this torch can do it."""
    built = torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
    names = ("_convolution_pointwise", "_reorder_convolution_weight", "_get_mkldnn_serialized_md")
    return built and all(hasattr(torch.ops.mkldnn, name) for name in names)


@cache
def has_bfloat16() -> bool:
    """Whether this processor can do it in bfloat16."""
    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
