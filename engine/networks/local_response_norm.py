"""Local response normalisation: `[n, c, h, w] => the same shape`, bright channels dim their neighbours.

Krizhevsky et al. 2012. PyTorch's own goes through a 3-d average pool, whose gradient is not deterministic on a GPU;
here the sum over neighbouring channels is a 1x1 convolution with a band of ones.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d


class ResponseNorm(nn.Module):
    """x / (k + alpha / size * sum of x^2 over `size` channels around each) ^ beta, as `torch.nn.LocalResponseNorm`."""

    band: Tensor
    k: Tensor

    def __init__(self, channels: int, size: int, alpha: float, beta: float, k: float) -> None:
        """`size` is odd."""
        super().__init__()
        at = torch.arange(channels)
        near = (at[:, None] - at).abs() <= size // 2
        self.beta = beta
        self.register_buffer("band", (near * (alpha / size))[:, :, None, None].float())
        self.register_buffer("k", torch.full((channels,), k))

    def forward(self, x: Tensor) -> Tensor:
        """Normalise every position on its own."""
        return x * conv2d(x * x, self.band, self.k).pow(-self.beta)
