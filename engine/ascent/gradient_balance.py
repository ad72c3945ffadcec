"""Weights that mean something: `(blend, slope, picture) => one objective`.

Activations of different layers differ by orders of magnitude, and so do their gradients. Each term of a blend is
divided by the mean size that its own gradient has in a picture: with weights 0.7 and 0.3, seven tenths of the push come
from the first. Gradients are compared after smoothing, as the step uses them.
"""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from engine.ascent.gradient import smooth_gradient
from engine.objectives import Objective, total

SMALLEST_GRADIENT = 1e-12
"""Mean gradients below this are nothing: that term has no say."""


def balance_terms(objective: Objective, slope: Callable[[Objective, Tensor], Tensor], picture: Tensor) -> Objective:
    """The objective as it counts in this picture [3, h, w]; one that is no blend stays itself."""
    if not objective.terms:
        return objective
    sizes = [float(smooth_gradient(slope(term, picture)).abs().mean()) for _, term in objective.terms]
    return total(
        weight / max(size, SMALLEST_GRADIENT) * term
        for (weight, term), size in zip(objective.terms, sizes, strict=True)
    )
