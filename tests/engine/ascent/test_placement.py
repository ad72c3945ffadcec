"""Where in a picture a thing finds its place: where it is already most like it."""

from __future__ import annotations

from collections.abc import Collection
from math import dist

import torch
from torch import Tensor

from engine.ascent.crop_gradients import CropScorer
from engine.ascent.placement import INNER, best_place
from engine.objectives import Objective


class RedSeeker:
    """A network with one activation: how red what it sees is."""

    def activations(self, picture: Tensor, layers: Collection[str]) -> dict[str, Tensor]:
        return {"red": (picture[:, :1] - picture[:, 1:2]).mean((2, 3), keepdim=True)}


SCORERS = [CropScorer(RedSeeker(), Objective(lambda found: found["red"].sum(), frozenset({"red"})))]
LEFT, RIGHT = (0.5, 0.25), (0.5, 0.75)


def picture(*reds: tuple[float, float]) -> Tensor:
    """A grey picture with red squares."""
    found = torch.full((3, 96, 128), 0.5)
    for row, column in reds:
        top, left = round(row * 96) - 12, round(column * 128) - 12
        found[0, top : top + 24, left : left + 24] = 1
    return found


def test_it_is_where_the_picture_is_most_like_it() -> None:
    for red in (LEFT, RIGHT):
        found = [best_place(SCORERS, picture(red), seed) for seed in range(12)]
        assert sum(dist(place, red) < 0.3 for place in found) >= 9, "chance may take another one now and then"


def test_two_things_take_two_places() -> None:
    first = best_place(SCORERS, picture(LEFT, RIGHT), 1)
    second = best_place(SCORERS, picture(LEFT, RIGHT), 1, taken=[first])
    assert dist(first, second) > 0.25


def test_a_mask_keeps_it_in_its_white() -> None:
    right = torch.zeros(1, 96, 128)
    right[:, :, 64:] = 1
    assert all(best_place(SCORERS, picture(LEFT), seed, right)[1] > 0.5 for seed in range(8))
    (top, bottom), (left, end) = INNER
    row, column = best_place(SCORERS, picture(LEFT), 1, torch.zeros(1, 96, 128))
    assert top <= row <= bottom
    assert left <= column <= end


def test_where_any_place_will_do_the_seed_chooses() -> None:
    found = [best_place(SCORERS, picture(), seed) for seed in range(12)]
    assert found == [best_place(SCORERS, picture(), seed) for seed in range(12)]
    assert len(set(found)) > 6
