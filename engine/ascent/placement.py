"""Where in a picture a thing finds its place: `(scorers, picture, seed) => a row and a column`.

Parts of the picture are looked at as they are; where they are already most like the thing, it grows whole: fish in a
saucer, a castle on a tower. Each seed looks in another direction, so that the next one chooses another place that will
do.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from engine.ascent.crop_gradients import CropScorer
from engine.canvas.resample import Size
from engine.canvas.spots import Place, place_on_ring

GRID = (4, 6)
"""Rows and columns of places that are looked at."""
ROOM = (0.28, 0.22)
"""How far they are from the rim at least, as shares of the height and the width, for a thing that is alone: nearer
things are cut off."""
PART = 0.62
"""The side of a part around a place, as a share of the short side."""
SEEN = 128
"""Pixels at which a part is seen."""
BATCH = 8
"""Parts that a network sees at once."""
DIRECTION_WEIGHT = 3.0
"""How much it counts, in spreads of the scores, to be where the seed looks first, ..."""
NEAR = 0.25
"""... and how near that is: a spread, as a share of the sides."""
SPREAD = 0.5
"""How large the place of a thing is that is alone, as `spots.bell` has it; several share the picture."""
APART = 3.0
"""How much a place loses that another thing has already, in spreads of the scores."""
MASK_WEIGHT = 6.0
"""How much it counts, in spreads of the scores, how much of a place a mask leaves: the logarithm of its white share."""
SHRINKING = (1.0, 0.85, 0.7, 0.55)
"""Shares of its size that a thing may have where a mask leaves little room, tried in turn, ..."""
STEPS = (-0.2, -0.1, 0.0, 0.1, 0.2)
SHIFTS = sorted(itertools.product(STEPS, STEPS), key=lambda at: math.hypot(*at))
"""... with shifts, as shares of the sides, the nearest first, until ..."""
ENOUGH = 0.96
"""... so much of its square is white."""
LEAST = 1e-3
"""What is left of a place that a mask keeps from being dreamed, for it may do so everywhere."""


def best_place(
    scorers: Sequence[CropScorer],
    picture: Tensor,
    seed: int,
    within: Tensor | None = None,
    taken: Sequence[Place] = (),
    things: int = 1,
) -> Place:
    """A row and a column, as shares of the sides, for what the scorers look for in a picture [3, h, w] in [0, 1].

    With a mask [1, h, w] in [0, 1] it is where that is white; places that are `taken` are kept away from, as far as
    things reach, and each further thing is looked for in the direction of the next seed. The more things there are, the
    smaller they are, and the nearer to the rim they may be.
    """
    rows, columns = (_steps(room * spread(things) / SPREAD, count) for room, count in zip(ROOM, GRID, strict=True))
    places = [(row, column) for row in rows for column in columns]
    parts = torch.cat([_part(picture, place) for place in places])
    with torch.no_grad():
        scores = sum((_scores(one, parts) for one in scorers), torch.zeros(len(places)))
    suitable = (scores - scores.mean()) / (scores.std() + LEAST)
    suitable += DIRECTION_WEIGHT * _nearness(places, place_on_ring(seed + len(taken)), NEAR)
    for other in taken:
        suitable -= APART * _nearness(places, other, spread(2))
    if within is not None:
        suitable += MASK_WEIGHT * torch.tensor([_white(within, place) + LEAST for place in places]).log()
    return places[int(suitable.argmax())]


class Square(NamedTuple):
    """A part of a picture, in pixels."""

    top: int
    left: int
    side: int

    def cut(self, picture: Tensor) -> Tensor:
        """What of a picture [c, h, w] is in it, as a view."""
        return picture[:, self.top : self.top + self.side, self.left : self.left + self.side]

    def middle(self, share: float) -> Square:
        """A smaller square in its middle."""
        side = max(1, round(share * self.side))
        rim = (self.side - side) // 2
        return Square(self.top + rim, self.left + rim, side)

    def centre(self, size: Size) -> Place:
        """Its middle, as shares of the sides of a picture of that size."""
        return (self.top + self.side / 2) / size[0], (self.left + self.side / 2) / size[1]

    def paste(self, part: Tensor, picture: Tensor) -> Tensor:
        """A copy of a picture [c, h, w] with another part there."""
        whole = picture.clone()
        self.cut(whole).copy_(part)
        return whole


def room_for(place: Place, share: float, size: Size, mask: Tensor | None, thing: float = 1.0) -> Square:
    """A square near a place of a picture of that size, at most so large a share of its short side.

    All of it is inside, and what a thing in its middle takes, a share of its side, in the white of a mask [1, h, w], as
    far as that has room.
    """
    squares = [_inside(place, shift, smaller * share, size) for smaller in SHRINKING for shift in SHIFTS]
    if mask is None:
        return squares[0]
    white = torch.tensor([float(square.middle(thing).cut(mask).mean()) for square in squares])
    return squares[int((white >= min(ENOUGH, float(white.max()))).float().argmax())]


def spread(things: int) -> float:
    """How large each place of so many things is, as `spots.bell` has it: all of them take as much as one alone."""
    return SPREAD / math.sqrt(things)


def _nearness(places: Sequence[Place], other: Place, reach: float) -> Tensor:
    """1 for a place that is another one, less the further away it is: [n]."""
    return torch.tensor([math.exp(-(math.dist(place, other) ** 2) / (2 * reach**2)) for place in places])


def _white(mask: Tensor, place: Place) -> float:
    """How much of the part around a place is white: a thing beside a face has to keep off all of that."""
    return float(_part(mask, place).mean())


def _steps(first: float, count: int) -> list[float]:
    """From the first to as far from the other side."""
    return [first + (1 - 2 * first) * at / (count - 1) for at in range(count)]


def _inside(place: Place, shift: Place, share: float, size: Size) -> Square:
    """A square around a place, moved by shares of the sides, and as far as it has to be to lie in the picture."""
    side = max(1, round(share * min(size)))
    top, left = (
        min(length - side, max(0, round((at + by) * length - side / 2)))
        for at, by, length in zip(place, shift, size, strict=True)
    )
    return Square(top, left, side)


def _part(picture: Tensor, place: Place) -> Tensor:
    height, width = picture.shape[1:]
    side = max(1, round(PART * min(height, width)))
    top, left = (
        min(length - side, max(0, round(at * length - side / 2)))
        for at, length in zip(place, (height, width), strict=True)
    )
    part = picture[None, :, top : top + side, left : left + side]
    return interpolate(part, (SEEN, SEEN), mode="bilinear", antialias=True)


def _scores(scorer: CropScorer, parts: Tensor) -> Tensor:
    """Of each part [n, 3, s, s] by itself, for an objective adds up a batch: [n], on the CPU."""
    network, objective = scorer.network, scorer.objective
    found = [network.activations(some, objective.layers) for some in torch.split(parts, BATCH)]
    alone = [{name: one[at : at + 1] for name, one in some.items()} for some in found for at in range(_count(some))]
    return torch.stack([objective(one) for one in alone]).float().cpu()


def _count(activations: Mapping[str, Tensor]) -> int:
    return len(next(iter(activations.values())))
