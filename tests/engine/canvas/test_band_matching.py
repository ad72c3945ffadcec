import pytest
import torch

from engine.canvas.band_matching import band_energies, match_bands
from engine.canvas.noise import coloured_noise


def test_what_lost_its_detail_gets_it_back_step_by_step() -> None:
    sharp = coloured_noise((96, 128), torch.Generator().manual_seed(1))
    blurred = torch.nn.functional.avg_pool2d(sharp, 3, 1, 1)
    wanted = band_energies(sharp)
    for _ in range(12):
        blurred = match_bands(blurred, wanted)
    assert blurred.shape == sharp.shape
    assert band_energies(blurred)[0] == pytest.approx(wanted[0], rel=0.2)


def test_what_is_as_rich_as_it_was_stays() -> None:
    picture = coloured_noise((64, 90), torch.Generator().manual_seed(2))
    torch.testing.assert_close(match_bands(picture, band_energies(picture)), picture, atol=1e-3, rtol=0)


@pytest.mark.parametrize("picture", [torch.zeros(3, 40, 30), torch.full((3, 24, 24), 0.5), torch.ones(3, 10, 10)])
def test_a_plain_field_stays_plain(picture: torch.Tensor) -> None:
    rich = band_energies(coloured_noise((picture.shape[1], picture.shape[2]), torch.Generator().manual_seed(3)))
    torch.testing.assert_close(match_bands(picture, rich), picture, atol=1e-3, rtol=0)
