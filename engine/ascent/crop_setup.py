"""What dreams by crops have in common: `(params, runtime) => what scores the crops, and a schedule`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from engine.ascent.crop_ascent import CROPS, SIDE, Schedule
from engine.ascent.crop_gradients import CropScorer
from engine.ascent.memory_budget import check_memory
from engine.canvas.class_sketch import order_sketches
from engine.catalog.catalog import LOGITS, Meaning
from engine.networks.network import Network
from engine.objectives import Objective, crop_objective, likelihood, one_body
from engine.params import AscentParams, Concept, Dream, Morph
from engine.runtime import Runtime

SUBJECT_SMALLEST_CROP = 0.6
"""The smallest crops in which a subject is looked for, as a share of the short side: a thing, not its texture."""
SUBJECT_PULL = 0.5
"""How much less a subject is pulled back to the photo."""
SUBJECT_NATURAL = 4.0
"""How much it counts that a subject looks like a photograph, and not like grain; layers lose by it."""
FINDING_LIKELIHOOD = 0.06
"""How much it counts while it is found, beside a class's score, how surely it is named: what else is there (a cat)
goes."""

FINDING = Schedule(rate=0.115, pull=1.5, closest=0.75, margin=0.1, side=160, grain=0.12, natural=SUBJECT_NATURAL)
"""How a thing is found in a photo: in nearly all that is around its place, seen small."""


MATTE_RATE, KEEP_COST = 0.18, 8.0
"""How fast is given back what a thing does not need of a photo, and how much it costs to keep all of it."""


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


def finding_schedule(params: Dream) -> Schedule:
    """How each subject is found; `strength` is how fast, and how far from the source."""
    return replace(
        FINDING, steps=params.finding, rate=FINDING.rate * params.strength**0.5, pull=FINDING.pull / params.strength
    )


def matting_schedule(params: Dream) -> Schedule:
    """How it is found out what each of them needs."""
    return replace(FINDING, steps=params.matting, rate=MATTE_RATE, pull=KEEP_COST, natural=0.0)


def finding_scorers(params: Dream, runtime: Runtime) -> list[list[CropScorer]]:
    """What scores the crops in which each subject is found, of "castle + cats" two; to a taste of the seed's own."""

    def aim(meaning: Meaning) -> Objective:
        return crop_objective([(1.0, [meaning])], params.seed) + FINDING_LIKELIHOOD * likelihood([meaning])

    return _each_alone(params, runtime, aim)


def likelihood_scorers(params: Dream, runtime: Runtime) -> list[list[CropScorer]]:
    """What says how surely each subject is named in a crop: the logarithm of its probability."""
    return _each_alone(params, runtime, lambda meaning: likelihood([meaning]))


def feature_scorers(params: Concept, runtime: Runtime) -> list[list[CropScorer]]:
    """What scores the crops of each thing of one body alone."""
    return _each_alone(params, runtime, lambda meaning: crop_objective([(1.0, [meaning])]))


def sketches_of(network: Network, meaning: Meaning, generator: torch.Generator) -> list[Tensor]:
    """What a network knows of the shape of what is meant: tiny pictures [3, h, w], of a group's classes in any order;
    nothing of layers and channels."""
    labels = [network.labels[at] for at in meaning.channels] if meaning.layer == LOGITS else []
    return order_sketches(network.sketches, labels, generator)


def _each_alone(
    params: Dream | Concept, runtime: Runtime, aim: Callable[[Meaning], Objective]
) -> list[list[CropScorer]]:
    return [alternating_scorers(params.network, aim(one), [one], runtime) for one in params.meanings()]
