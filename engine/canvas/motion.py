"""Pictures that follow what moves: `(picture, flow) => picture`, and where a flow can be believed.

A flow [2, h, w] says for each point how far away, right and down in pixels, the same point is in another picture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import avg_pool2d, grid_sample

OpticalFlow = Callable[[NDArray[np.uint8], NDArray[np.uint8]], NDArray[np.float32]]
"""The port: two pictures [h, w, 3] => where the points of the first are in the second, [h, w, 2]."""
TOLERANCE, LEAST_ERROR = 0.02, 0.8
"""How far a flow there and back may end from where it began: a share of its length, and so many squared pixels. Twice
that of Sundaram et al. 2010, "Dense Point Trajectories", for pictures that were made larger."""
SOFT = 5
"""Pixels over which what can be believed fades out."""


@dataclass(frozen=True, slots=True)
class MovingPicture:
    """A video as a recipe takes it."""

    frames: Iterator[Tensor]
    """[3, h, w] in [0, 1], all of one size."""
    planned: int
    """How many are expected; there may be fewer."""
    flow: OpticalFlow | None = None
    """None where nobody can tell how it moves."""


def flow_between(optical_flow: OpticalFlow, before: Tensor, after: Tensor) -> tuple[Tensor, Tensor]:
    """For the points of `after` where they were in `before`, [2, h, w], and how much that is to be believed,
    [1, h, w] in [0, 1]: not where something was hidden, or moved too fast."""
    one, other = (_bytes(picture) for picture in (before, after))
    back, there = (_tensor(optical_flow(*pair), after) for pair in ((other, one), (one, other)))
    return back, consistency(back, there)


def consistency(back: Tensor, there: Tensor) -> Tensor:
    """Where a flow back [2, h, w] and one there end where they began: [1, h, w] in [0, 1]."""
    returned = warp(there, back)
    error = (back + returned).square().sum(0, keepdim=True)
    length = back.square().sum(0, keepdim=True) + returned.square().sum(0, keepdim=True)
    fine = (error <= TOLERANCE * length + LEAST_ERROR).float() * _inside(back)
    return fine * avg_pool2d(fine[None], SOFT, 1, SOFT // 2, count_include_pad=False)[0]


def warp(picture: Tensor, flow: Tensor) -> Tensor:
    """A picture [c, h, w] as it is seen from the points of a flow; what is beyond its rim is as at the rim."""
    return grid_sample(picture[None], _coordinates(flow), "bicubic", "border", align_corners=False)[0]


def warped_error(before: Tensor, after: Tensor, flow: Tensor, trust: Tensor) -> float:
    """How much a picture [3, h, w] differs from the one before that was moved along, where that can be told: the mean
    over all points, in [0, 1]."""
    away = (after - warp(before, flow)).abs() * trust
    return float(away.sum() / (3 * trust.sum()).clamp(min=1.0))


def _inside(flow: Tensor) -> Tensor:
    """1 where a flow ends in the picture, [1, h, w]."""
    return (_coordinates(flow)[0].abs().amax(2) <= 1).float()[None]


def _coordinates(flow: Tensor) -> Tensor:
    """Where `grid_sample` is to look: [1, h, w, 2], from -1 to 1."""
    height, width = flow.shape[1:]
    down = torch.arange(height, device=flow.device, dtype=flow.dtype) + 0.5
    across = torch.arange(width, device=flow.device, dtype=flow.dtype) + 0.5
    points = torch.stack([across.expand(height, width) + flow[0], down[:, None].expand(height, width) + flow[1]], -1)
    return (2 * points / flow.new_tensor([width, height]) - 1)[None]


def _bytes(picture: Tensor) -> NDArray[np.uint8]:
    pixels = picture.detach().clamp(0, 1).mul(255).round().to("cpu", torch.uint8)
    return np.ascontiguousarray(pixels.permute(1, 2, 0).numpy())


def _tensor(flow: NDArray[np.float32], like: Tensor) -> Tensor:
    return torch.from_numpy(flow).permute(2, 0, 1).to(like.device, like.dtype)
