import pytest
import torch
from torch import Tensor

from engine.canvas.noise import coloured_noise
from engine.judge.measures import PERIODS, change_correlation, changed_share, rim_ratio, spectrum, weave_peaks

SIZE = (384, 512)


def grey() -> Tensor:
    return torch.full((3, *SIZE), 0.5)


def smooth_change() -> Tensor:
    return (coloured_noise(SIZE, torch.Generator().manual_seed(1)) - 0.5) * 0.3


def woven(period: int) -> Tensor:
    """A weave as strides leave it: hills at every `period`-th row and column."""
    rows, columns = (torch.cos(torch.arange(side) * 2 * torch.pi / period) for side in SIZE)
    return (0.03 * (rows[:, None] + columns)).expand(3, *SIZE)


@pytest.mark.parametrize("period", PERIODS)
def test_a_weave_is_caught_at_its_period(period: int) -> None:
    peaks = weave_peaks(grey(), grey() + smooth_change() + woven(period))
    assert peaks[period] > 3


def test_what_is_smooth_has_no_weave() -> None:
    assert max(weave_peaks(grey(), grey() + smooth_change()).values()) < 3
    assert (
        max(
            weave_peaks(
                grey(), grey() + 0.1 * torch.randn(3, *SIZE, generator=torch.Generator().manual_seed(2))
            ).values()
        )
        < 3
    )


def test_nothing_is_no_weave() -> None:
    assert list(weave_peaks(grey(), grey()).values()) == pytest.approx([1] * len(PERIODS))


def test_a_stripe_of_another_period_is_no_weave() -> None:
    stripes = 0.1 * torch.sin(torch.arange(SIZE[1]) * 2 * torch.pi / 11).expand(3, *SIZE)
    assert max(weave_peaks(grey(), grey() + smooth_change() + stripes).values()) < 3


def test_a_picture_smaller_than_a_window_is_refused() -> None:
    with pytest.raises(ValueError, match="needs sides of 128"):
        spectrum(torch.zeros(3, 96, 128))


def test_pixels_that_nobody_sees_changing_do_not_count() -> None:
    after = grey()
    after[:, :192] += 7 / 255
    assert changed_share(grey(), after) == 0
    after[1, :96] += 10 / 255
    assert changed_share(grey(), after) == 0.25


def test_the_rim_is_compared_with_the_inside() -> None:
    assert rim_ratio(grey(), grey()) == 0
    assert rim_ratio(grey(), grey() + 0.1) == pytest.approx(1)
    barred = grey() + 0.1
    barred[:, -19:] += 0.3
    assert rim_ratio(grey(), barred) > 1.5
    only = grey()
    only[:, 0] = 1
    assert rim_ratio(grey(), only) == 1


def test_changes_are_alike_or_have_nothing_in_common() -> None:
    one, other = torch.rand(2, 3, 40, 40, generator=torch.Generator().manual_seed(1))
    assert change_correlation([one, one, 2 * one]) == pytest.approx(1.0)
    assert abs(change_correlation([one, other])) < 0.05
    assert change_correlation([one, other, one]) == pytest.approx(1 / 3, abs=0.05)
    assert change_correlation([torch.zeros(3, 4, 4)] * 2) == 1.0
