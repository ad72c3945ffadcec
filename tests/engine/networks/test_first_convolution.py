import pytest
import torch
from torch import nn

from engine.networks.first_convolution import FirstConv


@pytest.mark.parametrize("side", [3, 5, 7, 9])
@pytest.mark.parametrize("size", [(40, 40), (41, 38), (33, 35)])
def test_its_outputs_and_gradients_are_those_of_the_convolution(side: int, size: tuple[int, int]) -> None:
    convolution = nn.Conv2d(3, 8, side, 2, side // 2).double()
    assert FirstConv.fits(convolution)
    cheap = FirstConv(convolution)
    picture = torch.randn(2, 3, *size, dtype=torch.double, requires_grad=True)
    expected = convolution(picture)
    torch.testing.assert_close(cheap(picture), expected)
    direction = torch.randn_like(expected)
    (wanted,) = torch.autograd.grad(expected, picture, direction)
    (got,) = torch.autograd.grad(cheap(picture), picture, direction)
    torch.testing.assert_close(got, wanted)


@pytest.mark.parametrize(
    "other",
    [
        nn.Conv2d(4, 8, 7, 2, 3),
        nn.Conv2d(3, 8, 7, 1, 3),
        nn.Conv2d(3, 8, 7, 2, 2),
        nn.Conv2d(3, 8, 4, 2, 2),
        nn.Conv2d(3, 8, 7, 2, 3, padding_mode="reflect"),
        nn.Conv2d(3, 9, 7, 2, 3, groups=3),
        nn.ReLU(),
    ],
)
def test_other_shapes_are_left_alone(other: nn.Module) -> None:
    assert not FirstConv.fits(other)
