"""Several things in one body: the least of the scores of a picture counts."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from engine.catalog.catalog import LOGITS, Meaning
from engine.objectives import between, channel_pair_batch, one_body
from engine.objectives.soft_minimum import soft_minimum

FISH, DOG = (Meaning(layer=LOGITS, about="", channels=(at,)) for at in (0, 1))


def evidence(*pictures: tuple[float, float]) -> Tensor:
    return torch.tensor(pictures)[:, :, None, None].requires_grad_()


def slopes(scores: Tensor, value: Tensor) -> list[list[float]]:
    (slope,) = torch.autograd.grad(value, scores)
    return slope[:, :, 0, 0].tolist()


def test_whichever_is_behind_grows_most() -> None:
    scores = evidence((20.0, 5.0), (9.0, 9.0))
    (fish, dog), (one, other) = slopes(scores, one_body([FISH, DOG])({LOGITS: scores}))
    assert dog > 50 * fish > 0
    assert one == pytest.approx(other)


def test_both_in_one_picture_are_worth_more_than_one_in_each() -> None:
    together, apart = evidence((12.0, 12.0), (0.0, 0.0)), evidence((12.0, 0.0), (0.0, 12.0))
    objective = one_body([FISH, DOG])
    assert objective({LOGITS: together}) > objective({LOGITS: apart}) + 1


def test_of_one_thing_it_is_that_thing() -> None:
    scores = evidence((18.0, 5.0))
    assert one_body([FISH])({LOGITS: scores}).item() == pytest.approx(2.0)
    with pytest.raises(ValueError, match="nothing to be seen"):
        one_body([])


def test_each_picture_has_weights_of_its_own_and_of_none_nothing_counts() -> None:
    scores = evidence((3.0, 1.0), (3.0, 1.0))
    weights = torch.tensor([[1.0, 0.5], [0.0, 0.5]])
    (fish, dog), (half, more) = slopes(scores, between([[FISH], [DOG]], weights)({LOGITS: scores}))
    assert fish == pytest.approx(1 / 9)
    assert dog == 0
    assert more > half > 0


def test_it_is_about_the_least_whatever_the_scores() -> None:
    scores = torch.tensor([[1.0, -4.0, 30.0], [2.0, 7.0, 30.0]])
    assert torch.allclose(soft_minimum(scores), torch.tensor([1.0, -4.0, 30.0]), atol=0.3)


def test_of_a_pair_of_channels_the_weaker_one_grows_more() -> None:
    found = torch.rand(2, 4, 5, 5, generator=torch.Generator().manual_seed(4))
    found[0, 1] += 3
    leaf = found.requires_grad_()
    (slope,) = torch.autograd.grad(channel_pair_batch("a", [(1, 2), (0, 0)])({"a": leaf}), leaf)
    moved = slope.mean((2, 3))
    assert moved[0, 2] > 1.5 * moved[0, 1] > 0
    assert moved[1, 0] > 100 * moved[1, 1].abs()
