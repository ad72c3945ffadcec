"""Towards a second picture's features."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from engine.ascent.gradient import gradient, normalise
from engine.networks.network import Network
from engine.objectives import Objective, guide_objective
from engine.objectives.guide_objective import best_match, mean_feature


def notebooks_gradient(own: Tensor, guide: Tensor) -> Tensor:
    """`objective_guide` of the DeepDream notebook: what it writes into `dst.diff`."""
    channels = own.shape[1]
    x, y = own[0].reshape(channels, -1), guide[0].reshape(channels, -1)
    products = x.T @ y
    return y[:, products.argmax(1)].reshape(own.shape[1:])


def test_the_gradient_is_the_notebooks() -> None:
    generator = torch.Generator().manual_seed(1)
    own = torch.rand(1, 7, 5, 6, generator=generator).requires_grad_()
    guide = torch.rand(1, 7, 4, 3, generator=generator)
    (slope,) = torch.autograd.grad(best_match("a", guide)({"a": own}), own)
    torch.testing.assert_close(slope[0] * 30, notebooks_gradient(own.detach(), guide))


def test_many_positions_are_compared_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    own, guide = torch.rand(1, 4, 9, 11), torch.rand(1, 4, 6, 6)
    whole = best_match("a", guide)({"a": own})
    monkeypatch.setitem(best_match.__globals__, "CHUNK", 10)
    assert best_match("a", guide)({"a": own}) == whole


def test_the_average_knows_no_places() -> None:
    own, guide = torch.rand(1, 4, 5, 5), torch.rand(1, 4, 3, 3)
    shuffled = guide.flatten(2)[:, :, torch.randperm(9)].view_as(guide)
    torch.testing.assert_close(mean_feature("a", guide)({"a": own}), mean_feature("a", shuffled)({"a": own}))
    expected = (own.mean((2, 3)) * guide.mean((2, 3))).sum()
    torch.testing.assert_close(mean_feature("a", guide)({"a": own}), expected)


@pytest.mark.parametrize("by", ["match", "average"])
def test_a_picture_climbs_towards_its_guide(by: str, small_network: Network, photo: Tensor) -> None:
    guide = small_network.activations(torch.rand(1, 3, 64, 64), ["mixed2"])
    objective = guide_objective([(1.0, "mixed2")], guide, by)  # type: ignore[arg-type]

    def value(picture: Tensor) -> float:
        return float(objective(small_network.activations(picture[None], ["mixed2"])))

    climbed = photo + 0.01 * normalise(gradient(small_network, objective, photo))
    assert value(climbed) > value(photo)


def test_several_layers_are_a_blend() -> None:
    found = {"a": torch.rand(1, 2, 3, 3), "b": torch.rand(1, 5, 2, 2)}
    both = guide_objective([(0.5, "a"), (-2.0, "b")], found)
    assert isinstance(both, Objective)
    assert both.layers == {"a", "b"}
    assert [weight for weight, _ in both.terms] == [0.5, -2.0]
    assert not guide_objective([(3.0, "a")], found).terms
