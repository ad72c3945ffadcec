"""What fires, and what it does: against sums written out, and on a network whose head is known."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from engine.ascent.attribution import (
    ChannelStatistics,
    channel_statistics,
    dominant_channels,
    gradient_times_activation,
    layer_gradients,
    noise_baseline,
)
from engine.networks.network import LOGITS, Network
from engine.networks.pocket import MEAN, STD
from engine.objectives import channel, layer

PLANTED = 17


@pytest.fixture
def rigged(small_stages: nn.ModuleDict) -> Network:
    """A network whose class 3 hears one channel of the last stage and nothing else."""
    head = nn.Linear(24, 5)
    with torch.no_grad():
        head.weight.normal_(0, 0.3, generator=torch.Generator().manual_seed(1))
        head.weight[3] = 0
        head.weight[3, PLANTED] = 1
    return Network(dict(small_stages.items()), mean=MEAN, std=STD, head=head, labels=tuple("abcde"))


def test_a_slope_is_the_gradient_towards_a_layer(small_network: Network, photo: Tensor) -> None:
    picture = photo[None, :, :64, :64]
    made, found = layer_gradients(small_network, channel(LOGITS, 2), picture, ["mixed2", "conv1"], ["pool1"])
    assert set(found) >= {"mixed2", "conv1", "pool1"}
    assert not any(plane.requires_grad for plane in found.values())
    assert small_network.head is not None
    (head,) = (one for one in small_network.head.modules() if isinstance(one, nn.Conv2d))
    by_hand = head.weight[2].view(1, -1, 1, 1) / found["mixed2"][0, 0].numel()  # the mean of a linear head
    assert torch.allclose(made["mixed2"], by_hand.expand_as(made["mixed2"]), atol=1e-6)
    assert made["conv1"].shape == small_network.activations(picture, ["conv1"])["conv1"].shape
    assert made["conv1"].abs().sum() > 0


def test_what_lies_behind_the_objective_has_no_slope(small_network: Network, photo: Tensor) -> None:
    made, _ = layer_gradients(small_network, layer("conv1"), photo[None], ["mixed2"])
    assert made["mixed2"].abs().max() == 0


def test_the_channel_that_a_class_hears_is_found(rigged: Network, photo: Tensor) -> None:
    baseline = channel_statistics(rigged, noise_baseline(64, torch.Generator().manual_seed(2)), ["mixed2"])["mixed2"]
    found = rigged.activations(photo[None], ["mixed2"])["mixed2"].mean((0, 2, 3)) - baseline.mean
    scores = gradient_times_activation(rigged, channel(LOGITS, 3), photo[None], "mixed2", baseline)
    assert int(scores.abs().argmax()) == PLANTED
    assert scores[PLANTED] == pytest.approx(float(found[PLANTED]), abs=1e-5)
    others = gradient_times_activation(rigged, channel(LOGITS, 1), photo[None], "mixed2", baseline)
    assert int((others.abs() > 1e-9).sum()) == 24


def test_what_is_usual_is_measured_over_everything(small_network: Network) -> None:
    pictures = noise_baseline(64, torch.Generator().manual_seed(3))
    plane = small_network.activations(pictures, ["conv1"])["conv1"]
    found = channel_statistics(small_network, pictures, ["conv1"])["conv1"]
    assert torch.allclose(found.mean, plane.mean((0, 2, 3)))
    assert torch.allclose(found.std, plane.std((0, 2, 3)))
    assert abs(float(found.z_scores(plane).mean()) - 0.4) < 0.2  # about half of a bell's mean deviation


def test_a_calm_channel_does_not_count_for_more_than_it_is() -> None:
    baseline = ChannelStatistics(torch.zeros(3), torch.tensor([1.0, 1.0, 1e-6]))
    z_scores = baseline.z_scores(torch.full((1, 3, 1, 1), 0.5))
    assert z_scores.flatten().tolist() == pytest.approx([0.5, 0.5, 2.0], rel=1e-3)


def test_in_each_cell_stands_what_fires_most_there() -> None:
    z_scores = torch.zeros(6, 4, 4)
    z_scores[2, :2, :2], z_scores[4, 2:, 2:], z_scores[5, 2:, 2:] = 3.0, 1.0, 0.9
    view = dominant_channels(z_scores, (2, 2), 3)
    assert view.channels == (2, 4)
    assert view.choice[0, 0] == 0
    assert view.choice[1, 1] == 1
    assert view.strength[0, 0] == pytest.approx(1, abs=1e-3)
    assert view.strength[0, 1] == 0
    assert dominant_channels(z_scores, (2, 2), 1).channels == (2,)


def test_where_nothing_fires_there_is_still_a_channel() -> None:
    view = dominant_channels(torch.zeros(5, 4, 4), (2, 2), 3)
    assert len(view.channels) == 1
    assert view.strength.max() == 0
