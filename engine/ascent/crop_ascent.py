"""Dreaming by random crops: `(eyes, overlay, schedule) => iterator of Progress`.

At every step a network sees a few crops of the picture, each whole, at the size that it was trained with: so it looks
for whole animals and whole buildings, where a loop over all pixels finds textures. Crops begin as large as the picture
and become smaller, down to its own pixels. Several networks take turns, crop by crop: what only one of them believes
does not grow.
After Fel et al. 2023 (MACO, arXiv:2306.06805) and Hamblin et al. 2024 ("Feature Accentuation").
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import interpolate, pad

from engine.ascent.adam import Adam
from engine.ascent.crop_gradients import CropScorer, View, view_slopes
from engine.ascent.progress import Progress
from engine.canvas.colour_matching import luminance
from engine.canvas.fourier_overlay import Overlay
from engine.canvas.resample import Size
from engine.canvas.spots import Place
from engine.objectives import Objective, naturalness

SIDE = 208
"""Pixels at which a crop is seen."""
CROPS = 2
"""Crops a step."""
MARGIN = 0.4
"""How far a crop may reach over the rim, as a share of its side; there it sees the picture mirrored. Where one thing is
to stand in the middle, it may not: mirrored halves of it at the rim would do as well."""
NOISE_STD = 0.06
"""Spread of the noise over what is seen: what would vanish in it does not grow."""
UNIT = 8
"""A picture is rendered at multiples of this many pixels: few different sizes, quick transforms."""
MOMENTA = (0.9, 0.99)
DECAY_START, FINAL_RATE = 0.6, 0.2
"""After this share of the steps they become smaller, down to this share."""
BROADENING = 1.6
"""Crops have their full range of sizes after 1 / this of the steps."""
SWAY = 0.08
"""How far the middle of a crop lies from the place that it is to surround, at most, as a share of its side."""


class ColourJitter(NamedTuple):
    """How much of its colour a crop may lack; drawn for each. What is looked for is then a shape, and not the colours
    that suit it: with all of them in sight a rainbow stands for a thing, and nobody can name that."""

    desaturation: float
    """At most this share of its colour, in [0, 1] ..."""
    grayscale: float
    """... and of this share of the crops all of it."""


THING = ColourJitter(desaturation=0.6, grayscale=0.25)
"""For things: of layers everything is wanted, colours too."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """How to climb."""

    steps: int = 48
    rate: float = 0.045
    """How far Adam moves a coefficient in one step."""
    push: float = 9.0
    """How much the objective counts."""
    pull: float = 30.0
    """How much it counts to be far from the source, as the canvas measures that."""
    closest: float = 0.24
    """The smallest crops, as a share of the short side; never less than `side` pixels, if there are so many."""
    margin: float = MARGIN
    side: int = SIDE
    """Pixels at which a crop is seen. The fewer, the larger is what grows: what is small cannot be made out."""
    grain: float = NOISE_STD
    """Spread of the noise over what is seen."""
    crops: int = CROPS
    """Crops a step."""
    around: Place | None = None
    """The place that all crops surround; None lets them lie anywhere."""
    colour_jitter: ColourJitter | None = None
    """How much of their colour crops may lack; None is nothing."""
    natural: float = 0.0
    """How much it counts that activations are as a photograph's are: grain and halves of things are not."""


def accentuate(
    scorers: Sequence[CropScorer], canvas: Overlay, schedule: Schedule, generator: torch.Generator
) -> Iterator[Progress]:
    """Climb; every step is reported. The generator, on the CPU, draws crops and grain."""
    optimizer = Adam(canvas.spectrum, schedule.rate, MOMENTA)
    natural = [one._replace(objective=as_natural(one.objective, schedule.natural)) for one in scorers]
    for step in range(schedule.steps):
        done = step / schedule.steps
        optimizer.rate = schedule.rate * learning_rate_decay(done)
        small = next_render_size(schedule, canvas.size, done, generator)
        picture, away = canvas.render(small.size)
        crops = draw_crops(small, generator, schedule)
        scored = [natural[(step + at) % len(natural)] for at in range(len(crops))]
        slopes = view_slopes(
            [(one, View(crop.cut(picture), crop.see)) for one, crop in zip(scored, crops, strict=True)]
        )
        slope = torch.zeros_like(picture)
        for crop, found in zip(crops, slopes, strict=True):
            crop.cut(slope).add_(found)
        optimizer.descend([away, picture], [away.new_tensor(schedule.pull), slope.mul_(-schedule.push)])
        yield Progress(step + 1, schedule.steps, canvas.snapshot, canvas.size)


def as_natural(objective: Objective, natural: float) -> Objective:
    """An objective, and by how much it counts that what is seen looks like a photograph."""
    return objective + natural * naturalness() if natural else objective


class RenderSize(NamedTuple):
    """A size to render at, and the side of a crop there."""

    size: Size
    side: int


def render_size(size: Size, scale: float, side: int = SIDE) -> RenderSize:
    """How a picture is rendered so that crops of `scale` times its short side are about `side` pixels."""
    short = min(size)
    share = min(1.0, side / (short * scale))
    height, width = (_round_to_unit(edge * share, edge) for edge in size)
    return RenderSize((height, width), round(min(height, width) * scale))


