"""What dreams by crops have in common: `(params, studio) => the eyes that see the crops, and how they climb`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch

from engine.ascent.crop_ascent import CROPS, SIDE, Eye, Schedule
from engine.ascent.memory_budget import afford
from engine.catalog import catalog
from engine.catalog.catalog import EVIDENCE, Meaning
from engine.objectives import Objective, whole
from engine.params import AscentParams, Concept
from engine.runtime import Studio

THING = Schedule(closest=0.7, margin=0.2, side=160)
"""How a subject is looked for: in most of the picture, seen small. So it grows large and whole, not as a texture."""
FREER = 0.5
"""How much less a subject is pulled back to the photo."""


def eyes(params: AscentParams, studio: Studio) -> list[Eye]:
    """Who looks for what a dream goes towards."""
    return _taking_turns(params.network, whole(params.terms()), params.meanings(), studio)


def concept_eyes(params: Concept, studio: Studio) -> list[Eye]:
    """Who looks for what is imagined."""
    meanings = params.meanings()
    return _taking_turns(params.network, whole([(1.0, meanings)]), meanings, studio)


def _taking_turns(name: str, objective: Objective, meanings: Sequence[Meaning], studio: Studio) -> list[Eye]:
    """The network that was asked for, and its partner where both know what is meant.

    A channel is one network's own; classes, and layers as a whole, are both's. Raises `TooMuchMemory`.
    """
    shared = all(meaning.layer == EVIDENCE or not meaning.channels for meaning in meanings)
    names = [name, catalog.partner(name) if shared else ""]
    found = [Eye(studio.network(one), objective) for one in names if one]
    for eye in found:
        afford(eye.network, objective.layers, torch.empty(CROPS, 3, SIDE, SIDE, device=studio.device), studio.memory)
    return found


def schedule(params: AscentParams, rate: float) -> Schedule:
    """How to climb: `strength` is how fast, and how far from the source."""
    closest = params.ratio ** (1 - params.octaves)
    usual = Schedule()
    found = replace(THING, closest=max(closest, THING.closest)) if params.subject else Schedule(closest=closest)
    return replace(
        found,
        steps=params.steps,
        rate=rate * params.strength**0.5,
        pull=usual.pull * (FREER if params.subject else 1) / params.strength,
    )
