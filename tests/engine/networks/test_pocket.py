"""The pocket network: its shapes, its cost, and its file."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from engine.networks import pocket


def test_stages_run_in_the_order_they_are_kept() -> None:
    network = pocket.Pocket(7).eval()
    x = torch.rand(2, 3, 64, 96)
    shapes = {}
    for name, stage in network.stages.items():
        x = stage(x)
        shapes[name] = tuple(x.shape[1:])
    assert shapes["conv1"] == (32, 32, 48)
    assert shapes["mixed3b"] == (208, 8, 12)
    assert shapes["mixed4d"] == (320, 4, 6)
    assert shapes["mixed5a"] == (512, 2, 3)
    assert network.head(x).shape == (2, 7)


@pytest.mark.parametrize("size", [(32, 32), (33, 47), (97, 64)])
def test_any_size_of_picture_passes(size: tuple[int, int]) -> None:
    assert pocket.Pocket(5).eval()(torch.rand(1, 3, *size)).shape == (1, 5)


def test_a_megapixel_costs_at_most_45_gflop() -> None:
    network, side = pocket.Pocket(5).eval(), 256
    x = torch.rand(1, 3, side, side, requires_grad=True)
    for parameter in network.parameters():
        parameter.requires_grad_(False)
    with FlopCounterMode(display=False) as counter:
        y = x
        for stage in network.stages.values():
            y = stage(y)
        torch.autograd.backward(y.square().mean())
    assert counter.get_total_flops() / side**2 * 1e6 <= 45e9


def test_every_conv_folds_and_fills_vector_registers() -> None:
    network = pocket.Pocket(5)
    convs = [module for module in network.modules() if isinstance(module, pocket.Conv)]
    assert sum(isinstance(module, nn.Conv2d) for module in network.modules()) == len(convs)
    for conv in convs:
        convolution, norm, _ = conv
        assert isinstance(convolution, nn.Conv2d)
        assert isinstance(norm, nn.BatchNorm2d)
        assert convolution.bias is None
        assert convolution.out_channels % 16 == 0


def test_a_file_comes_back_as_it_was_written(tmp_path: Path) -> None:
    network, labels = pocket.Pocket(3).eval(), ["banana", "Käfer", "eye"]
    state = {k: v.half() for k, v in network.state_dict().items() if v.is_floating_point()}
    save_file(state, tmp_path / "net.safetensors", {"labels": json.dumps(labels)})
    found, names = pocket.load(tmp_path / "net.safetensors")
    assert names == labels
    assert not found.training
    x = torch.rand(1, 3, 64, 64)
    torch.testing.assert_close(found(x), network(x), atol=2e-2, rtol=2e-2)


def test_a_file_of_another_shape_is_refused(tmp_path: Path) -> None:
    save_file({"other": torch.zeros(1)}, tmp_path / "net.safetensors", {"labels": '["a"]'})
    with pytest.raises(ValueError, match="does not hold this pocket network"):
        pocket.load(tmp_path / "net.safetensors")


def test_the_shipped_network_loads() -> None:
    network, labels = pocket.load()
    assert len(set(labels)) == len(labels) > 250
    assert {"banana", "dog face", "eye", "castle", "fur"} <= set(labels)
    assert torch.isfinite(network(torch.rand(1, 3, 96, 96))).all()
    assert pocket.WEIGHTS.stat().st_size < 12_000_000
