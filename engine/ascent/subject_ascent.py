"""Things grown out of a picture: `(scorers, picture) => iterator of Progress`.

Each is found first: in the place that suits it best, seen small and whole, by smooth waves over the picture's own
shapes, so that a nose becomes a beak and a collar a wheel. What it does not need is given back to the picture
(`canvas.matte_overlay`). Then all of them are given details together, by crops of all of the picture.
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
from engine.ascent.placement import best_place, mean_score, room_for, spread
from engine.ascent.progress import Progress
from engine.canvas.class_sketch import lay_sketch
from engine.canvas.colour_smoothing import smooth_colours
from engine.canvas.fourier_overlay import LOOKS, Look, Overlay
from engine.canvas.guided_filter import guided_filter
from engine.canvas.local_contrast import contrast_mask, more_contrast
from engine.canvas.matte_overlay import MatteOverlay
from engine.canvas.resample import Size, resize
from engine.canvas.spots import Place, bell

FLOOR = 0.1
"""How much of each step is taken far from all places: the photo stays what it was, in a light that suits the thing."""
PACE = 1.1
"""How much further a step goes then: what is dreamed in a part of the picture may be stronger there."""
COARSEST = (3.5, 2.5)
"""Waves below which light, and colour, fade out then: they would be the same for every seed."""
SKETCHED, SKETCH_AMOUNT = 0.7, 1.2
"""How large a thing's sketch is, as a share of the short side, and how much lighter, darker and other in its colours
the photo becomes by it: without one, networks find a coat in place of an animal, and fret boards without a guitar."""
SOFT = 4
"""Waves of the short side that are left of the picture where its edges go: its light, and no shape."""
LIKE, UNLIKE = -19.0, -25.0
"""The logarithms of probabilities with which a thing is named where it is to be found, between which ..."""
SOFTENED = (0.2, 0.9)
"""... the share of the photo's edges that go there grows: from what is a little like it (a cat's eye for a parrot's) it
is made, and what is nothing like it (a cat for a lighthouse) would be in its way."""
SOFT_SHARE = 0.65
"""How far they go, as a share of the thing's own place: around it the photo stays, and every seed's is another one."""
GRAIN = 1 / 256
"""How fine the grain of details is, as a share of the long side; it is smoothed away ..."""
EDGE = 0.04
"""... where it is fainter than this: networks like it and eyes do not."""
FLAT, RICH = 0.2, 0.5
"""Contrasts of haze, and of a thing, as `contrast_mask` has them."""
HAZE = 0.05
"""How much is shown of what was changed without an edge near it: a thing stands in a photo, and not in a fog."""
SUBJECT_LOOKS = LOOKS | {"natural": Look(falloff=1.28, chroma=0.85, rate=0.055, finest=(120.0, 50.0))}
"""Of the waves: with fewer fine ones, or less colour, eyes see a stain where networks see a thing; with more of them
grain covers it, the more of it the smaller the picture."""


class Clarity(NamedTuple):
    """How what was dreamed is shown."""

    coarse: float
    """How much further the light of large parts is moved than the networks asked for, ..."""
    fine: float
    """... and all that is finer: they name a thing through which the photo shows, and eyes take it for a stain."""
    rainbows: bool
    """Whether colours stay as fine as light."""


CLARITY = {"natural": Clarity(1.15, 1.8, rainbows=False), "vivid": Clarity(1.0, 1.0, rainbows=True)}


class Aims(NamedTuple):
    """What is grown: what scores each thing alone, what says how surely it is named, and what scores all together; and
    a sketch [3, s, s] of each, where its shape is known."""

    each: Sequence[Sequence[CropScorer]]
    named: Sequence[Sequence[CropScorer]]
    together: Sequence[CropScorer]
    sketches: Sequence[Tensor | None]


class Course(NamedTuple):
    """How it is grown: a thing found, what it does not need given back, and all of them given details."""

    finding: Schedule
    matting: Schedule
    detailing: Schedule
    softened: float = 1.0
    """How much of what would go of the picture's edges does, in [0, 1]."""


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
    rooms = _rooms(aims, picture, mask, seed)
    places = [place for place, _ in rooms]
    steps, done = len(places) * (course.finding.steps + course.matting.steps) + course.detailing.steps, 0
    things = torch.zeros_like(picture[:1])
    for scorers, named, sketch, (place, side) in zip(aims.each, aims.named, aims.sketches, rooms, strict=True):
        spot = _spot([place], spread(len(places)), FLOOR, picture, mask)
        free = _spot([place], SOFT_SHARE * spread(len(places)), 0.0, picture, mask)
        softened = course.softened * _softening(mean_score(named, picture, place))
        soft = torch.lerp(picture, soften(picture, SOFT), softened * free)
        if sketch is not None:
            soft = _sketch(soft, sketch, place, side, SKETCH_AMOUNT * course.softened, mask)
        canvas = Overlay(soft, generator, _smooth(look, course), spot)
        for report in accentuate(scorers, canvas, replace(course.finding, around=place), generator):
            done += 1
            yield replace(report, step=done, steps=steps)
        cut = MatteOverlay(picture, canvas.snapshot(), generator)
        for report in accentuate(scorers, cut, replace(course.matting, around=place), generator):
            done += 1
            yield replace(report, step=done, steps=steps)
        with torch.no_grad():
            picture, things = cut.picture(), torch.maximum(things, cut.matte())
    detailed = look._replace(coarsest=COARSEST, rate=course.detailing.rate)
    spot = _spot(places, spread(len(places)), FLOOR, picture, mask) * things.clamp(min=FLOOR)
    canvas = Overlay(picture, generator, detailed, spot)
    for report in accentuate(aims.together, canvas, course.detailing, generator):
        smooth = partial(_without_grain, canvas.snapshot, picture, mask)
        yield replace(report, step=done + report.step, steps=steps, show=smooth)


