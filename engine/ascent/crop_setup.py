"""What dreams by crops have in common: `(params, runtime) => what scores the crops, and a schedule`."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from engine.ascent.crop_ascent import CROPS, SIDE, Schedule
from engine.ascent.crop_gradients import CropScorer
from engine.ascent.memory_budget import check_memory
from engine.canvas.class_sketch import combine_sketches, order_sketches
from engine.catalog.catalog import LOGITS, Meaning
from engine.networks.network import Network
from engine.objectives import Objective, crop_objective, one_body
from engine.params import AscentParams, Concept, Dream, Morph
from engine.runtime import Runtime

SUBJECT_SMALLEST_CROP = 0.6
"""The smallest crops in which a subject is looked for, as a share of the short side: a thing, not its texture."""
SUBJECT_PULL = 0.5
"""How much less a subject is pulled back to the photo."""
SUBJECT_NATURAL = 4.0
"""How much it counts that a subject looks like a photograph, and not like grain; layers lose by it."""


def dream_scorers(params: AscentParams, runtime: Runtime, seed: int | None = None) -> list[CropScorer]:
    """What scores the crops of a dream; with a seed, to a taste of its own."""
    return alternating_scorers(params.network, crop_objective(params.terms(), seed), params.meanings(), runtime)


def concept_scorers(params: Concept, runtime: Runtime) -> list[CropScorer]:
    """What scores the crops of a concept."""
    meanings = params.meanings()
    return alternating_scorers(params.network, one_body(meanings), meanings, runtime)


def morph_scorers(params: Morph, runtime: Runtime) -> list[CropScorer]:
    """What scores the crops of a morph, taking turns; what they are to show depends on their time in the loop."""
    meanings = [one for subject in params.meanings() for one in subject]
    return alternating_scorers(params.network, one_body(meanings), meanings, runtime)


def alternating_scorers(
    name: str, objective: Objective, meanings: Sequence[Meaning], runtime: Runtime, crops: int = CROPS
) -> list[CropScorer]:
    """The network that was asked for, and its partner where both know what is meant; each sees so many crops at once.

    A channel is one network's own; classes, and layers as a whole, are both's. Raises `TooMuchMemory`.
    """
    shared = all(meaning.layer == LOGITS or not meaning.channels for meaning in meanings)
    names = [name, runtime.catalog.partner(name) if shared else ""]
    networks = [runtime.network(one) for one in names if one]
    batch = torch.empty(crops, 3, SIDE, SIDE, device=runtime.device)
    for network in networks:
        check_memory(network, objective.layers, batch, runtime.memory)
    return [CropScorer(network, objective, runtime.passes) for network in networks]


def crop_schedule(params: AscentParams, rate: float) -> Schedule:
    """How to climb: `strength` is how fast, and how far from the source."""
    closest = params.ratio ** (1 - params.octaves)
    usual = Schedule()
    return Schedule(
        closest=max(closest, SUBJECT_SMALLEST_CROP) if params.subject else closest,
        steps=params.steps,
        rate=rate * params.strength**0.5,
        pull=usual.pull * (SUBJECT_PULL if params.subject else 1) / params.strength,
        natural=SUBJECT_NATURAL if params.subject else 0.0,
    )


def thing_scorers(params: Dream | Concept, runtime: Runtime) -> list[list[CropScorer]]:
    """What scores the crops of each thing alone, of "castle + cats" two."""
    return [
        alternating_scorers(params.network, crop_objective([(1.0, [meaning])]), [meaning], runtime)
        for meaning in params.meanings()
    ]


def sketches_of(network: Network, meaning: Meaning, generator: torch.Generator) -> list[Tensor]:
    """What a network knows of the shape of what is meant: tiny pictures [3, h, w], of a group's classes in any order;
    nothing of layers and channels."""
    labels = [network.labels[at] for at in meaning.channels] if meaning.layer == LOGITS else []
    return order_sketches(network.sketches, labels, generator)


def starting_sketches(
    network: Network, meaning: Meaning, starts: int, generator: torch.Generator
) -> list[Tensor | None]:
    """What each of several starts begins with: other sketches [3, s, s], of a group of other classes; None where
    nothing is known of its shape."""
    known = sketches_of(network, meaning, generator)
    return [combine_sketches([known[at % len(known)]], generator) if known else None for at in range(starts)]
