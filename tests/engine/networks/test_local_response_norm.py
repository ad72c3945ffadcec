import pytest
import torch
from torch import nn

from engine.networks.local_response_norm import ResponseNorm


def test_it_is_the_formula_of_the_paper() -> None:
    size, alpha, beta, k = 5, 0.02, 0.75, 1.5
    x = torch.randn(2, 9, 2, 3, dtype=torch.double)
    found = ResponseNorm(9, size, alpha, beta, k).double()(x)
    for channel in range(9):
        first, last = max(0, channel - 2), min(9, channel + 3)
        energy = sum(x[:, other] ** 2 for other in range(first, last))
        torch.testing.assert_close(
            found[:, channel], x[:, channel] / (k + alpha / size * energy) ** beta, rtol=1e-6, atol=0
        )


@pytest.mark.parametrize("options", [(5, 1e-4, 0.75, 1.0), (11, 0.0011, 0.5, 2.0)])
@pytest.mark.parametrize("channels", [4, 64])
def test_it_is_what_torch_makes_of_the_same_numbers(channels: int, options: tuple[int, float, float, float]) -> None:
    x = 300 * torch.randn(1, channels, 4, 5)
    torch.testing.assert_close(ResponseNorm(channels, *options)(x), nn.LocalResponseNorm(*options)(x))


def test_tensorflows_parameters_in_torchs_terms() -> None:
    x = 200 * torch.randn(1, 30, 1, 1, dtype=torch.double)
    found = ResponseNorm(30, 11, 0.0011, 0.5, 2.0).double()(x)
    energy = sum(x[0, other, 0, 0] ** 2 for other in range(15 - 5, 15 + 6))  # depth_radius 5
    torch.testing.assert_close(found[0, 15, 0, 0], x[0, 15, 0, 0] / (2 + 1e-4 * energy) ** 0.5, rtol=1e-6, atol=0)


def test_there_is_a_way_back_through_it() -> None:
    x = torch.randn(1, 6, 2, 2, dtype=torch.double, requires_grad=True)
    assert torch.autograd.gradcheck(ResponseNorm(6, 5, 0.5, 0.75, 1.0).double(), x)
