"""What crops seen whole are to have more of: `meanings in the catalogue => objective`, sums over a batch.

Energies and likelihoods are logarithms, so that neither a layer's scale nor a faint beginning matters, and weights of a
blend count as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

from engine.catalog.catalog import LOGITS, STATISTICS, Meaning
from engine.objectives.objective import Activations, Objective, channel_maps, total

PEAK_POWER = 2
"""Positions count by their energy to this power: a strong thing grows before weak textures everywhere."""
FLOOR = 1e-8
CLASS_WEIGHT = 1 / 9
"""How much a class's score counts beside the energy of a layer."""


def crop_objective(terms: Iterable[tuple[float, Sequence[Meaning]]]) -> Objective:
    """Several at once, each by its weight. Raises `ValueError` for none."""
    return total(weight * _all(meanings) for weight, meanings in terms)


def _all(meanings: Sequence[Meaning]) -> Objective:
    """Every meaning of a term at once: of "castle + cats" both."""
    return total(_one(meaning) for meaning in meanings)


def _one(meaning: Meaning) -> Objective:
    if not meaning.channels:
        return energy(meaning.layer)
    return (
        class_score(*meaning.channels) if meaning.layer == LOGITS else channel_share(meaning.layer, *meaning.channels)
    )


def energy(name: str) -> Objective:
    """A layer as a whole: the log of its mean square, peaks first."""

    def measure(found: Activations) -> Tensor:
        strength = found[name].float().square().mean(1)
        return (strength.pow(PEAK_POWER).mean((1, 2)) + FLOOR).log().sum() / PEAK_POWER

    return Objective(measure, frozenset({name}))


def channel_share(name: str, *channels: int) -> Objective:
    """Channels of a layer: their mean over positions, as a share of what the layer does. Raises `UnknownChannel`."""

    def measure(found: Activations) -> Tensor:
        plane = found[name].float()
        usual = plane.detach().square().mean((1, 2, 3)).sqrt() + FLOOR
        return (channel_maps(found, name, *channels).float().mean((2, 3)).amax(1) / usual).sum()

    return Objective(measure, frozenset({name}))


def class_score(*classes: int) -> Objective:
    """Classes: the log of their summed likelihoods, before the other classes are looked at."""

    def measure(found: Activations) -> Tensor:
        scores = found[LOGITS].float().mean((2, 3))
        return CLASS_WEIGHT * torch.logsumexp(scores[:, list(classes)], 1).sum()

    return Objective(measure, frozenset({LOGITS}))


def naturalness() -> Objective:
    """That activations have the means and spreads which the network knows from photographs; 0 is as usual.

    The mean over its stages, times the batch. Yin et al. 2020, "Dreaming to Distill" (DeepInversion, arXiv:1912.08795).
    """

    def measure(found: Activations) -> Tensor:
        batch = next(len(one) for name, one in found.items() if name != STATISTICS)
        return -batch * found[STATISTICS].mean()

    return Objective(measure, frozenset({STATISTICS}))
