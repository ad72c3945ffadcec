"""What a picture does to a network's channels: `(network, pictures) => numbers per channel and position`.

usual     how much each channel fires where there is nothing to see
pushes    how much each channel, at each position, speaks for something (gradient x activation)
weights   which channels of a layer make something what it is
perceived which channel fires most in each part of a picture
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

from engine.ascent.gradient import Seeing
from engine.canvas.noise import clouds
from engine.objectives import Objective

PROBES = 6
"""Pictures of noise by which channels are measured."""
SLOPES = (1.0, 1.5)
"""Half of them are grainy, half are soft."""
EVEN = 0.6
"""How much of a channel's mean is taken from each of its cells: what fires everywhere tells little of any place."""
FLOOR = 0.25
"""A channel counts as varying at least this much of what the layer's middle one does: else the calmest fire most."""


def probes(side: int, generator: torch.Generator) -> Tensor:
    """Pictures in which there is nothing to see, [PROBES, 3, side, side] in [0, 1]: 1/f noise."""
    return torch.stack([clouds((side, side), generator, SLOPES[at % len(SLOPES)]) for at in range(PROBES)])


@dataclass(frozen=True, slots=True)
class Usual:
    """A layer's channels over pictures in which there is nothing to see."""

    mean: Tensor
    """[c]"""
    spread: Tensor
    """Standard deviation over all positions, [c]."""

    def beyond(self, activations: Tensor) -> Tensor:
        """How far activations [n, c, h, w] lie above the usual, in spreads; below it is 0."""
        floor = FLOOR * float(self.spread.median()) + 1e-6
        spread = self.spread.clamp(min=floor)
        return ((activations.float() - self.mean[:, None, None]) / spread[:, None, None]).clamp(min=0)


def usual(network: Seeing, pictures: Tensor, layers: Collection[str]) -> dict[str, Usual]:
    """Measure the channels of some layers over pictures [n, 3, h, w], `probes` for example."""
    with torch.no_grad():
        found = {name: plane.float() for name, plane in network.activations(pictures, layers).items()}
    return {name: Usual(plane.mean((0, 2, 3)), plane.std((0, 2, 3))) for name, plane in found.items()}


def pushes(network: Seeing, objective: Objective, pictures: Tensor, layers: Collection[str]) -> dict[str, Tensor]:
    """Gradient x activation, [n, c, h, w] by layer: what would be lost, about, without a channel at a position.

    Shrikumar et al. 2016, "Not just a black box"; used for channels and regions by Olah et al. 2018, "The Building
    Blocks of Interpretability". Layers behind all that the objective looks at push nothing.
    """
    slopes, found = _slopes(network, objective, pictures, layers)
    return {name: slopes[name] * found[name].detach().float() for name in layers}


def weights(network: Seeing, objective: Objective, pictures: Tensor, layer: str, common: Usual) -> Tensor:
    """How much each channel does for something in pictures of it, [c]: gradient x activation beyond the usual.

    Sums over positions, means over the pictures [n, 3, h, w].
    """
    slopes, found = _slopes(network, objective, pictures, [layer])
    more = found[layer].detach().float() - common.mean[:, None, None]
    return (slopes[layer] * more).sum((2, 3)).mean(0)


def _slopes(
    network: Seeing, objective: Objective, pictures: Tensor, layers: Collection[str]
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Gradients of the objective towards layers, float32, and the layers' activations."""
    leaf = pictures.detach().requires_grad_()  # else nothing would be recorded: the network itself is frozen
    found = dict(network.activations(leaf, {*layers, *objective.layers}))
    value = objective(found)
    slopes = torch.autograd.grad(value, [found[name] for name in layers], allow_unused=True)
    made = (
        torch.zeros_like(found[name]) if slope is None else slope for name, slope in zip(layers, slopes, strict=True)
    )
    return dict(zip(layers, (slope.float() for slope in made), strict=True)), found


@dataclass(frozen=True, slots=True)
class Perceived:
    """A layer's view of a picture, cut into cells: in each, the channel that fires most there."""

    channels: tuple[int, ...]
    """The channels that fire most somewhere, the most present one first."""
    choice: Tensor
    """Which of them, by its place in `channels`, [rows, columns]."""
    strength: Tensor
    """How much it fires, [rows, columns] in [0, 1]; the strongest cell has 1."""


def perceived(beyond: Tensor, grid: tuple[int, int], most: int) -> Perceived:
    """Cells of activations [c, h, w] as `Usual.beyond` gives them; at most so many different channels."""
    cells = adaptive_avg_pool2d(beyond, grid)
    cells = (cells - EVEN * cells.mean((1, 2), keepdim=True)).clamp(min=0)
    peak, best = cells.max(0)
    wins = best == torch.arange(len(cells), device=cells.device)[:, None, None]
    present = (wins * peak).sum((1, 2))
    order = present.argsort(descending=True, stable=True)[:most]
    kept = order[present[order] > 0] if bool((present > 0).any()) else order[:1]
    peak, choice = cells[kept].max(0)
    return Perceived(tuple(kept.tolist()), choice, peak / (peak.max() + 1e-6))
