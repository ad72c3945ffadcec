from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from engine.ascent.gradient import gradient, normalised
from engine.networks import loading, pocket
from engine.networks.network import Network
from engine.objectives import Objective, channel, evidence, layer, neuron, total

Make = Callable[[str], Objective]
EVERY: dict[str, Make] = {
    "layer": layer,
    "channel": lambda name: channel(name, 3),
    "neuron": lambda name: neuron(name, 2),
    "a corner's neuron": lambda name: neuron(name, 2, 0.0, 1.0),
    "evidence": lambda name: evidence(1),
    "less": lambda name: -channel(name, 3),
    "weighted": lambda name: 0.25 * layer(name),
    "both": lambda name: 0.7 * layer(name) + channel(name, 1),
    "one without another": lambda name: channel(name, 1) - channel(name, 0),
    "total": lambda name: total([layer("conv1"), layer(name), evidence(0)]),
}


def value(network: Network, objective: Objective, picture: Tensor) -> float:
    return float(objective(network.activations(picture[None], objective.layers)))


def rise(network: Network, objective: Objective, picture: Tensor) -> tuple[float, float]:
    """The objective's value before and after a short ascent."""
    before = value(network, objective, picture)
    for _ in range(4):
        picture = picture + 0.004 * normalised(gradient(network, objective, picture))
    return before, value(network, objective, picture)


@pytest.mark.parametrize("name", EVERY)
def test_every_objective_rises(name: str, small_network: Network, photo: Tensor) -> None:
    before, after = rise(small_network, EVERY[name]("mixed2"), photo)
    assert after > before


@pytest.mark.skipif(not pocket.WEIGHTS.exists(), reason="pocket has not been trained yet")
@pytest.mark.parametrize("name", EVERY)
def test_every_objective_rises_on_pocket(name: str, photo: Tensor) -> None:
    before, after = rise(loading.load("pocket"), EVERY[name]("mixed4b"), photo)
    assert after > before


def test_operators_are_arithmetic() -> None:
    found = {"a": torch.rand(1, 4, 5, 6), "b": torch.rand(1, 4, 3, 3)}
    one, two = layer("a"), channel("b", 2)
    x, y = one(found), two(found)
    torch.testing.assert_close((0.7 * one - two * 2 + -two)(found), 0.7 * x - 3 * y)
    torch.testing.assert_close(total([one, two, two])(found), x + 2 * y)
    assert (one + two).layers == {"a", "b"}
    assert (-one).layers == {"a"}


def test_a_layer_counts_the_same_at_every_size() -> None:
    assert layer("a")({"a": torch.full((1, 2, 4, 4), 3.0)}) == layer("a")({"a": torch.full((1, 2, 8, 8), 3.0)}) == 9


def test_a_neuron_is_where_it_is_asked_for() -> None:
    plane = torch.arange(12.0).view(1, 1, 3, 4)
    assert neuron("a", 0, 0, 0)({"a": plane}) == 0
    assert neuron("a", 0, 0.5, 0.5)({"a": plane}) == 6
    assert neuron("a", 0, 1, 1)({"a": plane}) == 11


def test_a_total_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="not enough"):
        total([])
