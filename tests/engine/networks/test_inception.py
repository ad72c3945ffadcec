import torch
from torch import Tensor, nn
from torch.nn.functional import max_pool2d

from engine.networks.inception import WIDTHS, Inception, convolutions


def small() -> tuple[nn.Conv2d, ...]:
    with torch.random.fork_rng():
        torch.manual_seed(4)
        return convolutions(6, {"block": (2, 3, 4, 2, 5, 3)})["block"]


def by_hand(convolutions: tuple[nn.Conv2d, ...], x: Tensor) -> list[Tensor]:
    """The branches one by one."""
    point, near, wide, slim, far, pooled = convolutions
    around = max_pool2d(nn.functional.pad(x, (1, 1, 1, 1), value=float("-inf")), 3, 1)
    return [point(x).relu(), wide(near(x).relu()).relu(), far(slim(x).relu()).relu(), pooled(around).relu()]


def test_its_branches_stand_in_the_order_1x1_3x3_5x5_pool() -> None:
    made = small()
    x = torch.randn(2, 6, 7, 8)
    found = Inception(*made)(x).split((2, 4, 5, 3), 1)
    for branch, expected in zip(found, by_hand(made, x), strict=True):
        torch.testing.assert_close(branch, expected)


def test_each_branch_has_its_place_and_its_reach() -> None:
    """A single bright pixel spreads 0, 1, 2 and 1 positions far."""
    made = small()
    for convolution in made:
        nn.init.ones_(convolution.weight)
        assert convolution.bias is not None
        nn.init.zeros_(convolution.bias)
    x = torch.zeros(1, 6, 9, 9)
    x[:, :, 4, 4] = 1
    found = Inception(*made)(x)[0]
    spread = [int((channel > 0).any(0).sum()) // 2 for channel in found]
    assert spread == [0] * 2 + [1] * 4 + [2] * 5 + [1] * 3


def test_the_widths_are_the_papers() -> None:
    totals = [point + wide + far + pooled for point, _, wide, _, far, pooled in WIDTHS.values()]
    assert totals == [256, 480, 512, 512, 512, 528, 832, 832, 1024]
