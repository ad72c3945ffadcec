"""What a dream will need, estimated before it starts."""

from __future__ import annotations

from collections.abc import Collection

import pytest
import torch

from engine.ascent.memory_budget import check_memory, estimate_bytes
from engine.errors import TooMuchMemory
from engine.networks.fused_convolution import FusedConvs
from engine.networks.network import Network


def test_it_grows_with_the_area_and_the_depth(small_network: Network) -> None:
    small, large = (estimate_bytes(small_network, ["mixed2"], torch.rand(3, side, side)) for side in (512, 1024))
    assert large == pytest.approx(4 * small, rel=0.02)
    assert estimate_bytes(small_network, ["conv1"], torch.rand(3, 512, 512)) < small


def test_it_is_measured_once_for_each_kind_of_number(small_network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    network = Network(dict(small_network.stages.items()), mean=[0.5] * 3, std=[0.2] * 3)
    looks: list[torch.dtype] = []
    look = Network.activations

    def note(network: Network, picture: torch.Tensor, layers: Collection[str]) -> dict[str, torch.Tensor]:
        looks.append(network.mean.dtype)
        return look(network, picture, layers)

    monkeypatch.setattr(Network, "activations", note)
    for side in (64, 96, 512):
        estimate_bytes(network, ["mixed2"], torch.rand(3, side, side))
    assert looks == 2 * [torch.float32], "two pictures tell what a pixel costs"
    for layers in (["conv1"], {"mixed2", "conv1"}, ("conv1", "mixed2")):
        estimate_bytes(network, layers, torch.rand(3, 64, 64))
    assert len(looks) == 6
    estimate_bytes(network.to(torch.bfloat16), ["mixed2"], torch.rand(3, 64, 64))
    assert looks[6:] == 2 * [torch.bfloat16]


def test_it_is_about_what_a_step_keeps(small_network: Network) -> None:
    """At least the picture in float32 and the first layer's 8 channels at a quarter of the points."""
    picture = torch.rand(3, 256, 256)
    least = 256 * 256 * 4 * (3 + 8 / 4)
    assert least < estimate_bytes(small_network, ["conv1"], picture) < 6 * least


def test_half_the_bytes_a_number_need_about_half_the_memory(small_network: Network) -> None:
    picture = torch.rand(3, 512, 512)
    half = Network(dict(small_network.stages.items()), mean=[0.5] * 3, std=[0.2] * 3).to(torch.bfloat16)
    assert estimate_bytes(half, ["mixed2"], picture) < 0.7 * estimate_bytes(small_network, ["mixed2"], picture)


def test_more_than_the_budget_is_refused_with_both_figures(small_network: Network) -> None:
    picture = torch.rand(3, 2048, 2048)
    megabytes = estimate_bytes(small_network, ["mixed2"], picture) / 2**20
    check_memory(small_network, ["mixed2"], picture, round(1.01 * megabytes * 2**20))
    with pytest.raises(TooMuchMemory, match=rf"about {megabytes:.0f} MB .* take 50\. Try a smaller"):
        check_memory(small_network, ["mixed2"], picture, 50 * 2**20)


def test_weights_that_are_packed_are_counted(small_network: Network) -> None:
    """Each in a layout forward, and in one for its gradient; a step never finds more of them than that."""
    picture = torch.rand(1, 3, 256, 256, requires_grad=True)
    torch.autograd.grad(small_network.activations(picture, ["mixed2"])["mixed2"].sum(), picture)
    convolutions = [one for one in small_network.modules() if isinstance(one, FusedConvs)]
    steps = [step for one in convolutions for step in one.steps]
    kept = [packed for step in steps for packed in (*step._packed.values(), step._turned) if packed]
    packed = sum(torch.ops.mkldnn._nbytes(weights) for one in kept for weights in one._by_layout.values())
    assert 0 < packed <= small_network.packed_bytes(["mixed2"])
    assert small_network.packed_bytes(["conv1"]) < small_network.packed_bytes(["mixed2"])
