import torch

from engine.ascent.gradient import highpass, normalise, smooth_gradient


def test_smoothing_keeps_the_coarse_and_loses_the_fine() -> None:
    flat = torch.ones(3, 16, 16)
    torch.testing.assert_close(smooth_gradient(flat), flat)
    board = torch.ones(3, 16, 16)
    board[:, ::2, ::2] = board[:, 1::2, 1::2] = -1
    assert smooth_gradient(board).abs().mean() < 0.5


def test_levelling_takes_the_coarse_and_leaves_the_shapes() -> None:
    flat = torch.ones(3, 64, 48)
    assert highpass(flat).abs().max() < 0.2
    waves = torch.sin(torch.arange(64.0)).expand(3, 48, 64)
    assert highpass(waves).std() > 0.7 * waves.std()


def test_a_normalised_slope_moves_a_pixel_by_one_on_average() -> None:
    slope = torch.randn(3, 20, 20, generator=torch.Generator().manual_seed(0)) * 1e-7
    torch.testing.assert_close(normalise(slope).abs().mean(), torch.tensor(1.0), atol=1e-3, rtol=0)


def test_no_slope_is_no_step() -> None:
    assert normalise(torch.zeros(3, 4, 4)).equal(torch.zeros(3, 4, 4))
