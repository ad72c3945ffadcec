"""What a style is: `activations of a painting => statistics`, and `(activations, statistics) => how far from it`.

Of each layer the means of its channels and how they go together (their covariance: a Gram matrix, less the means), in
units of the painting's own spread, so that every channel and every layer counts alike. Gatys, Ecker and Bethge 2015,
arXiv:1508.06576; means and spreads beside it: Li et al. 2017, arXiv:1701.01036.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

import torch
from torch import Tensor

from engine.objectives.objective import Activations

FLOOR = 1e-3
"""The least spread of a channel, as a share of the layer's mean spread: one that is silent counts for little."""


class StyleStatistics(NamedTuple):
    """Of one layer with c channels."""

    mean: Tensor
    """[c]"""
    covariance: Tensor
    """[c, c]"""
    spread: Tensor
    """[c], above 0."""


def measure_style(found: Activations, layers: Collection[str]) -> dict[str, StyleStatistics]:
    """The statistics of a painting, layer by layer, of activations [1, c, h, w]."""
    return {name: _statistics(found[name]) for name in layers}


def style_distance(found: Activations, style: Mapping[str, StyleStatistics]) -> Tensor:
    """How far activations [1, c, h, w] are from a style: about 1 a layer where nothing is alike, 0 at best."""
    return torch.stack([_layer_distance(found[name], wanted) for name, wanted in style.items()]).sum()


def _layer_distance(activation: Tensor, wanted: StyleStatistics) -> Tensor:
    mean, covariance = _moments(activation)
    scale = wanted.spread[:, None] * wanted.spread
    apart = ((covariance - wanted.covariance) / scale).square().mean()
    off = ((mean - wanted.mean) / wanted.spread).square().mean()
    distance: Tensor = apart * float(len(mean)) ** 0.5 / 4 + off
    return distance


def _statistics(activation: Tensor) -> StyleStatistics:
    mean, covariance = _moments(activation)
    spread = covariance.diagonal().clamp(min=0).sqrt()
    return StyleStatistics(mean, covariance, spread + FLOOR * spread.mean() + 1e-6)


def _moments(activation: Tensor) -> tuple[Tensor, Tensor]:
    """Means [c] and covariance [c, c] over all positions."""
    rows = activation.float().transpose(0, 1).flatten(1)
    mean = rows.mean(1)
    away = rows - mean[:, None]
    return mean, away @ away.T / rows.shape[1]
