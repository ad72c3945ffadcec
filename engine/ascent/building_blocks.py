"""Why a network sees what it sees: `(network, picture, answer) => layers as they perceive it, groups of channels`.

Olah et al. 2018, "The Building Blocks of Interpretability": feature pictures in the places of what fires there, and
the channels of a layer in a few groups, each with its effect on the answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from engine.ascent.attribution import Perceived, perceived, slopes, usual
from engine.ascent.classification import Answer
from engine.ascent.matrix_factorisation import factors
from engine.canvas.resample import fitted, resize
from engine.networks.network import EVIDENCE, Network
from engine.objectives import Objective, channel

LOOK = 2
"""Layers are shown as they see the picture this many times as large as the network learned: details count."""
CELLS = 12
"""Cells along the long side of a picture as it is perceived."""
GROUPS = 4
BRIGHT = 0.97
"""The share of places below that which is as bright as can be: one place alone would leave the rest in the dark."""
IDLE = 0.15
"""A group that does less than this, measured by the one that does most, decides nothing."""


@dataclass(frozen=True, slots=True)
class Layer:
    """What one layer has to say."""

    name: str
    view: Perceived


@dataclass(frozen=True, slots=True)
class Group:
    """Channels of the last layer that fire together."""

    channel: int
    """The one that is most in it, and in no group before."""
    heat: Tensor = field(repr=False)
    """Where it fires, [h, w] in [0, 1]."""
    effect: float
    """What it does for the likeliest label and against the second, from -1 to 1; 1 for the group that does most."""

    @property
    def decides(self) -> bool:
        """Whether it does anything worth a word."""
        return abs(self.effect) >= IDLE


def sight(
    network: Network, picture: Tensor, noise: Tensor, names: Sequence[str], side: int, answer: Answer, most: int
) -> tuple[tuple[Layer, ...], tuple[Group, ...]]:
    """Layers of those names, each with at most so many channels, and groups in the last of them.

    For a picture [3, h, w]; `noise` [n, 3, s, s] is where there is nothing to see, `side` what the network learned.
    """
    close, size = closely(picture, side), (picture.shape[1], picture.shape[2])
    common = usual(network, noise, names)
    found, slope = _looked(network, close, names, answer)
    beyond = {name: common[name].beyond(found[name])[0] for name in names}
    layers = tuple(Layer(name, perceived(beyond[name], grid(size), most)) for name in names)
    return layers, groups(beyond[names[-1]], slope * common[names[-1]].width[:, None, None])


def closely(picture: Tensor, side: int) -> Tensor:
    """A picture [3, h, w] as layers see it, [1, 3, h', w']."""
    return resize(picture, fitted((picture.shape[1], picture.shape[2]), LOOK * side)).clamp(0, 1)[None]


def grid(size: tuple[int, int]) -> tuple[int, int]:
    """Rows and columns of nearly square cells."""
    rows, columns = (max(2, round(CELLS * edge / max(size))) for edge in size)
    return rows, columns


def groups(beyond: Tensor, slope: Tensor, count: int = GROUPS) -> tuple[Group, ...]:
    """Channels [c, h, w] as they fire beyond the usual, in groups; `slope` is the effect of each, per unit of that."""
    channels, height, width = beyond.shape
    parts, places = factors(beyond.flatten(1), count)
    effects = torch.einsum("ck,kn,cn->k", parts, places, slope.reshape(channels, -1))
    effects = effects / (effects.abs().max() + 1e-9)
    heats = places / (places.quantile(BRIGHT, 1, keepdim=True) + 1e-9)
    foremost = _foremost(parts)
    found = zip(foremost, heats.clamp(max=1).reshape(-1, height, width), effects.tolist(), strict=True)
    return tuple(Group(*one) for one in found)


def _foremost(parts: Tensor) -> list[int]:
    """The strongest channel of each group that no other has: [c, k] => k channels."""
    taken: list[int] = []
    for part in parts.T:
        order = part.argsort(descending=True, stable=True).tolist()
        taken.append(next(at for at in order if at not in taken))
    return taken


def _looked(
    network: Network, close: Tensor, names: Sequence[str], answer: Answer
) -> tuple[Mapping[str, Tensor], Tensor]:
    """Activations by layer, and the slope of the likeliest label less the second, towards the last: [c, h, w]."""
    if len(answer.classes) < 2:
        with torch.no_grad():
            found = network.activations(close, names)
        return found, torch.zeros_like(found[names[-1]][0], dtype=torch.float32)
    steep, found = slopes(network, _between(*answer.classes[:2]), close, names[-1:], names)
    return found, steep[names[-1]][0]


def _between(first: int, second: int) -> Objective:
    return channel(EVIDENCE, first) - channel(EVIDENCE, second)
