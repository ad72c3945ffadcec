import pytest
import torch
from torch import Generator, Tensor

from engine.canvas.class_sketch import GREY, SIDE, combine_sketches, lay_sketch, order_sketches, sketch_outline


def half(dark: bool) -> Tensor:
    """The left half black, or the right one white; the other one is grey."""
    drawn = torch.full((3, 14, 14), GREY)
    if dark:
        drawn[:, :, :7] = 0
    else:
        drawn[:, :, 7:] = 1
    return drawn


def test_nothing_is_grey() -> None:
    assert combine_sketches([], Generator()).equal(torch.full((3, SIDE, SIDE), GREY))


def test_it_shows_what_was_drawn_mirrored_or_not() -> None:
    sides = set()
    for seed in range(8):
        laid = combine_sketches([half(dark=True)], Generator().manual_seed(seed))
        left, right = laid[:, 16:48, 8:24].mean(), laid[:, 16:48, 40:56].mean()
        assert sorted([round(float(left), 1), round(float(right), 1)]) == [0, GREY]
        assert abs(float(laid[:, 0].mean()) - GREY) < 0.05, "room at the edge"
        sides.add(bool(left < right))
    assert sides == {True, False}


def test_it_is_a_little_different_every_time() -> None:
    one, same, other = (combine_sketches([half(dark=True)], Generator().manual_seed(seed)) for seed in (1, 1, 2))
    assert one.equal(same)
    assert not torch.allclose(one, other, atol=0.05)


def test_two_show_where_the_other_is_grey() -> None:
    for seed in range(4):
        laid = combine_sketches([half(dark=True), half(dark=False)], Generator().manual_seed(seed))
        assert laid.min() >= 0
        assert laid.max() <= 1
        left, right = laid[:, 16:48, 8:24].mean(), laid[:, 16:48, 40:56].mean()
        alone = {round(float(left), 1), round(float(right), 1)}
        assert alone in ({0.0, 1.0}, {GREY}), "beside each other, or, one of them mirrored, black over white"


def test_the_best_of_every_class_comes_first() -> None:
    known = {"castle": torch.rand(2, 3, 4, 4), "rose": torch.rand(3, 3, 4, 4)}
    orders = set()
    for seed in range(6):
        found = order_sketches(known, ["castle", "fog", "rose"], Generator().manual_seed(seed))
        ranks = [
            (name, rank)
            for one in found
            for name, ways in known.items()
            for rank, way in enumerate(ways)
            if one is way or one.equal(way)
        ]
        assert sorted(ranks) == [("castle", 0), ("castle", 1), ("rose", 0), ("rose", 1), ("rose", 2)]
        assert [rank for _, rank in ranks] == [0, 0, 1, 1, 2]
        orders.add(ranks[0][0])
    assert orders == {"castle", "rose"}
    assert order_sketches(known, ["fog"], Generator()) == []


def test_a_sketch_is_laid_in_the_middle() -> None:
    picture, white = torch.full((3, 40, 60), 0.4), torch.ones(3, SIDE, SIDE)
    laid = lay_sketch(picture, white, 0.5, 0.6)
    assert laid[:, 10:30, 20:40].sub(0.7).abs().max() < 1e-5
    assert laid.sum() - picture.sum() == pytest.approx(3 * 20 * 20 * 0.3, rel=1e-3), "nowhere else"
    assert lay_sketch(picture, white, 0.5, 2.0).max() == 1, "not above 1"
    assert torch.equal(lay_sketch(picture, torch.full((3, SIDE, SIDE), GREY), 0.5, 1.0), picture)


def test_an_outline_is_what_is_drawn_and_a_little_more() -> None:
    left = half(dark=True)
    found = sketch_outline(left, 0.5, 0.05, 80)
    assert found.shape == (1, 80, 80)
    assert found[:, 24:56, 24:36].min() > 0.99, "the left half of the middle"
    assert found[:, :, 50:].max() < 0.01
    assert found[:, :12].max() < 0.01
    assert float(sketch_outline(left, 0.5, 0.1, 80).sum()) > 1.2 * float(found.sum())
    whole = sketch_outline(torch.full((3, 14, 14), GREY + 0.05), 0.5, 0.05, 80)
    assert whole[:, 24:56, 24:56].min() > 0.99, "what is nearly grey is drawn, too"
    assert sketch_outline(torch.full((3, 14, 14), GREY), 0.5, 0.05, 80).max() == 0
