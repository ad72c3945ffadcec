import pytest
import torch
from torch import nn

from engine.networks.classifier_head import Window, convolution


@pytest.mark.parametrize("side", [1, 4])
def test_a_linear_layer_becomes_a_convolution_with_the_same_sums(side: int) -> None:
    linear = nn.Linear(3 * side**2, 5)
    x = torch.randn(2, 3, side, side)
    torch.testing.assert_close(convolution(linear, side)(x)[:, :, 0, 0], linear(x.flatten(1)))


def test_a_window_slides_over_what_is_larger() -> None:
    linear = nn.Linear(3 * 16, 5)
    head, x = Window(4, convolution(linear, 4)), torch.randn(1, 3, 6, 5)
    found = head(x)
    assert found.shape == (1, 5, 3, 2)
    torch.testing.assert_close(found[:, :, 2, 1], linear(x[:, :, 2:, 1:].flatten(1)))


def test_what_is_smaller_is_enlarged_by_repeating() -> None:
    head, x = Window(4, nn.Identity()), torch.tensor([[[[1.0, 2.0]]]])
    assert head(x)[0, 0].tolist() == [[1, 1, 2, 2]] * 4
