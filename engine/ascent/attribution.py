"""What a picture does to a network's channels: `(network, pictures) => numbers per channel and position`.

channel_statistics         how much each channel fires where there is nothing to see
layer_gradients            how much something would grow with each channel at each position
gradient_times_activation  which channels of a layer make something what it is
dominant_channels          which channel fires most in each part of a picture
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

from engine.canvas.noise import coloured_noise
from engine.objectives import Objective
from engine.passes.joint_gradient import FeatureExtractor

BASELINE_PICTURES = 6
"""Pictures of noise by which channels are measured."""
NOISE_EXPONENTS = (1.0, 1.5)
"""Half of them are grainy, half are soft."""
EVEN = 0.6
"""How much of a channel's mean is taken from each of its cells: what fires everywhere tells little of any place."""
STD_FLOOR = 0.25
"""A channel counts as varying at least this much of what the layer's middle one does: else the calmest fire most."""


def noise_baseline(side: int, generator: torch.Generator) -> Tensor:
    """Pictures in which there is nothing to see, [PROBES, 3, side, side] in [0, 1]: 1/f noise."""
    return torch.stack(
        [
            coloured_noise((side, side), generator, NOISE_EXPONENTS[at % len(NOISE_EXPONENTS)])
            for at in range(BASELINE_PICTURES)
        ]
    )


@dataclass(frozen=True, slots=True)
class ChannelStatistics:
    """A layer's channels over pictures in which there is nothing to see."""

    mean: Tensor
    """[c]"""
    std: Tensor
    """Standard deviation over all positions, [c]."""

    def z_scores(self, activations: Tensor) -> Tensor:
        """How many standard deviations activations [n, c, h, w] lie above the baseline; below it is 0."""
        return ((activations.float() - self.mean[:, None, None]) / self.scale[:, None, None]).clamp(min=0)

    @property
    def scale(self) -> Tensor:
        """What one standard deviation of each channel counts as, [c]."""
        return self.std.clamp(min=STD_FLOOR * float(self.std.median()) + 1e-6)


def channel_statistics(
    network: FeatureExtractor, pictures: Tensor, layers: Collection[str]
) -> dict[str, ChannelStatistics]:
    """Measure the channels of some layers over pictures [n, 3, h, w], `noise_baseline` for example."""
    with torch.no_grad():
        found = {name: plane.float() for name, plane in network.activations(pictures, layers).items()}
    return {name: ChannelStatistics(plane.mean((0, 2, 3)), plane.std((0, 2, 3))) for name, plane in found.items()}


def gradient_times_activation(
    network: FeatureExtractor, objective: Objective, pictures: Tensor, layer: str, baseline: ChannelStatistics
) -> Tensor:
    """How much each channel does for something in pictures of it, [c]: gradient x activation beyond the baseline.

    Sums over positions, means over the pictures [n, 3, h, w].
    """
    steep, found = layer_gradients(network, objective, pictures, [layer])
    more = found[layer].float() - baseline.mean[:, None, None]
    return (steep[layer] * more).sum((2, 3)).mean(0)


def layer_gradients(
    network: FeatureExtractor,
    objective: Objective,
    pictures: Tensor,
    layers: Collection[str],
    also: Collection[str] = (),
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Gradients of the objective towards layers, float32, and the activations of those and of others.

    Layers behind all that the objective looks at have none: zeros.
    """
    leaf = pictures.detach().requires_grad_()  # else nothing would be recorded: the network itself is frozen
    found = dict(network.activations(leaf, {*layers, *also, *objective.layers}))
    steep = torch.autograd.grad(objective(found), [found[name] for name in layers], allow_unused=True)
    made = (torch.zeros_like(found[name]) if one is None else one for name, one in zip(layers, steep, strict=True))
    return dict(zip(layers, (one.float() for one in made), strict=True)), {k: v.detach() for k, v in found.items()}


@dataclass(frozen=True, slots=True)
class DominantChannels:
    """A layer's view of a picture, cut into cells: in each, the channel that fires most there."""

    channels: tuple[int, ...]
    """The channels that fire most somewhere, the most present one first."""
    choice: Tensor
    """Which of them, by its place in `channels`, [rows, columns]."""
    strength: Tensor
    """How much it fires, [rows, columns] in [0, 1]; the strongest cell has 1."""


def dominant_channels(z_scores: Tensor, grid: tuple[int, int], most: int) -> DominantChannels:
    """Cells of activations [c, h, w] as `ChannelStatistics.beyond` gives them; at most so many different channels."""
    cells = adaptive_avg_pool2d(z_scores, grid)
    cells = (cells - EVEN * cells.mean((1, 2), keepdim=True)).clamp(min=0)
    peak, best = cells.max(0)
    wins = best == torch.arange(len(cells), device=cells.device)[:, None, None]
    present = (wins * peak).sum((1, 2))
    order = present.argsort(descending=True, stable=True)[:most]
    kept = order[present[order] > 0] if bool((present > 0).any()) else order[:1]
    peak, choice = cells[kept].max(0)
    return DominantChannels(tuple(kept.tolist()), choice, peak / (peak.max() + 1e-6))
