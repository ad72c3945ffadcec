"""The gradients of several objectives by one pass through a network: `what each asks => its gradient`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, Protocol

import torch
from torch import Tensor

from engine.objectives import Objective


class FeatureExtractor(Protocol):
    """What a gradient needs of a network."""

    def activations(self, picture: Tensor, layers: Collection[str]) -> Mapping[str, Tensor]:
        """Activations by layer name, of a picture [n, 3, h, w] in [0, 1]."""
        ...


class Asked(NamedTuple):
    """What one asks of a pass: more of an objective in pictures [n, 3, h, w]."""

    objective: Objective
    pictures: Tensor


def joint_gradient(network: FeatureExtractor, asked: Sequence[Asked]) -> list[Tensor]:
    """Where each objective rises, in the shape of its pictures. All ask for the same layers of pictures of one size.

    A network looks at each picture of a batch by itself, so each gets what it would get alone, but for rounding.
    """
    leaf = torch.cat([one.pictures.detach() for one in asked]).requires_grad_()
    found = network.activations(leaf, asked[0].objective.layers)
    (slope,) = torch.autograd.grad(total_score(asked, found), leaf)
    return apart(slope, asked)


def total_score(asked: Sequence[Asked], activations: Mapping[str, Tensor]) -> Tensor:
    """The sum of all objectives, each of its own pictures; they lie one after another in a batch that may be longer."""
    return torch.stack([
        one.objective({name: found[begin : begin + len(one.pictures)] for name, found in activations.items()})
        for begin, one in zip(_begins(asked), asked, strict=True)
    ]).sum()  # fmt: skip


def apart(batch: Tensor, asked: Sequence[Asked]) -> list[Tensor]:
    """Everybody's own part of a batch, which may be longer."""
    return [batch[begin : begin + len(one.pictures)] for begin, one in zip(_begins(asked), asked, strict=True)]


def _begins(asked: Sequence[Asked]) -> list[int]:
    """Where in a batch the pictures of each begin."""
    lengths = [len(one.pictures) for one in asked]
    return [sum(lengths[:at]) for at in range(len(lengths))]
