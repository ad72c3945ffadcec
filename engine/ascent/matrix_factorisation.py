"""Non-negative matrix factorisation: `matrix, count => parts, and where each is`.

Lee and Seung 2001, "Algorithms for Non-negative Matrix Factorization": multiplicative updates, which keep everything
positive and never make the squared error larger. As Olah et al. 2018, "The Building Blocks of Interpretability", uses
it: hundreds of channels become a handful of groups that fire together.
"""

from __future__ import annotations

import torch
from torch import Tensor

STEPS = 150
TINY = 1e-6


def factorise(matrix: Tensor, count: int, steps: int = STEPS) -> tuple[Tensor, Tensor]:
    """A matrix [c, n] >= 0 as about W [c, count] @ H [count, n], both >= 0; the part that explains most comes first.

    Nothing is drawn: it begins with singular vectors (Boutsidis and Gallopoulos 2008, NNDSVDa). Columns of W have a
    largest value of 1. There are never more parts than rows or columns.
    """
    parts, places = _initial_factors(matrix, min(count, *matrix.shape))
    for _ in range(steps):
        places = places * (parts.T @ matrix) / (parts.T @ parts @ places + TINY)
        parts = parts * (matrix @ places.T) / (parts @ (places @ places.T) + TINY)
    scale = parts.amax(0) + TINY
    parts, places = parts / scale, places * scale[:, None]
    order = (parts.sum(0) * places.sum(1)).argsort(descending=True, stable=True)
    return parts[:, order], places[order]


def _initial_factors(matrix: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """The positive or the negative half of each singular pair, whichever is larger; zeros are the matrix's mean."""
    left, weights, right = torch.linalg.svd(matrix, full_matrices=False)
    parts, places = matrix.new_empty(len(matrix), count), matrix.new_empty(count, matrix.shape[1])
    for at in range(count):
        halves = (
            [(sign * left[:, at]).clamp(min=0) for sign in (1, -1)],
            [(sign * right[at]).clamp(min=0) for sign in (1, -1)],
        )
        norms = [float(part.norm() * place.norm()) for part, place in zip(*halves, strict=True)]
        side = norms.index(max(norms))
        part, place = halves[0][side], halves[1][side]
        size = (weights[at] * norms[side]).sqrt()
        parts[:, at], places[at] = size * part / (part.norm() + TINY), size * place / (place.norm() + TINY)
    floor = matrix.mean().clamp(min=TINY)
    return torch.where(parts > 0, parts, floor), torch.where(places > 0, places, floor)
