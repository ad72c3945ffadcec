import torch
from torch import Generator, Tensor

from engine.canvas.class_sketch import GREY, SIDE, combine_sketches


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