def _round_to_unit(length: float, most: int) -> int:
    """A multiple of `UNIT`, at most as long as there are pixels."""
    return most if length >= most - UNIT else max(UNIT, UNIT * round(length / UNIT))


class Span(NamedTuple):
    """Rows or columns of a picture, and how many are seen mirrored beyond its rim, before and behind them."""

    inside: slice
    before: int
    behind: int

    @classmethod
    def of(cls, begin: int, side: int, length: int) -> Span:
        """So many from `begin` on, which may be less than 0, of `length`."""
        inside = slice(max(0, begin), min(length, begin + side))
        return cls(inside, inside.start - begin, begin + side - inside.stop)


class Crop(NamedTuple):
    """A square of a picture, and how it is seen."""

    rows: Span
    columns: Span
    side: int
    """Pixels at which it is seen."""
    mirrored: bool
    colour_lost: float
    """The share of its colour that it lacks."""
    grain: Tensor
    """What is laid over it, [1, 3, side, side]."""

    def cut(self, picture: Tensor) -> Tensor:
        """What of a picture [3, h, w] is in it."""
        return picture[:, self.rows.inside, self.columns.inside]

    def see(self, part: Tensor) -> Tensor:
        """What was cut [3, h, w], as a network sees it, [1, 3, side, side]."""
        seen, (_, above, below), (_, left, right) = part[None], self.rows, self.columns
        if above or below or left or right:
            seen = pad(seen, (left, right, above, below), mode="reflect")
        if seen.shape[2] != self.side:
            seen = interpolate(seen, (self.side, self.side), mode="bilinear", antialias=True)
        seen = seen.flip(3) if self.mirrored else seen
        if self.colour_lost:
            seen = torch.lerp(seen, luminance(seen[0])[None].expand_as(seen), self.colour_lost)
        return seen + self.grain.to(seen.device)


def draw_crops(rendered: RenderSize, generator: torch.Generator, schedule: Schedule) -> list[Crop]:
    """Random squares of a picture, each seen as the schedule says, mirrored half of the time, in grain.

    They may reach over the rim: drawn inside of it only, the middle would be seen more often than the rim.
    """
    size, side = rendered.size, min(rendered.side, *rendered.size)
    reach = min(int(schedule.margin * side), *(length - 1 for length in size))
    drawn = [_draw_crop(size, side, reach, generator, schedule) for _ in range(schedule.crops)]
    grain = torch.randn((len(drawn), 3, schedule.side, schedule.side), generator=generator).mul_(schedule.grain)
    return [crop._replace(grain=own) for crop, own in zip(drawn, grain.chunk(len(drawn)), strict=True)]


def random_crops(picture: Tensor, side: int, generator: torch.Generator, schedule: Schedule) -> Tensor:
    """Random squares of a picture [3, h, w], at least so large, as they are seen: [crops, 3, s, s]."""
    crops = draw_crops(RenderSize((picture.shape[1], picture.shape[2]), side), generator, schedule)
    return torch.cat([crop.see(crop.cut(picture)) for crop in crops])


def _draw_crop(size: Size, side: int, reach: int, generator: torch.Generator, schedule: Schedule) -> Crop:
    """A crop without its grain."""
    framed = [length + 2 * reach for length in size]
    if schedule.around is None:
        starts = [int(torch.randint(0, length - side + 1, (), generator=generator)) for length in framed]
    else:
        starts = [
            _start_around(at, length, side, reach, generator)
            for at, length in zip(schedule.around, framed, strict=True)
        ]
    rows, columns = (Span.of(start - reach, side, length) for start, length in zip(starts, size, strict=True))
    mirrored = bool(torch.rand((), generator=generator) < 0.5)
    lost = 0.0 if schedule.colour_jitter is None else _draw_loss(schedule.colour_jitter, generator)
    return Crop(rows, columns, schedule.side, mirrored, lost, torch.empty(0))


def _draw_loss(jitter: ColourJitter, generator: torch.Generator) -> float:
    """The share of its colour that a crop lacks."""
    grayscale, share = torch.rand(2, generator=generator).tolist()
    return 1.0 if grayscale < jitter.grayscale else jitter.desaturation * float(share)


def _start_around(at: float, length: int, side: int, reach: int, generator: torch.Generator) -> int:
    """Where a crop begins whose middle is near `at`, a share of what is inside the frame; it ends in the frame."""
    sway = SWAY * side * (2 * float(torch.rand((), generator=generator)) - 1)
    middle = reach + at * (length - 2 * reach) + sway
    return min(length - side, max(0, round(middle - side / 2)))


def next_render_size(schedule: Schedule, size: Size, done: float, generator: torch.Generator) -> RenderSize:
    """How a picture of that size is rendered for the next crops, when a share `done` of the steps is made."""
    return render_size(size, _crop_scale(schedule, size, done, generator), schedule.side)


def _crop_scale(schedule: Schedule, size: Size, done: float, generator: torch.Generator) -> float:
    """The side of the next crops as a share of the short side."""
    least = min(1.0, max(schedule.closest, schedule.side / min(size)))
    least = 1 - (1 - least) * min(1.0, BROADENING * done)
    return least + (1 - least) * float(torch.rand((), generator=generator))


def learning_rate_decay(done: float) -> float:
    """The size of a step when a share `done` of them is made, as a share of the first one's."""
    return 1 - (1 - FINAL_RATE) * max(0.0, done - DECAY_START) / (1 - DECAY_START)
