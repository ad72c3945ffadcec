"""Colours as nature mixes them: `picture or step => the same with calmer colours`."""

from __future__ import annotations

import torch
from torch import Tensor

LUMA = (0.299, 0.587, 0.114)
"""How bright red, green and blue are (ITU-R BT.601)."""
CHROMA = 0.35
"""How much of a step's colour is left beside its brightness. In photographs colour varies about half as much."""


def desaturate(step: Tensor, chroma: float = CHROMA) -> Tensor:
    """A step [3, h, w] whose channels go together more: networks love saturated colours, pictures do not."""
    grey = step.mean(0, keepdim=True)
    return grey + chroma * (step - grey)


def luminance(picture: Tensor) -> Tensor:
    """How bright a picture [3, h, w] is at each point, [1, h, w]."""
    return torch.einsum("i,ihw->hw", picture.new_tensor(LUMA), picture)[None]


def match_colour_statistics(picture: Tensor, reference: Tensor, share: float = 1.0) -> Tensor:
    """A picture [3, h, w] moved by `share` towards each channel's mean and spread in a reference, kept in [0, 1].

    What goes round and round, as a zoom does, drifts towards white or grey unless something holds it.
    """
    mean, spread = _moments(picture)
    wanted_mean, wanted_spread = _moments(reference)
    matched = (picture - mean) / spread * wanted_spread + wanted_mean
    return torch.lerp(picture, matched, share).clamp(0, 1)


def restore_colours(picture: Tensor, source: Tensor) -> Tensor:
    """The brightness of a picture [3, h, w] in [0, 1] with the colours of its source, of the same size.

    Chroma (what is left of a colour without its luma) is the source's, paler only where it would not fit into [0, 1].
    """
    luma = torch.tensor(LUMA, device=picture.device).view(3, 1, 1)
    light = (picture * luma).sum(0, keepdim=True)
    chroma = source - (source * luma).sum(0, keepdim=True)
    room = torch.where(chroma > 0, (1 - light) / chroma.clamp(min=1e-6), light / (-chroma).clamp(min=1e-6))
    return (light + chroma * room.amin(0, keepdim=True).clamp(0, 1)).clamp(0, 1)


def transport_colours(picture: Tensor, reference: Tensor) -> Tensor:
    """A picture [3, h, w] in [0, 1] in the colours of a reference of any size: its mean, spread and hues.

    The linear map that moves colours least: Pitie and Kokaram 2007, "The Linear Monge-Kantorovitch Linear Colour
    Mapping for Example-Based Colour Transfer".
    """
    colours, wanted = (one.flatten(1).double().cpu() for one in (picture, reference))
    root = _matrix_power(_covariance(colours), 0.5)
    inverse = _matrix_power(_covariance(colours), -0.5)
    change = inverse @ _matrix_power(root @ _covariance(wanted) @ root, 0.5) @ inverse
    moved = change @ (colours - colours.mean(1, keepdim=True)) + wanted.mean(1, keepdim=True)
    found: Tensor = moved.clamp(0, 1).view(picture.shape).to(picture)
    return found


def _covariance(colours: Tensor) -> Tensor:
    """Of values [3, n]: [3, 3], also of one colour only."""
    return torch.cov(colours) + 1e-4 * torch.eye(3, dtype=colours.dtype)


def _matrix_power(symmetric: Tensor, power: float) -> Tensor:
    values, axes = torch.linalg.eigh(symmetric)
    found: Tensor = axes @ torch.diag(values.clamp(min=1e-8) ** power) @ axes.T
    return found


def match_histograms(picture: Tensor, source: Tensor, levels: int = 256) -> Tensor:
    """A picture [3, h, w] in [0, 1] whose channels have the source's histograms, at so many levels each.

    Histogram specification: every value moves to the value that stands at its quantile in the source.
    """
    planes = [_match_histogram(*pair, levels) for pair in zip(picture, source, strict=True)]
    return torch.stack(planes).clamp(0, 1)


def _match_histogram(plane: Tensor, wanted: Tensor, levels: int) -> Tensor:
    """A plane [h, w] with another one's distribution, linear between quantiles."""
    have, want = (_quantiles(one, levels) for one in (plane, wanted))
    above = torch.bucketize(plane.contiguous(), have).clamp(1, levels - 1)
    low, high = have[above - 1], have[above]
    between = ((plane - low) / (high - low).clamp(min=1e-6)).clamp(0, 1)
    return torch.lerp(want[above - 1], want[above], between)


def _quantiles(plane: Tensor, levels: int) -> Tensor:
    """Values [levels] at evenly spaced ranks, of at most about 2^16 points that lie on a grid."""
    stride = max(1, round((plane.numel() / 2**16) ** 0.5))
    values = plane[::stride, ::stride].flatten().sort().values
    ranks = torch.linspace(0, len(values) - 1, levels, device=plane.device).round().long()
    return values[ranks]


def _moments(picture: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of each channel, [3, 1, 1]."""
    return picture.mean((1, 2), keepdim=True), picture.std((1, 2), keepdim=True) + 1e-4
