"""What crops seen whole are to have more of: `meanings in the catalogue => objective`, sums over a batch.

Energies and likelihoods are logarithms, so that neither a layer's scale nor a faint beginning matters, and weights of a
blend count as they are.

A seed gives the channels of a layer, and the classes of a subject, different weights: what grows then is a taste of its
own, where without one it is what the picture itself suggests, whatever the seed.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from functools import lru_cache

import torch
from torch import Tensor

from engine.catalog.catalog import LOGITS, STATISTICS, Meaning
from engine.objectives.objective import Activations, Objective, channel_maps, total

PEAK_POWER = 2
"""Positions count by their energy to this power: a strong thing grows before weak textures everywhere."""
FLOOR = 1e-8
LAYER_SPREAD = 1.6
"""How differently the channels of a layer count: the spread of the logarithms of their weights.

At 1.6 some of its channels have most of the say, and what most pictures grow (dogs, eyes) is still among it: at 2.2 it
was not.
"""
CLASS_SPREAD = 4.0
"""How differently the classes of a subject count: the spread of what is added to their scores."""
CLASS_WEIGHT = 1 / 9
"""How much a class's score counts beside the energy of a layer."""


def crop_objective(terms: Iterable[tuple[float, Sequence[Meaning]]], seed: int | None = None) -> Objective:
    """Several at once, each by its weight; with a seed, each with a taste. Raises `ValueError` for none."""
    return total(weight * _all(meanings, seed) for weight, meanings in terms)


def _all(meanings: Sequence[Meaning], seed: int | None) -> Objective:
    """Every meaning of a term at once: of "castle + cats" both."""
    return total(_one(meaning, seed) for meaning in meanings)


def _one(meaning: Meaning, seed: int | None) -> Objective:
    if not meaning.channels:
        return energy(meaning.layer, seed)
    if meaning.layer == LOGITS:
        return class_score(*meaning.channels, seed=seed)
    return channel_share(meaning.layer, *meaning.channels)


@lru_cache(64)
def taste(count: int, name: str, seed: int) -> Tensor:
    """A normal number for each of so many channels: [count], on the CPU, the same whenever a seed is given."""
    mixed = zlib.crc32(f"{seed} {name} {count}".encode())
    return torch.randn(count, generator=torch.Generator().manual_seed(mixed))


def energy(name: str, seed: int | None = None) -> Objective:
    """A layer as a whole: the log of its mean square, peaks first."""

    def measure(found: Activations) -> Tensor:
        squares = found[name].float().square()
        if seed is not None:
            weights = (LAYER_SPREAD * taste(squares.shape[1], name, seed)).softmax(0).to(squares.device)
            squares = squares * (weights * len(weights))[:, None, None]
        strength = squares.mean(1)
        return (strength.pow(PEAK_POWER).mean((1, 2)) + FLOOR).log().sum() / PEAK_POWER

    return Objective(measure, frozenset({name}))


def channel_share(name: str, *channels: int) -> Objective:
    """Channels of a layer: their mean over positions, as a share of what the layer does. Raises `UnknownChannel`."""

    def measure(found: Activations) -> Tensor:
        plane = found[name].float()
        usual = plane.detach().square().mean((1, 2, 3)).sqrt() + FLOOR
        return (channel_maps(found, name, *channels).float().mean((2, 3)).amax(1) / usual).sum()

    return Objective(measure, frozenset({name}))


def class_score(*classes: int, seed: int | None = None) -> Objective:
    """Classes: the log of their summed likelihoods, before the other classes are looked at."""

    def measure(found: Activations) -> Tensor:
        scores = found[LOGITS].float().mean((2, 3))[:, list(classes)]
        if seed is not None:
            scores = scores + CLASS_SPREAD * taste(len(classes), LOGITS, seed).to(scores.device)
        return CLASS_WEIGHT * torch.logsumexp(scores, 1).sum()

    return Objective(measure, frozenset({LOGITS}))


def likelihood(meanings: Iterable[Meaning]) -> Objective:
    """How surely things are named, beside all else that a network knows: the logarithms of their probabilities, summed
    over things and a batch. Of what is no class, as in `crop_objective`. Raises `ValueError` for none."""
    return total(
        _class_likelihood(*one.channels) if one.layer == LOGITS and one.channels else crop_objective([(1.0, [one])])
        for one in meanings
    )


def _class_likelihood(*classes: int) -> Objective:
    def measure(found: Activations) -> Tensor:
        shares = found[LOGITS].float().mean((2, 3)).log_softmax(1)
        return torch.logsumexp(shares[:, list(classes)], 1).sum()

    return Objective(measure, frozenset({LOGITS}))


def naturalness() -> Objective:
    """That activations have the means and spreads which the network knows from photographs; 0 is as usual.

    The mean over its stages, summed over a batch. Yin et al. 2020, "Dreaming to Distill" (DeepInversion,
    arXiv:1912.08795).
    """
    return Objective(lambda found: -found[STATISTICS].mean(1).sum(), frozenset({STATISTICS}))
