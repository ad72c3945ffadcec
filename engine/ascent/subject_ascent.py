"""Things grown out of a picture: `(aims, picture) => iterator of Progress`.

Each is found in a square of the picture that suits it, as concepts are out of grey (`thing_ascent`): begun several
times, each time with another sketch of it over what is left of the picture where its edges go, so that what can be
named best goes on. It is laid over the picture so thinly that this shows through, and what follows sees the whole of
both (Hamblin et al. 2024, "Feature Accentuation"): so a cup's rim becomes a lighthouse's gallery, and the sea comes to
a wreck.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor

from engine.ascent.concept_schedules import EDGES, SHAPE, SKETCHED, begin_with
from engine.ascent.crop_ascent import THING, Schedule
from engine.ascent.crop_gradients import CropScorer
from engine.ascent.placement import Square, best_place, room_for, spread
from engine.ascent.progress import Progress
from engine.ascent.random_restarts import best_start, halving_steps, named_for
from engine.ascent.thing_ascent import grow_waves, sharpen_edges
from engine.canvas.background_blur import foreground_mask
from engine.canvas.box_filter import soft_filter
from engine.canvas.class_sketch import sketch_outline
from engine.canvas.colour_matching import luminance
from engine.canvas.contrast import s_curve
from engine.canvas.fourier_overlay import Look
from engine.canvas.guided_filter import guided_filter
from engine.canvas.mask import protect_mask
from engine.canvas.resample import Size, soften
from engine.canvas.smoothstep import smoothstep
from engine.canvas.spots import Place, bell
from engine.catalog.catalog import Meaning

SQUARE = 1.0
"""How large the square is in which a thing is found that is alone, as a share of the short side."""
SOFT, PALE = 4, 0.6
"""Waves of the square that are left of the picture where its edges go, its light and no shape; and how much contrast
they keep: a cat's face would be in the way of a lighthouse."""
REACH = 0.015
"""How far a thing may reach beyond its sketch, as a share of the square's side."""
AROUND = 0.12
"""How much of the waves that find it is taken there: networks look for what is around a thing, too."""
SNAP, STEEP, CONTRAST = 0.02, 2.0, 0.05
"""How near to its outline, as a share of the side, a thing's own contour is looked for, how much steeper than there the
outline is then, and the spread of light that makes a contour (`guided_filter`): eyes take a soft rim for a smudge."""
CRISP, FINE = 0.5, 0.005
"""How much further what is finer than the second, a share of the side, is moved: waves are blurred beside a photo."""
LAID, SOFTENED = 0.9, 0.015
"""How much of what was found is laid over the picture, and how soft its rim is then, as a share of the side."""
COLOUR, CURVED = 0.85, 0.3
"""How much of its colours it keeps, and how much of a curve's contrast it gets."""
NEAR, FAR, SPREAD = 0.8, 0.4, 0.35
"""How much of the waves that grow both together the picture takes beside the thing, and far from it; and how far beside
it is, as `spots.bell` has it. With all of them it becomes another picture, with none the thing has been pasted in."""
ACCENTUATING = Schedule(pull=15, closest=0.8, margin=0, natural=4.0, colour_jitter=THING)
"""How it is grown together with the picture."""
SHAPES = {"natural": SHAPE, "vivid": SHAPE._replace(chroma=1.2)}
"""The waves by which a thing is found, ..."""
LOOKS = {
    "natural": Look(falloff=1.4, chroma=0.5, rate=0.05, finest=(120.0, 30.0)),
    "vivid": Look(falloff=1.2, chroma=1.3, rate=0.06, finest=(160.0, 60.0)),
}
"""... and those by which it grows together with the picture."""
APART = 0.25
"""How far each of several things reaches into the picture, as `spots.bell` has it."""
LEAST = 1e-6
"""What is far away from all of them is shared, too."""


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
    """How far from the picture: through less than 1 that shows, more goes faster."""
    look: str = "natural"


class Site(NamedTuple):
    """Where a thing grows."""

    picture: Tensor
    """[3, h, w] in [0, 1]."""
    square: Square
    """Where it is found."""
    free: Tensor
    """Where it may be dreamed, [1, h, w] in [0, 1], ..."""
    elsewhere: Tensor
    """... and how much of its waves the picture takes where it is not, [1, h, w]."""


class Start(NamedTuple):
    """What a thing is found over."""

    initial: Tensor
    """What is left of the picture, with a sketch, where there is one: [3, s, s] in [0, 1]."""
    outline: Tensor
    """Where it may be, [1, s, s] in [0, 1] ..."""
    sketched: bool
    free: Tensor
    """... and where it may be dreamed."""


def grow_subjects(
    aims: Aims, picture: Tensor, mask: Tensor | None, course: Course, seed: int, generator: torch.Generator
) -> Iterator[Progress]:
    """Climb over a picture [3, h, w] in [0, 1]; every step is reported.

    With a mask [1, h, w] in [0, 1] it is dreamed where that is white. The seed chooses among places that will do.
    """
    size: Size = (picture.shape[1], picture.shape[2])
    count, done, dreamed = len(aims.meanings), 0, picture
    steps = count * (course.finding.steps + course.detailing.steps + EDGES.steps)
    free = picture.new_ones(1, *size) if mask is None else mask
    squares = _squares(aims.scorers, picture, mask, seed)
    shares = _shares(squares, size).to(picture.device)
    for square, share, meaning, scorers, sketches in zip(
        squares, shares, aims.meanings, aims.scorers, aims.sketches, strict=True
    ):
        near = bell(size, square.centre(size), SPREAD).to(picture.device)
        site = Site(dreamed, square, free, free * share * (FAR + (NEAR - FAR) * near))
        for report in _grow(scorers, meaning, sketches, site, course, generator):
            done += 1
            yield Progress(done, steps, partial(_through, picture, report.show, course.strength), size)
        dreamed = report.show()


