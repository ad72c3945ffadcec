"""Things grown out of a picture: `(aims, picture) => iterator of Progress`.

Each is found in a square of the picture that suits it, as concepts are out of grey (`thing_ascent`): begun several
times, each time with another sketch of it over what is left of the picture where its edges go, so that what can be
named best goes on. It is laid over the picture up to its contour, and from then on the networks see the whole of both
(Hamblin et al. 2024, "Feature Accentuation"): so a cup's rim becomes a lighthouse's gallery, and the sea comes to a
wreck. Where all of the picture is to become it, and of what no sketch is known, nothing is found in a square: both
networks see the whole picture from the beginning, with a sketch laid over it or without one, and what is there already
becomes parts of the thing: a spoon an eye, a cup a belly.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
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
from engine.canvas.box_filter import soft_filter
from engine.canvas.class_sketch import sketch_outline
from engine.canvas.colour_matching import luminance
from engine.canvas.contrast import s_curve
from engine.canvas.fourier_overlay import Look
from engine.canvas.guided_filter import guided_filter
from engine.canvas.resample import Size, soften
from engine.canvas.smoothstep import smoothstep
from engine.canvas.spots import Place, bell
from engine.catalog.catalog import Meaning

SQUARE, LARGE = 0.85, 1.0
"""How large the square is in which a thing is found that is alone, as a share of the short side; and in which all of a
picture begins to become one."""
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
ACCENTUATING = Schedule(pull=15, closest=0.8, margin=0, side=176, natural=4.0, colour_jitter=THING)
"""How it is grown together with the picture."""
SHAPES = {"natural": SHAPE, "vivid": SHAPE._replace(chroma=1.2)}
"""The waves by which a thing is found, ..."""
LOOKS = {
    "natural": Look(falloff=1.4, chroma=0.5, rate=0.05, finest=(120.0, 30.0)),
    "vivid": Look(falloff=1.2, chroma=1.3, rate=0.06, finest=(160.0, 60.0)),
}
"""... and those by which it grows together with the picture."""
TRANSFORMING = Schedule(pull=5, closest=0.6, margin=0, side=176, natural=4.0, colour_jitter=THING)
"""How a picture becomes a thing: pulled back less, and also by smaller parts of it."""
FASTER, MADE = 1.2, 0.6
"""How much faster waves move then; and how much of them the picture takes far from where the thing is begun."""
DIM, LIGHT, CLEARED, BEYOND = 8, 0.8, 0.9, 0.03
"""Waves of its light that are left where it is begun, and their contrast; how much of its edges goes, for what is left
of a cat's eye becomes a porthole; and how far beyond the sketch, as a share of the square's side."""
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
    everywhere: bool = False
    """Whether all of the picture is to become it."""

    def with_pace(self, look: Look) -> Look:
        """Waves that move faster for what is to be stronger."""
        return look._replace(rate=max(1.0, self.strength) ** 0.5 * look.rate)


class Site(NamedTuple):
    """Where a thing grows."""

    picture: Tensor
    """[3, h, w] in [0, 1]."""
    square: Square
    """Where it is found."""
    free: Tensor
    """Where it may be dreamed, [1, h, w] in [0, 1]."""
    share: Tensor
    """How much of the picture is its, beside others' [1, h, w] in [0, 1]."""

    def window(self, far: float, near: float) -> Tensor:
        """How much of its waves the picture takes, so much far from it and so much near it: [1, h, w]."""
        return self.free * self.share * (far + (near - far) * self.near())

    def near(self) -> Tensor:
        """1 in the middle of the square, soft around it: [1, h, w]."""
        size = (self.picture.shape[1], self.picture.shape[2])
        return bell(size, self.square.centre(size), SPREAD).to(self.picture.device)


class Found(NamedTuple):
    """A thing that was found, in a picture."""

    picture: Tensor
    """[3, h, w] in [0, 1]."""
    where: Tensor
    """[1, h, w] in [0, 1]."""


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
    squares = _squares(aims.scorers, picture, mask, seed, LARGE if course.everywhere else SQUARE)
    shares = _shares(squares, size).to(picture.device)
    for square, share, meaning, scorers, sketches in zip(
        squares, shares, aims.meanings, aims.scorers, aims.sketches, strict=True
    ):
        site = Site(dreamed, square, free, share)
        for report in _grow(scorers, meaning, sketches, site, course, generator):
            done += 1
            yield Progress(done, steps, partial(_through, picture, report.show, course.strength), size)
        dreamed = report.show()


def _squares(
    aims: Sequence[Sequence[CropScorer]], picture: Tensor, mask: Tensor | None, seed: int, alone: float
) -> list[Square]:
    """Where each thing is found; how large a square is that is alone, as a share of the short side."""
    places: list[Place] = []
    for scorers in aims:
        places.append(best_place(scorers, picture, seed, mask, places, len(aims)))
    side = alone * spread(len(places)) / spread(1)
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
    starts = [_from_start(scorers, one, site, each, generator) for one in sketches]

    def score(picture: Tensor) -> float:
        return named_for(scorers, [meaning], site.square.cut(picture))

    return best_start(starts, course.start, score)


