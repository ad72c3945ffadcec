"""A second thing in the body of a first: `(scorers, picture, place) => iterator of Progress`.

The least of two scores over the whole picture is a compromise in every point, which nobody can tell for either. So the
other thing grows in one place of a body that is whole already, the one that is looked at first: a goldfish with a
dog's face.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from engine.ascent.concept_schedules import DETAIL, DETAILING, FINDING, SHAPE
from engine.ascent.crop_ascent import accentuate
from engine.ascent.crop_gradients import CropScorer
from engine.ascent.progress import Progress
from engine.canvas.box_filter import box_filter
from engine.canvas.fourier_overlay import Overlay
from engine.canvas.mask import protect_mask
from engine.canvas.resample import Size, soften
from engine.canvas.spots import Place, bell
from engine.params import Concept

AROUND, STEEPNESS = 0.12, 4
"""How much of the waves that find a body the rim takes, and how steeply they fall towards it: so it is seen from afar,
with a tail and fins that are left of it beside another thing's face."""
SPREAD = 0.115
"""How large the place of a second thing is, as `spots.bell` has it: a head's share of such a body."""
SOFT, SOFTENED = 12, 0.75
"""Waves of the short side that are left there, and how much of the others goes: a face has the shape of the body."""
CLOSEST = 0.5
"""The smallest crops in which it is looked for, as a share of the short side."""
FINE, PART = 16, 8
"""Into so many parts a side is divided: what is finer than the first is contrast, and is summed over the second."""
FEATURE = replace(FINDING, steps=Concept.FEATURE_FINDING, rate=0.15, closest=CLOSEST)
"""How it is found there, seen small ..."""
FEATURE_SHAPE = SHAPE._replace(coarsest=(1.5, 1.5))
"""... by smooth waves, and without light of its own for the whole picture."""
FEATURE_DETAILING = replace(DETAILING, steps=Concept.FEATURE_DETAILING, rate=DETAIL.rate, closest=CLOSEST)


def body_window(size: Size) -> Tensor:
    """How much of the waves that find a body each point takes, [1, h, w] in [0, 1]."""
    return AROUND + (1 - AROUND) * protect_mask("edges", size) ** STEEPNESS


def grow_feature(
    scorers: Sequence[CropScorer], picture: Tensor, place: Place, generator: torch.Generator
) -> Iterator[Progress]:
    """Climb in one place of a picture [3, h, w] in [0, 1]; every step is reported, the last one shows the whole."""
    spot = bell((picture.shape[1], picture.shape[2]), place, SPREAD).to(picture.device)
    canvas = Overlay(torch.lerp(picture, soften(picture, SOFT), SOFTENED * spot), generator, FEATURE_SHAPE, spot)
    yield from accentuate(scorers, canvas, replace(FEATURE, around=place), generator)
    canvas = Overlay(canvas.snapshot(), generator, DETAIL, spot)
    yield from accentuate(scorers, canvas, replace(FEATURE_DETAILING, around=place), generator)


def striking_place(picture: Tensor, taken: Sequence[Place] = ()) -> Place:
    """Where a picture [3, h, w] has most contrast, as shares of the sides, away from places that are taken."""
    height, width = picture.shape[1:]
    fine = (picture - box_filter(picture, min(height, width) // FINE)).abs().mean(0, keepdim=True)
    part = min(height, width) // PART
    contrast = box_filter(box_filter(fine, part), part)
    for place in taken:
        contrast = contrast * (1 - bell((height, width), place, SPREAD).to(contrast.device))
    row, column = divmod(int(contrast.argmax()), width)
    return (row + 0.5) / height, (column + 0.5) / width
