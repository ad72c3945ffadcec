import torch
from torch import Tensor

from engine.canvas.colour_matching import (
    LUMA,
    desaturate,
    match_colour_statistics,
    match_histograms,
    restore_colours,
    transport_colours,
)
from engine.canvas.noise import coloured_noise


def test_calming_keeps_brightness_and_halves_colour(photo: Tensor) -> None:
    calm = desaturate(photo, 0.5)
    torch.testing.assert_close(calm.mean(0), photo.mean(0))
    torch.testing.assert_close(calm[0] - calm[1], 0.5 * (photo[0] - photo[1]))


def test_a_drifted_picture_comes_back(photo: Tensor) -> None:
    drifted = photo * 0.5 + 0.3
    torch.testing.assert_close(match_colour_statistics(drifted, photo), photo, atol=1e-2, rtol=0)
    torch.testing.assert_close(match_colour_statistics(drifted, photo, 0.0), drifted)


def test_a_flat_picture_stays_finite(photo: Tensor) -> None:
    flat = torch.full_like(photo, 0.2)
    assert match_colour_statistics(flat, photo).isfinite().all()
    assert match_colour_statistics(photo, flat).std() < 0.01


def luma(picture: Tensor) -> Tensor:
    return (picture * torch.tensor(LUMA).view(3, 1, 1)).sum(0)


def test_the_sources_colours_and_the_dreams_light(photo: Tensor) -> None:
    dreamed = coloured_noise((90, 120), torch.Generator().manual_seed(6))
    made = restore_colours(dreamed, photo)
    torch.testing.assert_close(luma(made), luma(dreamed), atol=1e-4, rtol=0)
    middle = (luma(dreamed) > 0.45) & (luma(dreamed) < 0.55)
    chroma, wanted = made - luma(made), photo - luma(photo)
    fits = middle & (wanted.abs().amax(0) < 0.4)
    torch.testing.assert_close(chroma[:, fits], wanted[:, fits], atol=1e-4, rtol=0)
    assert made.min() >= 0
    assert made.max() <= 1


def test_the_sources_histogram(photo: Tensor) -> None:
    other = (coloured_noise((70, 200), torch.Generator().manual_seed(6)) * 0.3 + 0.6).clamp(0, 1)
    made = match_histograms(other, photo)
    for have, want in zip(made, photo, strict=True):
        ranks = torch.linspace(0, 1, 9)
        torch.testing.assert_close(have.quantile(ranks), want.quantile(ranks), atol=0.02, rtol=0)
    again = match_histograms(photo, photo)
    torch.testing.assert_close(again, photo, atol=0.02, rtol=0)
    assert match_histograms(torch.full_like(photo, 0.3), photo).isfinite().all()


def test_transported_colours_have_the_references_mean_and_hues(photo: Tensor) -> None:
    reference = 0.3 + 0.3 * coloured_noise((40, 30), torch.Generator().manual_seed(6))
    made = transport_colours(photo, reference)
    torch.testing.assert_close(made.mean((1, 2)), reference.mean((1, 2)), atol=0.01, rtol=0)
    torch.testing.assert_close(torch.cov(made.flatten(1)), torch.cov(reference.flatten(1)), atol=3e-3, rtol=0)
    torch.testing.assert_close(transport_colours(photo, photo), photo, atol=1e-3, rtol=0)


def test_a_picture_or_a_reference_of_one_colour_stays_finite(photo: Tensor) -> None:
    flat = torch.full((3, 20, 20), 0.2)
    assert transport_colours(flat, photo).isfinite().all()
    assert transport_colours(photo, flat).std() < 0.03