def _from_start(
    scorers: Sequence[CropScorer], sketch: Tensor | None, site: Site, course: Course, generator: torch.Generator
) -> Iterator[Progress]:
    """A thing in its place, or all of a picture, that is grown and given sharp edges."""
    if course.everywhere or sketch is None:
        return _transform(scorers, sketch, site, course, generator)
    return _grow_in_place(scorers, sketch, site, course, generator)


def _grow_in_place(
    scorers: Sequence[CropScorer], sketch: Tensor, site: Site, course: Course, generator: torch.Generator
) -> Iterator[Progress]:
    """A thing found, grown together with a picture, and given sharp edges."""
    picture, where = yield from _find_in_outline(scorers, sketch, site, course, generator)
    look, window = course.with_pace(LOOKS[course.look]), torch.maximum(where, site.window(FAR, NEAR))
    for grown in grow_waves(picture, look, course.detailing, scorers, generator, window):
        yield grown
    picture, middle = grown.show(), site.square.middle(SKETCHED + 2 * REACH)
    for sharp in sharpen_edges(middle.cut(picture), scorers, generator):
        yield replace(sharp, show=partial(_sharpen_square, picture, middle, sharp.show, window))


def _find_in_outline(
    scorers: Sequence[CropScorer], sketch: Tensor, site: Site, course: Course, generator: torch.Generator
) -> Generator[Progress, None, Found]:
    """A thing drawn by a sketch of it, over a square of a picture without its edges."""
    square, look = site.square, course.with_pace(SHAPES[course.look])
    part, free = square.cut(site.picture), square.cut(site.free)
    outline = sketch_outline(sketch, SKETCHED, REACH, square.side).to(part.device)
    initial = begin_with(_pale(part, SOFT, PALE), sketch)
    window = AROUND + (1 - AROUND) * free * outline

    def mask(thing: Tensor) -> Tensor:
        return free * soft_filter(_contour(outline, thing), max(1, round(SOFTENED * square.side)))

    def lay(show: Callable[[], Tensor]) -> Tensor:
        thing = show()
        clear = thing if course.look == "vivid" else _clear(thing)
        return square.paste(torch.lerp(part, clear, LAID * mask(thing)), site.picture)

    for found in grow_waves(initial, look, course.finding, scorers, generator, window):
        yield replace(found, show=partial(lay, found.show))
    return Found(lay(found.show), square.paste(mask(found.show()), torch.zeros_like(site.free)))


def _clear(thing: Tensor) -> Tensor:
    """A picture [3, s, s] with less colour, and more contrast."""
    pale = torch.lerp(luminance(thing).expand_as(thing), thing, COLOUR)
    return torch.lerp(pale, s_curve(pale), CURVED)


def _contour(outline: Tensor, thing: Tensor) -> Tensor:
    """An outline [1, s, s] that ends where what was drawn in a picture [3, s, s] does."""
    near = max(1, round(SNAP * outline.shape[1]))
    snapped = guided_filter(outline.expand(3, -1, -1), thing, near, CONTRAST)[:1]
    return smoothstep((0.5 + STEEP * (snapped - 0.5)).clamp(0, 1))


def _transform(
    scorers: Sequence[CropScorer], sketch: Tensor | None, site: Site, course: Course, generator: torch.Generator
) -> Iterator[Progress]:
    """All of a picture that becomes a thing, and is given sharp edges."""
    begun = site.picture if sketch is None else _begin_over(site, sketch)
    window = site.window(MADE, 1)
    growing = replace(TRANSFORMING, steps=course.finding.steps + course.detailing.steps)
    look = course.with_pace(LOOKS[course.look])
    look = look._replace(rate=FASTER * look.rate)
    for grown in grow_waves(begun, look, growing, scorers, generator, window):
        yield grown
    picture = grown.show()
    for sharp in sharpen_edges(picture, scorers, generator):
        yield replace(sharp, show=partial(_sharpen, picture, sharp.show, window))


def _begin_over(site: Site, sketch: Tensor) -> Tensor:
    """A picture with a sketch of a thing, and less of its own edges there: [3, h, w]."""
    square = site.square
    part, free = square.cut(site.picture), square.cut(site.free)
    outline = sketch_outline(sketch, SKETCHED, BEYOND, square.side).to(part.device)
    ground = torch.lerp(part, _pale(part, DIM, LIGHT), CLEARED * outline)
    return square.paste(torch.lerp(part, begin_with(ground, sketch), free), site.picture)


def _pale(part: Tensor, waves: int, contrast: float) -> Tensor:
    """The light of a picture [3, s, s], so many waves of it, without its shapes."""
    return 0.5 + contrast * (soften(part, waves) - 0.5)


def _sharpen_square(picture: Tensor, square: Square, sharp: Callable[[], Tensor], window: Tensor) -> Tensor:
    """A picture with sharp edges in a square."""
    return square.paste(_sharpen(square.cut(picture), sharp, square.cut(window)), picture)


def _sharpen(picture: Tensor, sharp: Callable[[], Tensor], window: Tensor) -> Tensor:
    """A picture with sharp edges, as far as a window [1, h, w] lets them through."""
    whole = sharp()
    blurred = soft_filter(whole, max(1, round(FINE * min(whole.shape[1:]))))
    return torch.lerp(picture, (whole + CRISP * (whole - blurred)).clamp(0, 1), window)
