"""Where in a picture a thing finds its place: where it is already most like it."""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise
from math import dist

import pytest
import torch
from torch import Tensor

from engine.ascent.crop_gradients import CropScorer
from engine.ascent.placement import ROOM, Square, best_place, room_for
from engine.canvas.spots import Place
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


def keeps_off(place: Place, room: tuple[float, float]) -> bool:
    return all(least - 1e-9 <= at <= 1 - least + 1e-9 for at, least in zip(place, room, strict=True))


@pytest.mark.parametrize("liked", [(LEFT, RIGHT), (LEFT,), ()])
def test_two_things_take_two_places_by_every_seed(liked: tuple[Place, ...]) -> None:
    for seed in range(12):
        first = best_place(SCORERS, picture(*liked), seed, things=2)
        second = best_place(SCORERS, picture(*liked), seed, taken=[first], things=2)
        assert dist(first, second) > 0.25


def test_a_mask_keeps_it_in_its_white() -> None:
    right = torch.zeros(1, 96, 128)
    right[:, :, 64:] = 1
    assert all(best_place(SCORERS, picture(LEFT), seed, right)[1] > 0.5 for seed in range(8))
    assert keeps_off(best_place(SCORERS, picture(LEFT), 1, torch.zeros(1, 96, 128)), ROOM)


def test_a_thing_alone_keeps_further_from_the_rim_than_one_of_several() -> None:
    for seed in range(8):
        assert keeps_off(best_place(SCORERS, picture(LEFT), seed), ROOM)
    several = [best_place(SCORERS, picture(), seed, things=4) for seed in range(12)]
    assert not all(keeps_off(place, ROOM) for place in several)
    assert all(keeps_off(place, (ROOM[0] / 2, ROOM[1] / 2)) for place in several)


def test_where_any_place_will_do_the_seed_chooses() -> None:
    found = [best_place(SCORERS, picture(), seed) for seed in range(12)]
    assert found == [best_place(SCORERS, picture(), seed) for seed in range(12)]
    assert len(set(found)) > 6


def test_seeds_that_follow_one_another_look_in_other_directions() -> None:
    found = [best_place(SCORERS, picture(), seed) for seed in range(1, 9)]
    assert min(dist(one, next_one) for one, next_one in pairwise(found)) > 0.25


def test_it_keeps_off_what_is_spared_in_the_middle() -> None:
    spared = torch.ones(1, 96, 128)
    spared[:, 30:66, 46:82] = 0.1
    away, there = (
        [dist(best_place(SCORERS, picture((0.5, 0.5)), seed, mask), (0.5, 0.5)) for seed in range(8)]
        for mask in (spared, None)
    )
    assert min(away) > 0.15
    assert min(there) < 0.15, "where it would be else"


def test_there_is_room_inside_and_where_a_mask_is_white() -> None:
    size = (60, 90)
    assert room_for((0.5, 0.5), 0.6, size, None) == (12, 27, 36)
    assert room_for((0.1, 0.95), 0.6, size, None) == (0, 54, 36), "not over the rim"
    right = torch.zeros(1, *size)
    right[:, :, 45:] = 1
    assert room_for((0.5, 0.6), 0.6, size, right) == (12, 45, 36), "moved into the white"
    right[:, :, 75:] = 0
    square = room_for((0.5, 0.65), 0.6, size, right)
    assert square.side < 36, "smaller, where there is no room for all of it"
    assert square.cut(right).mean() > 0.9
    assert room_for((0.5, 0.65), 0.6, size, right, thing=0.8).side > square.side, "what is around it may reach out"


def test_a_square_is_cut_and_pasted() -> None:
    picture, square = torch.arange(2 * 6 * 8).view(2, 6, 8), Square(1, 3, 4)
    assert square.cut(picture).equal(picture[:, 1:5, 3:7])
    pasted = square.paste(torch.zeros(2, 4, 4), picture)
    assert square.cut(pasted).eq(0).all()
    assert (pasted != picture).sum() == 32
    assert picture[0, 1, 3] == 11, "a copy"
    assert square.middle(0.5) == (2, 4, 2)
