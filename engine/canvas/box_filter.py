"""The mean of what is near: `(picture, radius) => picture`."""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import avg_pool2d


def box_filter(picture: Tensor, radius: int) -> Tensor:
    """Each point of [c, h, w] as the mean of a square of 2 `radius` + 1 around it, of what lies in the picture."""
    return avg_pool2d(picture[None], 2 * radius + 1, 1, radius, count_include_pad=False)[0]