def _rooms(aims: Aims, picture: Tensor, mask: Tensor | None, seed: int) -> list[tuple[Place, float]]:
    """Where each thing grows, and how large its sketch is, as a share of the short side; one without may lie at the
    rim."""
    places: list[Place] = []
    for scorers in aims.each:
        places.append(best_place(scorers, picture, seed, mask, places, len(aims.each)))
    side = SKETCHED * spread(len(places)) / spread(1)
    return [
        (place, side) if sketch is None else room_for(place, side, picture, mask)
        for place, sketch in zip(places, aims.sketches, strict=True)
    ]


def _sketch(picture: Tensor, sketch: Tensor, place: Place, side: float, amount: float, mask: Tensor | None) -> Tensor:
    """A picture [3, h, w] with a sketch, where a mask lets it change."""
    drawn = lay_sketch(picture, sketch, place, side, amount)
    return drawn if mask is None else torch.lerp(picture, drawn, mask)


def with_clarity(
    reports: Iterator[Progress], source: Tensor, mask: Tensor | None, clarity: Clarity
) -> Iterator[Progress]:
    """What grew over a source [3, h, w] in [0, 1], shown without haze around things and as clear as it is to be; where
    a mask [1, h, w] is black all of the source."""
    for report in reports:
        yield replace(report, show=partial(_with_clarity, report.show, source, mask, clarity))


def _softening(likelihood: float) -> float:
    """The share of a picture's edges that go where a thing is named with a probability of this logarithm."""
    least, most = SOFTENED
    return least + (most - least) * min(1.0, max(0.0, (likelihood - LIKE) / (UNLIKE - LIKE)))


def soften(picture: Tensor, waves: int) -> Tensor:
    """A picture without what is finer than so many waves of its short side, at the same size."""
    size: Size = (picture.shape[1], picture.shape[2])
    short = min(size)
    small = resize(picture, (max(1, round(size[0] * waves / short)), max(1, round(size[1] * waves / short))))
    return resize(small, size).clamp(0, 1)


def _smooth(look: Look, course: Course) -> Look:
    """Of the waves that find a thing: grain cannot stand for it."""
    return look._replace(
        falloff=1.7,
        rate=course.finding.rate,
        finest=(100.0, 26.0),
    )


def _with_clarity(show: Callable[[], Tensor], source: Tensor, mask: Tensor | None, clarity: Clarity) -> Tensor:
    """A picture [3, h, w] without what was only coloured or lit of its source."""
    picture = show()
    kept = HAZE + (1 - HAZE) * contrast_mask(picture - source, FLAT, RICH)
    coloured = picture if clarity.rainbows else smooth_colours(picture, source)
    change = more_contrast(kept * (coloured - source), clarity.coarse, clarity.fine)
    if mask is not None:
        change = change * (mask > 0)
    return (source + change).clamp(0, 1)


def _without_grain(show: Callable[[], Tensor], found: Tensor, mask: Tensor | None) -> Tensor:
    """What details add to a picture [3, h, w] of things that were found: without their grain, and with their edges."""
    picture = show()
    details = picture - found
    smooth = guided_filter(details, picture, max(1, round(GRAIN * max(picture.shape))), EDGE)
    return (found + (smooth if mask is None else torch.lerp(details, smooth, mask))).clamp(0, 1)


def _spot(places: Sequence[Place], reach: float, floor: float, picture: Tensor, mask: Tensor | None) -> Tensor:
    """How much of each step a point takes, [1, h, w]."""
    size: Size = (picture.shape[1], picture.shape[2])
    bells = torch.stack([bell(size, place, reach) for place in places]).amax(0).to(picture.device)
    spot = floor + (1 - floor) * bells
    return spot if mask is None else spot * mask
