"""Things grown out of a picture: `(aims, picture) => iterator of Progress`.

Each grows in a square of the picture that suits it, as concepts do out of grey (`thing_ascent`): begun several times,
each time with another sketch of it over what is left of the picture where its edges go, so that what can be named best
goes on. Nothing is dreamed far from a sketch's outline: the thing has one, and the picture stays what it was around it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor

from engine.ascent.concept_schedules import DETAIL, EDGES, SHAPE, SKETCHED, begin_with
from engine.ascent.crop_ascent import Schedule
from engine.ascent.crop_gradients import CropScorer
from engine.ascent.placement import Square, best_place, room_for, spread
from engine.ascent.progress import Progress
from engine.ascent.random_restarts import best_start, halving_steps, named_for
from engine.ascent.thing_ascent import grow_waves, sharpen_edges
from engine.canvas.background_blur import foreground_mask
from engine.canvas.box_filter import soft_filter
from engine.canvas.class_sketch import sketch_outline
from engine.canvas.colour_smoothing import smooth_colours
from engine.canvas.contrast import s_curve
from engine.canvas.guided_filter import guided_filter
from engine.canvas.mask import protect_mask
from engine.canvas.resample import Size, soften
from engine.canvas.smoothstep import smoothstep
from engine.canvas.spots import Place
from engine.catalog.catalog import Meaning

SQUARE = 1.0
"""How large the square is in which a thing grows that is alone, as a share of the short side."""
SOFT, PALE = 4, 0.6
"""Waves of the square that are left of the picture where its edges go, its light and no shape; and how much contrast
they keep: a cat's face would be in the way of a lighthouse."""
REACH = 0.015
"""How far a thing may grow beyond its sketch, as a share of the square's side."""
AROUND = 0.12
"""How much of the waves is taken there: networks look for what is around a thing, and what they find is not shown."""
SNAP, STEEP, CONTRAST = 0.02, 2.0, 0.05
"""How near to its outline, as a share of the side, a thing's own contour is looked for, how much steeper than there the
outline is then, and the spread of light that makes a contour (`guided_filter`): eyes take a soft rim for a smudge."""
CRISP, FINE = 0.5, 0.005
"""How much further what is finer than the second, a share of the side, is moved: waves are blurred beside a photo."""
VIVID_CHROMA = 1.2
"""How much colour goes with the light in the look `vivid`."""


class Aims(NamedTuple):
    """What is grown: of each thing what it is, what scores it, and sketches [3, s, s] to begin with, one a start; None
    where its shape is not known."""

    meanings: Sequence[Meaning]
    scorers: Sequence[Sequence[CropScorer]]
    sketches: Sequence[Sequence[Tensor | None]]


class Course(NamedTuple):
    """How each thing is grown."""

    finding: Schedule
    """Its steps are those of all starts together."""
    detailing: Schedule
    start: int
    """Steps of each start after which half of them go on."""
    strength: float = 1.0
    """How far from the picture: less than 1 is a hint of a thing, through which that shows."""
    look: str = "natural"


class Start(NamedTuple):
    """What a thing grows out of."""

    ground: Tensor
    """What is left of the picture, [3, s, s] in [0, 1]."""
    initial: Tensor
    """The same with a sketch, where there is one."""
    outline: Tensor
    """Where it may grow, [1, s, s] in [0, 1]."""
    sketched: bool


def grow_subjects(
    aims: Aims, picture: Tensor, mask: Tensor | None, course: Course, seed: int, generator: torch.Generator
) -> Iterator[Progress]:
    """Climb over a picture [3, h, w] in [0, 1]; every step is reported.

    With a mask [1, h, w] in [0, 1] it is dreamed where that is white. The seed chooses among places that will do.
    """
    size: Size = (picture.shape[1], picture.shape[2])
    count, done = len(aims.meanings), 0
    steps = count * (course.finding.steps + course.detailing.steps + EDGES.steps)
    for square, meaning, scorers, sketches in zip(
        _rooms(aims.scorers, picture, mask, seed), aims.meanings, aims.scorers, aims.sketches, strict=True
    ):
        part, free = square.cut(picture), None if mask is None else square.cut(mask)
        for report in _grow(scorers, meaning, sketches, part, free, course, generator):
            done += 1
            show = partial(_paste, square, report.show, picture)
            yield Progress(done, steps, show, size)
        picture = show()


