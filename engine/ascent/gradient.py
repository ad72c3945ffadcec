"""The direction of a step: `(network, objective, picture) => smoothed, normalised gradient`."""

from __future__ import annotations

from collections.abc import Collection

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d, interpolate

from engine.canvas.box_filter import box_filter
from engine.objectives import Objective
from engine.passes.joint_gradient import FeatureExtractor

HIGHPASS_CELLS = 16
HIGHPASS_SHARE = 0.9


def gradient(network: FeatureExtractor, objective: Objective, picture: Tensor) -> Tensor:
    """Where the objective rises, for a picture [3, h, w]: the same shape and dtype."""
    return batch_gradient(network, objective, picture[None])[0]


def batch_gradient(network: FeatureExtractor, objective: Objective, pictures: Tensor) -> Tensor:
    """Where an objective of all pictures rises, for pictures [n, 3, h, w]: the same shape and dtype."""
    leaf = pictures.detach().requires_grad_()
    value = objective(network.activations(leaf, objective.layers))
    (slope,) = torch.autograd.grad(value, leaf)
    return slope


def smooth_gradient(slope: Tensor, sides: Collection[int] = (1, 3, 5)) -> Tensor:
    """The mean of box filters [3, h, w]: coarse shapes gain on pixel noise. Sides are odd, in pixels."""
    blurred = [slope if side == 1 else box_filter(slope, side // 2) for side in sides]
    return torch.stack(blurred).mean(0)


def highpass(slope: Tensor, cells: int = HIGHPASS_CELLS, share: float = HIGHPASS_SHARE) -> Tensor:
    """[3, h, w] with `share` of what is coarser than `cells` along the long side taken away.

    Making a whole sky white or yellow is the cheapest way up, and the dullest: this leaves the light to the source.
    """
    height, width = slope.shape[1:]
    side = max(1, max(height, width) // cells)
    coarse = avg_pool2d(slope[None], side, ceil_mode=True)
    return slope - share * interpolate(coarse, (height, width), mode="bicubic")[0]


def normalise(slope: Tensor) -> Tensor:
    """Scaled so that a pixel moves by 1 on average (the notebook's step); a slope of nothing stays nothing."""
    return slope / (slope.abs().mean() + 1e-12)
