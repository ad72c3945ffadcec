"""How alike two pictures are: `(bytes, bytes) => at most 1`. Wang et al. 2004, "Image quality assessment"."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import conv2d

WINDOW, SPREAD = 11, 1.5
"""Pixels of a window, and the standard deviation of its weights."""
STEADY = (0.01 * 255) ** 2, (0.03 * 255) ** 2
LUMA = (0.299, 0.587, 0.114)


def ssim(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """The structural similarity of two pictures [h, w, 3] in light and shade; 1 for the same. Thinner ones than the
    window are compared by smaller windows."""
    weights = _weights(min(WINDOW, *one.shape[:2]))
    x, y = _luma(one), _luma(other)
    mean_x, mean_y = _mean(x, weights), _mean(y, weights)
    spread_x, spread_y = (_mean(x * x, weights) - mean_x**2), (_mean(y * y, weights) - mean_y**2)
    shared = _mean(x * y, weights) - mean_x * mean_y
    light = (2 * mean_x * mean_y + STEADY[0]) / (mean_x**2 + mean_y**2 + STEADY[0])
    structure = (2 * shared + STEADY[1]) / (spread_x + spread_y + STEADY[1])
    return float((light * structure).mean())


def _luma(picture: NDArray[np.uint8]) -> Tensor:
    return torch.from_numpy(picture.astype(np.float32) @ np.array(LUMA, np.float32))[None, None]


def _weights(side: int) -> Tensor:
    at = torch.arange(side, dtype=torch.float32) - (side - 1) / 2
    falling = torch.exp(-(at**2) / (2 * SPREAD**2))
    return falling / falling.sum()


def _mean(values: Tensor, weights: Tensor) -> Tensor:
    rows = conv2d(values, weights.view(1, 1, 1, -1))
    return conv2d(rows, weights.view(1, 1, -1, 1))
