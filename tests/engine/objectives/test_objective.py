from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from engine.ascent.gradient import gradient, normalise
from engine.errors import UnknownChannel
from engine.networks import loading, pocket
from engine.networks.network import LOGITS, Network
from engine.objectives import Objective, blend, channel, channel_batch, layer, neuron, strongest_channel, total
from engine.objectives.objective import LAYER_SHARE

Make = Callable[[str], Objective]
EVERY: dict[str, Make] = {
    "layer": layer,
    "channel": lambda name: channel(name, 3),
    "neuron": lambda name: neuron(name, 2),
    "each": lambda name: channel_batch(name, 3),
    "a corner's neuron": lambda name: neuron(name, 2, 0.0, 1.0),
    "strongest": lambda name: strongest_channel(name, 1, 3),
    "evidence": lambda name: strongest_channel(LOGITS, 1),
    "less": lambda name: -channel(name, 3),
    "weighted": lambda name: 0.25 * layer(name),
    "both": lambda name: 0.7 * layer(name) + channel(name, 1),
    "one without another": lambda name: channel(name, 1) - channel(name, 0),
    "total": lambda name: total([layer("conv1"), layer(name), strongest_channel(LOGITS, 0)]),
}


def value(network: Network, objective: Objective, picture: Tensor) -> float:
    return float(objective(network.activations(picture[None], objective.layers)))


def rise(network: Network, objective: Objective, picture: Tensor) -> tuple[float, float]:
    """The objective's value before and after a short ascent."""
    before = value(network, objective, picture)
    for _ in range(4):
        picture = picture + 0.004 * normalise(gradient(network, objective, picture))
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


def test_the_strongest_counts_at_every_position() -> None:
    planes = torch.tensor([[3.0, -9.0], [-9.0, 5.0], [99.0, 99.0]]).view(1, 3, 1, 2)
    expected = torch.nn.functional.softplus(torch.tensor([3.0, 5.0])).mean()
    torch.testing.assert_close(strongest_channel("a", 0, 1)({"a": planes}), expected)


def test_a_neuron_is_where_it_is_asked_for() -> None:
    plane = torch.arange(12.0).view(1, 1, 3, 4)
    assert neuron("a", 0, 0, 0)({"a": plane}) == 0
    assert neuron("a", 0, 0.5, 0.5)({"a": plane}) == 6
    assert neuron("a", 0, 1, 1)({"a": plane}) == 11


def test_a_total_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="not enough"):
        total([])


def test_a_blend_remembers_its_terms() -> None:
    found = {"a": torch.rand(1, 4, 5, 6), "b": torch.rand(1, 4, 3, 3)}
    one, two = layer("a"), channel("b", 2)
    both = blend([(0.7, one), (-1.5, two)])
    assert both.terms == ((0.7, one), (-1.5, two))
    assert both.layers == {"a", "b"}
    torch.testing.assert_close(both(found), 0.7 * one(found) - 1.5 * two(found))
    with pytest.raises(ValueError, match="not enough"):
        blend([])


@pytest.mark.parametrize("index", [4, 99_999, -1])
def test_a_channel_that_is_not_there_is_refused_with_those_that_are(index: int) -> None:
    found = {"a": torch.rand(1, 4, 5, 6)}
    for objective in (channel("a", index), neuron("a", index), strongest_channel("a", 0, index)):
        with pytest.raises(UnknownChannel, match="The layer a only goes up to channel 3"):
            objective(found)


def test_each_picture_of_a_batch_has_its_own_channel(small_network: Network, photo: Tensor) -> None:
    batch = torch.stack([photo, photo.flip(2), photo.flip(1)])
    found = small_network.activations(batch, ["mixed2"])
    alone = [channel("mixed2", at)({"mixed2": found["mixed2"][k : k + 1]}) for k, at in enumerate((5, 2, 5))]
    waking = LAYER_SHARE * float(found["mixed2"].mean())
    assert float(channel_batch("mixed2", 5, 2, 5)(found)) == pytest.approx(float(sum(alone)) + waking, rel=1e-4)


def test_a_silent_channel_is_woken() -> None:
    heard = torch.nn.Conv2d(3, 2, 1)
    assert heard.bias is not None
    with torch.no_grad():
        heard.weight[:] = torch.tensor([[1.0, 1, 1], [1, 1, 1]])[:, :, None, None]
        heard.bias[:] = torch.tensor([-2.0, 0.0])  # channel 0 hears nothing below a value of 2 / 3
    stages = {"conv": torch.nn.Sequential(heard, torch.nn.ReLU())}
    network = Network(stages, mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0))
    grey = torch.full((3, 32, 32), 0.5)
    assert gradient(network, channel("conv", 0), grey).abs().max() == 0
    assert gradient(network, channel_batch("conv", 0), grey).min() > 0
