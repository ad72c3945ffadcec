"""Towards a second picture: `(layers, that picture's activations) => objective`.

The DeepDream notebook, "Controlling dreams" (Mordvintsev et al. 2015): at every position of the dream, the feature of
the guide that suits it best is what it becomes more like.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

import torch
from torch import Tensor

from engine.objectives.objective import Activations, Objective, blend

By = Literal["match", "average"]
CHUNK = 4096
"""Positions of the dream that are compared with the guide's at once: it bounds the memory, not the result."""


def guide_objective(terms: Iterable[tuple[float, str]], guide: Activations, by: By = "match") -> Objective:
    """Towards a guide in some layers, each by its weight. `guide` holds its activations [1, c, h, w] there."""
    kind = {"match": best_match, "average": mean_feature}[by]
    (weight, name), *others = terms
    first = kind(name, guide[name])
    return blend([(weight, first), *((w, kind(n, guide[n])) for w, n in others)]) if others or weight < 0 else first


def best_match(name: str, guide: Tensor) -> Objective:
    """The dot product of every position with its best match among the guide's [1, c, h, w]: the mean over positions.

    Its gradient towards the activations is the best match itself, as in the notebook.
    """
    features = _features(guide)

    def measure(found: Mapping[str, Tensor]) -> Tensor:
        own = found[name].float().flatten(2).movedim(1, 0).flatten(1)
        best = _best(own.detach(), features)
        return (own * features[:, best]).sum(0).mean()

    return Objective(measure, frozenset({name}))


def mean_feature(name: str, guide: Tensor) -> Objective:
    """The dot product of every position with the mean of the guide's [1, c, h, w]: what it is about, not where."""
    feature = _features(guide).mean(1)

    def measure(found: Mapping[str, Tensor]) -> Tensor:
        return torch.einsum("nchw,c->nhw", found[name].float(), feature).mean()

    return Objective(measure, frozenset({name}))


def _features(guide: Tensor) -> Tensor:
    """[1, c, h, w] => [c, h * w]."""
    return guide[0].detach().float().flatten(1)


def _best(own: Tensor, features: Tensor) -> Tensor:
    """For each column of [c, m] the index of the column of [c, k] with which its dot product is largest: [m]."""
    return torch.cat([(part.T @ features).argmax(1) for part in torch.split(own, CHUNK, 1)])