def _rooms(aims: Sequence[Sequence[CropScorer]], picture: Tensor, mask: Tensor | None, seed: int) -> list[Square]:
    """Where each thing grows."""
    places: list[Place] = []
    for scorers in aims:
        places.append(best_place(scorers, picture, seed, mask, places, len(aims)))
    share = SQUARE * spread(len(places)) / spread(1)
    size: Size = (picture.shape[1], picture.shape[2])
    return [room_for(place, share, size, mask, SKETCHED) for place in places]


def _paste(square: Square, show: Callable[[], Tensor], picture: Tensor) -> Tensor:
    return square.paste(show(), picture)


def _grow(
    scorers: Sequence[CropScorer],
    meaning: Meaning,
    sketches: Sequence[Tensor | None],
    part: Tensor,
    mask: Tensor | None,
    course: Course,
    generator: torch.Generator,
) -> Iterator[Progress]:
    """One thing in a square of a picture [3, s, s]: several starts, of which the best goes on to its end."""
    steps = course.finding.steps - halving_steps(len(sketches), course.start)
    each = course._replace(finding=replace(course.finding, steps=steps))
    starts = [_from_start(scorers, _start(part, one, mask), part, each, generator) for one in sketches]
    return best_start(starts, course.start, partial(named_for, scorers, [meaning]))


def _start(part: Tensor, sketch: Tensor | None, mask: Tensor | None) -> Start:
    """A square of a picture without its edges, and with a sketch."""
    side = part.shape[1]
    ground = 0.5 + PALE * (soften(part, SOFT) - 0.5)
    if sketch is None:
        initial, outline = ground, protect_mask("edges", (side, side))
    else:
        initial = begin_with(ground, sketch)
        outline = sketch_outline(sketch, SKETCHED, REACH, side)
    outline = outline.to(part.device)
    return Start(ground, initial, outline if mask is None else outline * mask, sketch is not None)


def _from_start(
    scorers: Sequence[CropScorer], start: Start, part: Tensor, course: Course, generator: torch.Generator
) -> Iterator[Progress]:
    """A thing found, given details and sharp edges, and shown over a square of a picture."""
    window = AROUND + (1 - AROUND) * start.outline
    pace = max(1.0, course.strength) ** 0.5
    shape, detail = (look._replace(rate=pace * look.rate) for look in (SHAPE, DETAIL))
    if course.look == "vivid":
        shape, detail = (look._replace(chroma=VIVID_CHROMA) for look in (shape, detail))
    show = partial(_over, start, part, course)
    for found in grow_waves(start.initial, shape, course.finding, scorers, generator, window):
        yield replace(found, show=partial(show, found.show))
    for detailed in grow_waves(found.show(), detail, course.detailing, scorers, generator, window):
        yield replace(detailed, show=partial(show, detailed.show))
    for sharp in sharpen_edges(detailed.show(), scorers, generator):
        yield replace(sharp, show=partial(show, sharp.show))


def _over(start: Start, part: Tensor, course: Course, grown: Callable[[], Tensor]) -> Tensor:
    """What grew, up to its contour, over a square of a picture; crisper, with more contrast, and without rainbows, but
    in the look `vivid`."""
    picture = grown()
    calm = picture if course.look == "vivid" else smooth_colours(picture, start.ground)
    thing = s_curve(calm)
    blurred = soft_filter(thing, max(1, round(FINE * part.shape[1])))
    crisp = (thing + CRISP * (thing - blurred)).clamp(0, 1)
    contour = _contour(start.outline, thing) if start.sketched else foreground_mask(picture)
    return torch.lerp(part, crisp, min(1.0, course.strength) * start.outline * contour)


def _contour(outline: Tensor, thing: Tensor) -> Tensor:
    """An outline [1, s, s] that ends where what was drawn in a picture [3, s, s] does."""
    near = max(1, round(SNAP * outline.shape[1]))
    snapped = guided_filter(outline.expand(3, -1, -1), thing, near, CONTRAST)[:1]
    return smoothstep((0.5 + STEEP * (snapped - 0.5)).clamp(0, 1))
