"""What is to be imagined: `meanings in the catalogue => objective` of pictures as a whole.

Where a dream asks every position for something, these ask for one thing somewhere, and for pictures that differ.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor

from engine.catalog.catalog import Meaning
from engine.objectives.objective import Activations, Objective, layer, total


def class_objective(meanings: Iterable[Meaning]) -> Objective:
    """All of some meanings in every picture of a batch; each is the nearest of its channels, on average over positions.

    Raises `ValueError` for no meaning.
    """
    return total(_present(meaning) if meaning.channels else layer(meaning.layer) for meaning in meanings)


def _present(meaning: Meaning) -> Objective:
    channels = list(meaning.channels)

    def measure(found: Activations) -> Tensor:
        seen = found[meaning.layer].float().mean((2, 3))[:, channels]
        return seen.logsumexp(1).sum()

    return Objective(measure, frozenset({meaning.layer}))


def diversity(name: str) -> Objective:
    """Pictures of a batch that differ: minus the mean cosine of their Gram matrices in a layer (Olah et al. 2017)."""

    def measure(found: Activations) -> Tensor:
        flat = found[name].float().flatten(2)
        grams = torch.nn.functional.normalize((flat @ flat.transpose(1, 2)).flatten(1), dim=1)
        alike = grams @ grams.T
        count = len(alike)
        return (alike.diagonal().sum() - alike.sum()) / max(1, count * (count - 1))

    return Objective(measure, frozenset({name}))
