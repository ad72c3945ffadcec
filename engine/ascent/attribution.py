"""What a picture does to a network's channels: `(network, pictures) => numbers per channel and position`.

usual     how much each channel fires where there is nothing to see
slopes    how much something would grow with each channel at each position
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
        return ((activations.float() - self.mean[:, None, None]) / self.width[:, None, None]).clamp(min=0)

    @property
    def width(self) -> Tensor:
        """What one spread of each channel counts as, [c]."""
        return self.spread.clamp(min=FLOOR * float(self.spread.median()) + 1e-6)


def usual(network: Seeing, pictures: Tensor, layers: Collection[str]) -> dict[str, Usual]:
    """Measure the channels of some layers over pictures [n, 3, h, w], `probes` for example."""
    with torch.no_grad():
        found = {name: plane.float() for name, plane in network.activations(pictures, layers).items()}
    return {name: Usual(plane.mean((0, 2, 3)), plane.std((0, 2, 3))) for name, plane in found.items()}


def weights(network: Seeing, objective: Objective, pictures: Tensor, layer: str, common: Usual) -> Tensor:
    """How much each channel does for something in pictures of it, [c]: gradient x activation beyond the usual.

    Sums over positions, means over the pictures [n, 3, h, w].
    """
    steep, found = slopes(network, objective, pictures, [layer])
    more = found[layer].float() - common.mean[:, None, None]
    return (steep[layer] * more).sum((2, 3)).mean(0)


def slopes(
    network: Seeing, objective: Objective, pictures: Tensor, layers: Collection[str], also: Collection[str] = ()
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