def _squares(aims: Sequence[Sequence[CropScorer]], picture: Tensor, mask: Tensor | None, seed: int) -> list[Square]:
    """Where each thing is found."""
    places: list[Place] = []
    for scorers in aims:
        places.append(best_place(scorers, picture, seed, mask, places, len(aims)))
    side = SQUARE * spread(len(places)) / spread(1)
    size: Size = (picture.shape[1], picture.shape[2])
    return [room_for(place, side, size, mask, SKETCHED) for place in places]


def _shares(squares: Sequence[Square], size: Size) -> Tensor:
    """How much of a picture is whose, [things, 1, h, w]; all of it together is 1."""
    near = torch.stack([bell(size, square.centre(size), APART) for square in squares]) + LEAST
    return near / near.sum(0)


def _through(picture: Tensor, show: Callable[[], Tensor], strength: float) -> Tensor:
    """What was dreamed, and the picture through a hint of it."""
    return torch.lerp(picture, show(), min(1.0, strength))


def _grow(
    scorers: Sequence[CropScorer],
    meaning: Meaning,
    sketches: Sequence[Tensor | None],
    site: Site,
    course: Course,
    generator: torch.Generator,
) -> Iterator[Progress]:
    """One thing in a picture: several starts, of which the best goes on to its end."""
    steps = course.finding.steps - halving_steps(len(sketches), course.start)
    each = course._replace(finding=replace(course.finding, steps=steps))
    starts = [_from_start(scorers, _start(site, one), site, each, generator) for one in sketches]

    def score(picture: Tensor) -> float:
        return named_for(scorers, [meaning], site.square.cut(picture))

    return best_start(starts, course.start, score)


def _start(site: Site, sketch: Tensor | None) -> Start:
    """A square of a picture without its edges, and with a sketch."""
    part, free = site.square.cut(site.picture), site.square.cut(site.free)
    side = site.square.side
    ground = 0.5 + PALE * (soften(part, SOFT) - 0.5)
    if sketch is None:
        return Start(ground, protect_mask("edges", (side, side)).to(part.device), sketched=False, free=free)
    outline = sketch_outline(sketch, SKETCHED, REACH, side).to(part.device)
    return Start(begin_with(ground, sketch), outline, sketched=True, free=free)


def _from_start(
    scorers: Sequence[CropScorer], start: Start, site: Site, course: Course, generator: torch.Generator
) -> Iterator[Progress]:
    """A thing found, laid over a picture and grown together with it, and given sharp edges."""
    pace = max(1.0, course.strength) ** 0.5
    shape, look = (one._replace(rate=pace * one.rate) for one in (SHAPES[course.look], LOOKS[course.look]))
    window = AROUND + (1 - AROUND) * start.free * start.outline
    for found in grow_waves(start.initial, shape, course.finding, scorers, generator, window):
        yield replace(found, show=partial(_lay, start, site, found.show))
    laid, where = _lay(start, site, found.show), site.square.paste(_soft(start, found.show()), 0 * site.free)
    window = torch.maximum(where, site.elsewhere)
    for grown in grow_waves(laid, look, course.detailing, scorers, generator, window):
        yield grown
    picture = grown.show()
    for sharp in sharpen_edges(site.square.cut(picture), scorers, generator):
        yield replace(sharp, show=partial(_sharpen, picture, site.square, sharp.show, window))


def _lay(start: Start, site: Site, found: Callable[[], Tensor]) -> Tensor:
    """What was found, thinly, over a picture: with less colour, and more contrast."""
    thing, part = found(), site.square.cut(site.picture)
    pale = torch.lerp(luminance(thing).expand_as(thing), thing, COLOUR)
    clear = torch.lerp(pale, s_curve(pale), CURVED)
    return site.square.paste(torch.lerp(part, clear, LAID * _soft(start, thing)), site.picture)


def _soft(start: Start, thing: Tensor) -> Tensor:
    """Where a thing [3, s, s] is that was found, with a soft rim: [1, s, s] in [0, 1]."""
    there = _contour(start.outline, thing) if start.sketched else start.outline * foreground_mask(thing)
    return start.free * soft_filter(there, max(1, round(SOFTENED * there.shape[1])))


def _contour(outline: Tensor, thing: Tensor) -> Tensor:
    """An outline [1, s, s] that ends where what was drawn in a picture [3, s, s] does."""
    near = max(1, round(SNAP * outline.shape[1]))
    snapped = guided_filter(outline.expand(3, -1, -1), thing, near, CONTRAST)[:1]
    return smoothstep((0.5 + STEEP * (snapped - 0.5)).clamp(0, 1))


def _sharpen(picture: Tensor, square: Square, sharp: Callable[[], Tensor], window: Tensor) -> Tensor:
    """A picture with sharp edges in a square."""
    part, edges, whole = square.cut(picture), square.cut(window), sharp()
    blurred = soft_filter(whole, max(1, round(FINE * square.side)))
    crisp = (whole + CRISP * (whole - blurred)).clamp(0, 1)
    return square.paste(torch.lerp(part, crisp, edges), picture)
