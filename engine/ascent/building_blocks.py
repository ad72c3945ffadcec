"""Why a network sees what it sees: `(network, picture, answer) => layers as they perceive it, groups of channels`.

Olah et al. 2018, "The Building Blocks of Interpretability": feature pictures in the places of what fires there, and
the channels of a layer in a few groups, each with its effect on the answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from engine.ascent.attribution import DominantChannels, channel_statistics, dominant_channels, layer_gradients
from engine.ascent.classification import Classification
from engine.ascent.matrix_factorisation import factorise
from engine.canvas.resample import resize_long_side
from engine.networks.network import LOGITS, Network
from engine.objectives import Objective, channel

ENLARGEMENT = 2
"""Layers are shown as they see the picture this many times as large as the network learned: details count."""
CELLS = 12
"""Cells along the long side of a picture as it is perceived."""
GROUPS = 4
HEATMAP_QUANTILE = 0.97
"""The share of places below that which is as bright as can be: one place alone would leave the rest in the dark."""
NEGLIGIBLE_EFFECT = 0.15
"""A group that does less than this, measured by the one that does most, decides nothing."""


@dataclass(frozen=True, slots=True)
class Layer:
    """What one layer has to say."""

    name: str
    view: DominantChannels


@dataclass(frozen=True, slots=True)
class Group:
    """Channels of the last layer that fire together."""

    channel: int
    """The one that is most in it, and in no group before."""
    heatmap: Tensor = field(repr=False)
    """Where it fires, [h, w] in [0, 1]."""
    effect: float
    """What it does for the likeliest label and against the second, from -1 to 1; 1 for the group that does most."""

    @property
    def decides(self) -> bool:
        """Whether it does anything worth a word."""
        return abs(self.effect) >= NEGLIGIBLE_EFFECT


def analyse_layers(
    network: Network,
    picture: Tensor,
    noise: Tensor,
    names: Sequence[str],
    side: int,
    classification: Classification,
    most: int,
) -> tuple[tuple[Layer, ...], tuple[Group, ...]]:
    """Layers of those names, each with at most so many channels, and groups in the last of them.

    For a picture [3, h, w]; `noise` [n, 3, s, s] is where there is nothing to see, `side` what the network learned.
    """
    close, size = enlarge(picture, side), (picture.shape[1], picture.shape[2])
    baseline = channel_statistics(network, noise, names)
    found, slope = _activations_and_gradient(network, close, names, classification)
    z_scores = {name: baseline[name].z_scores(found[name])[0] for name in names}
    layers = tuple(Layer(name, dominant_channels(z_scores[name], grid_shape(size), most)) for name in names)
    return layers, channel_groups(z_scores[names[-1]], slope * baseline[names[-1]].scale[:, None, None])


def enlarge(picture: Tensor, side: int) -> Tensor:
    """A picture [3, h, w] as layers see it, [1, 3, h', w']."""
    return resize_long_side(picture, ENLARGEMENT * side)[None]


def grid_shape(size: tuple[int, int]) -> tuple[int, int]:
    """Rows and columns of nearly square cells."""
    rows, columns = (max(2, round(CELLS * edge / max(size))) for edge in size)
    return rows, columns


def channel_groups(z_scores: Tensor, slope: Tensor, count: int = GROUPS) -> tuple[Group, ...]:
    """Channels [c, h, w] as they fire beyond the usual, in groups; `slope` is the effect of each, per unit of that."""
    channels, height, width = z_scores.shape
    parts, places = factorise(z_scores.flatten(1), count)
    effects = torch.einsum("ck,kn,cn->k", parts, places, slope.reshape(channels, -1))
    effects = effects / (effects.abs().max() + 1e-9)
    heats = places / (places.quantile(HEATMAP_QUANTILE, 1, keepdim=True) + 1e-9)
    foremost = _representative_channels(parts)
    found = zip(foremost, heats.clamp(max=1).reshape(-1, height, width), effects.tolist(), strict=True)
    return tuple(Group(*one) for one in found)


def _representative_channels(parts: Tensor) -> list[int]:
    """The strongest channel of each group that no other has: [c, k] => k channels."""
    taken: list[int] = []
    for part in parts.T:
        order = part.argsort(descending=True, stable=True).tolist()
        taken.append(next(at for at in order if at not in taken))
    return taken


def _activations_and_gradient(
    network: Network, close: Tensor, names: Sequence[str], classification: Classification
) -> tuple[Mapping[str, Tensor], Tensor]:
    """Activations by layer, and the slope of the likeliest label less the second, towards the last: [c, h, w]."""
    if len(classification.classes) < 2:
        with torch.no_grad():
            found = network.activations(close, names)
        return found, torch.zeros_like(found[names[-1]][0], dtype=torch.float32)
    steep, found = layer_gradients(network, _logit_difference(*classification.classes[:2]), close, names[-1:], names)
    return found, steep[names[-1]][0]


def _logit_difference(first: int, second: int) -> Objective:
    return channel(LOGITS, first) - channel(LOGITS, second)
