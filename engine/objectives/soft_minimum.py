"""Several things in one body: `(meanings, weights) => objective`, where the least of the scores of one picture counts.

A sum would be content with one thing alone, as plain as can be, or with two side by side. Scores are taken from the
same look at a picture, and whichever is behind grows most.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from engine.catalog.catalog import Meaning
from engine.objectives.crop_objective import crop_objective
from engine.objectives.objective import Activations, Objective

SHARPNESS = 2.7
"""How strictly the least counts: what is five points of a class's evidence ahead grows a fifth as much."""


def soft_minimum(scores: Tensor, weights: Tensor | None = None) -> Tensor:
    """[m, n] => [n], about the least of m; by weights [m, n], which sum to 1, if they are given: of 0 none counts."""
    shares = torch.full_like(scores, 1 / len(scores)) if weights is None else weights.to(scores)
    return -torch.logsumexp(shares.log() - SHARPNESS * scores, 0) / SHARPNESS


def one_body(meanings: Sequence[Meaning]) -> Objective:
    """All of some meanings at once in every picture of a batch; of one, just that. Raises `ValueError` for none."""
    if not meanings:
        raise ValueError("there is nothing to be seen; give at least one meaning")
    return Objective(lambda found: len(meanings) * _least(meanings, found).sum(), _layers([meanings]))


def between(subjects: Sequence[Sequence[Meaning]], weights: Tensor) -> Objective:
    """In picture k of a batch each subject by its weight: `weights` [m, n] sum to 1 for each picture."""

    def measure(found: Activations) -> Tensor:
        scores = torch.stack([_least(meanings, found) for meanings in subjects])
        return soft_minimum(scores, weights).sum()

    return Objective(measure, _layers(subjects))


def _least(meanings: Sequence[Meaning], found: Activations) -> Tensor:
    """[n]: of each picture the least of some meanings."""
    return soft_minimum(torch.stack([_scores(crop_objective([(1.0, [one])]), found) for one in meanings]))


def _scores(objective: Objective, found: Activations) -> Tensor:
    """[n]: of each picture of a batch by itself."""
    count = next(len(found[name]) for name in objective.layers)
    each = ({name: found[name][at : at + 1] for name in objective.layers} for at in range(count))
    return torch.stack([objective(one) for one in each])


def _layers(subjects: Sequence[Sequence[Meaning]]) -> frozenset[str]:
    return frozenset(one.layer for meanings in subjects for one in meanings)
