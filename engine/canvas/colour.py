"""Colours as nature mixes them: `picture or step => the same with calmer colours`."""

from __future__ import annotations

import torch
from torch import Tensor

CHROMA = 0.35
"""How much of a step's colour is left beside its brightness. In photographs colour varies about half as much."""


def calmed(step: Tensor, chroma: float = CHROMA) -> Tensor:
    """A step [3, h, w] whose channels go together more: networks love saturated colours, pictures do not."""
    grey = step.mean(0, keepdim=True)
    return grey + chroma * (step - grey)


def like(picture: Tensor, reference: Tensor, share: float = 1.0) -> Tensor:
    """A picture [3, h, w] moved by `share` towards each channel's mean and spread in a reference, kept in [0, 1].

    What goes round and round, as a zoom does, drifts towards white or grey unless something holds it.
    """
    mean, spread = _moments(picture)
    wanted_mean, wanted_spread = _moments(reference)
    matched = (picture - mean) / spread * wanted_spread + wanted_mean
    return torch.lerp(picture, matched, share).clamp(0, 1)


def _moments(picture: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of each channel, [3, 1, 1]."""
    return picture.mean((1, 2), keepdim=True), picture.std((1, 2), keepdim=True) + 1e-4
