"""Things grown out of a picture: `(scorers, picture) => iterator of Progress`.

Each is found first: before the place that suits it best, seen small and whole, by smooth waves and with a matte, so
that it has an outline and the picture stays what it was around it. Then all of them are given details together.
After Hamblin et al. 2024 ("Feature Accentuation") and our own way of concepts (`concept_schedules`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor

from engine.ascent.crop_ascent import Schedule, accentuate
from engine.ascent.crop_gradients import CropScorer
from engine.ascent.placement import best_place, spread
from engine.ascent.progress import Progress
from engine.canvas.fourier_overlay import Look, Overlay
from engine.canvas.guided_filter import guided_filter
from engine.canvas.matte_overlay import MatteOverlay
from engine.canvas.resample import Size, resize
from engine.canvas.spots import Place

FLOOR = 0.06
"""How much of each step is taken outside of all things, while details are given: the photo stays what it was."""
PACE = 1.1
"""How much further a step goes then: what is dreamed in a part of the picture may be stronger there."""
COARSEST = (3.5, 2.5)
"""Waves below which light, and colour, fade out then: they would be the same for every seed."""
SMOOTH_CHROMA, DETAIL_CHROMA = 0.5, 0.62
"""How much of a look's colour goes with the waves that find a thing, and that give it details."""
AREA = (0.36, 0.22)
"""The share of the picture that things may hide, in the beginning and in the end: first they become something, then
they shed what is not theirs."""
MOST = 0.8
"""The share that they may hide at any strength."""
SOFT = 4
"""Waves of the short side that are left of the picture in a thing: the light where it stands."""
SOFTENED = 1.0
"""How much of the others goes there: a thing without an outline of its own is lost among the photo's edges."""
GRAIN = 1 / 256
"""How fine the grain of details is, as a share of the long side; it is smoothed away ..."""
EDGE = 0.04
"""... where it is fainter than this: networks like it and eyes do not."""


class Aims(NamedTuple):
    """What is grown: what scores each thing alone, and all of them together."""

    each: Sequence[Sequence[CropScorer]]
    together: Sequence[CropScorer]


class Course(NamedTuple):
    """How it is grown: a thing found, and given details."""

    finding: Schedule
    detailing: Schedule
    softened: float = SOFTENED
    """How much of the picture's edges goes where a thing is found, in [0, 1]."""
    area: tuple[float, float] = AREA
    """The share of the picture that all things together may hide, in the beginning and in the end."""


def grow_subjects(
    aims: Aims,
    picture: Tensor,
    mask: Tensor | None,
    look: Look,
    course: Course,
    seed: int,
    generator: torch.Generator,
) -> Iterator[Progress]:
    """Climb over a picture [3, h, w] in [0, 1]; every step is reported.

    With a mask [1, h, w] in [0, 1] it is dreamed where that is white. The seed chooses among places that will do.
    """
    places: list[Place] = []
    for scorers in aims.each:
        places.append(best_place(scorers, picture, seed, mask, places, len(aims.each)))
    steps, done = len(places) * course.finding.steps + course.detailing.steps, 0
    first, last = (share / len(places) for share in course.area)
    hidden = torch.zeros_like(picture[:1])
    for scorers, place in zip(aims.each, places, strict=True):
        light = torch.lerp(picture, soften(picture, SOFT), course.softened)
        waves, reach = _smooth(look, course), spread(len(places))
        thing = MatteOverlay(picture, light, generator, waves, place, reach, (first, last), mask)
        for report in accentuate(scorers, thing, replace(course.finding, around=place), generator):
            done += 1
            yield replace(report, step=done, steps=steps)
        with torch.no_grad():
            picture, matte = thing.cut_out()
            hidden = torch.maximum(hidden, matte)
    detailed = look._replace(coarsest=COARSEST, chroma=DETAIL_CHROMA * look.chroma, rate=course.detailing.rate)
    everywhere = FLOOR if mask is None else FLOOR * mask
    canvas = Overlay(picture, generator, detailed, everywhere + (1 - FLOOR) * hidden)
    for report in accentuate(aims.together, canvas, course.detailing, generator):
        smooth = partial(_without_grain, canvas.snapshot, picture, mask)
        yield replace(report, step=done + report.step, steps=steps, show=smooth)


def free_area(strength: float) -> tuple[float, float]:
    """The share of the picture that things may hide, in the beginning and in the end: from a hint to nearly all."""
    first, last = (min(MOST, share * strength**0.5) for share in AREA)
    return first, last


def soften(picture: Tensor, waves: int) -> Tensor:
    """A picture without what is finer than so many waves of its short side, at the same size."""
    size: Size = (picture.shape[1], picture.shape[2])
    short = min(size)
    small = resize(picture, (max(1, round(size[0] * waves / short)), max(1, round(size[1] * waves / short))))
    return resize(small, size).clamp(0, 1)


def _smooth(look: Look, course: Course) -> Look:
    """Of the waves that find a thing: grain cannot stand for it, and the light of the whole picture is not its own."""
    return look._replace(
        falloff=1.8,
        chroma=SMOOTH_CHROMA * look.chroma,
        rate=course.finding.rate,
        finest=(80.0, 20.0),
        coarsest=(1.5, 1.5),
    )


def _without_grain(show: Callable[[], Tensor], found: Tensor, mask: Tensor | None) -> Tensor:
    """What details add to a picture [3, h, w] of things that were found: without their grain, and with their edges."""
    picture = show()
    details = picture - found
    smooth = guided_filter(details, picture, max(1, round(GRAIN * max(picture.shape))), EDGE)
    return (found + (smooth if mask is None else torch.lerp(details, smooth, mask))).clamp(0, 1)
