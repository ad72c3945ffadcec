import pytest
import torch
from torch import Tensor, nn

from engine.networks.first_convolution import FirstConv
from engine.networks.network import LOGITS, Network
from engine.networks.pocket import MEAN, STD


def plain(stages: nn.ModuleDict, picture: Tensor) -> dict[str, Tensor]:
    """What the stages say without anything that `Network` does to them."""
    x = (picture - torch.tensor(MEAN).view(1, 3, 1, 1)) / torch.tensor(STD).view(1, 3, 1, 1)
    return {name: (x := stage(x)) for name, stage in stages.items()}


def test_activations_are_those_of_the_stages_it_was_built_from(
    small_stages: nn.ModuleDict, small_network: Network, photo: Tensor
) -> None:
    expected = plain(small_stages, photo[None])
    found = small_network.activations(photo[None], list(expected))
    assert list(found) == list(expected)
    for name, activation in found.items():
        torch.testing.assert_close(activation, expected[name], rtol=1e-4, atol=1e-5)


def test_gradients_are_those_of_the_stages_it_was_built_from(
    small_stages: nn.ModuleDict, small_network: Network, photo: Tensor
) -> None:
    picture = photo[None].clone().requires_grad_()
    (wanted,) = torch.autograd.grad(plain(small_stages, picture)["mixed2"].square().mean(), picture)
    found = small_network.activations(picture, ["mixed2"])["mixed2"]
    (got,) = torch.autograd.grad(found.square().mean(), picture)
    torch.testing.assert_close(got, wanted, rtol=1e-3, atol=1e-8)


def test_it_is_made_for_dreaming(small_network: Network) -> None:
    kinds = [type(module) for module in small_network.modules()]
    assert nn.BatchNorm2d not in kinds
    assert FirstConv in kinds
    assert not small_network.training
    assert not any(weight.requires_grad for weight in small_network.parameters())


def test_building_it_leaves_the_stages_as_they_were(small_stages: nn.ModuleDict, small_network: Network) -> None:
    assert any(isinstance(module, nn.BatchNorm2d) for module in small_stages.modules())


def test_it_runs_only_as_deep_as_it_is_asked(photo: Tensor) -> None:
    class Trap(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            raise AssertionError("ran too deep")

    network = Network({"first": nn.Conv2d(3, 4, 3), "trap": Trap()}, mean=MEAN, std=STD)
    assert set(network.activations(photo[None], {"first"})) == {"first"}
    assert network.activations(photo[None], set()) == {}


def test_the_head_scores_every_position(small_network: Network, photo: Tensor) -> None:
    assert small_network.layers == ("conv1", "pool1", "mixed2", LOGITS)
    found = small_network.activations(photo[None], ["mixed2", LOGITS])
    assert found[LOGITS].shape == (1, 5, *found["mixed2"].shape[2:])
    assert small_network.labels == ("a", "b", "c", "d", "e")


def test_an_unknown_layer_is_named(small_network: Network, photo: Tensor) -> None:
    with pytest.raises(KeyError, match="mixed9z"):
        small_network.activations(photo[None], ["mixed9z"])


@pytest.mark.parametrize("size", [(32, 32), (33, 47), (64, 32)])
def test_any_size_from_32_pixels_up_works(pocket_network: Network, size: tuple[int, int]) -> None:
    found = pocket_network.activations(torch.rand(1, 3, *size), pocket_network.layers)
    assert all(activation.isfinite().all() for activation in found.values())
