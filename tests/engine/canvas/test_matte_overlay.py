"""A thing before a picture: it has a place and an outline, what is around it stays, and to hide more costs."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from engine.canvas.fourier_overlay import Look
from engine.canvas.matte_overlay import ALWAYS, MatteOverlay

LIGHT = 0.9


def laid(
    photo: Tensor, mask: Tensor | None = None, area: tuple[float, float] = (0.3, 0.1), reach: float = 0.3
) -> MatteOverlay:
    """A thing in the middle of a photo, of one light."""
    generator = torch.Generator().manual_seed(1)
    backdrop = torch.full_like(photo, LIGHT)
    return MatteOverlay(photo, backdrop, generator, Look(1.8, 0.5, 0.1), (0.5, 0.5), reach, area, mask)


def matte_of(canvas: MatteOverlay) -> Tensor:
    """How much of the picture the thing hides while it is found, [1, h, w]."""
    return canvas._layers(canvas.size)[1]


def chance(seed: int = 2) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_it_begins_in_its_place_with_the_backdrops_light_and_the_picture_around_it(photo: Tensor) -> None:
    picture = laid(photo).snapshot()
    rows, columns = (length // 2 for length in photo.shape[1:])
    assert (picture - LIGHT)[:, rows - 6 : rows + 6, columns - 6 : columns + 6].abs().max() < 0.1
    assert (picture - photo)[:, :8, :8].abs().max() < 0.05


def test_it_keeps_away_from_the_rim(photo: Tensor) -> None:
    with torch.no_grad():
        matte = matte_of(laid(photo, reach=2.0))
    assert matte[:, 40:60, 40:60].min() > 0.8
    for rim in (matte[:, 0], matte[:, -1], matte[:, :, 0], matte[:, :, -1]):
        assert rim.max() < 0.6


def test_seen_smaller_it_is_the_same_picture(photo: Tensor) -> None:
    canvas = laid(photo)
    with torch.no_grad():
        canvas.spectrum *= 2000
        small = canvas.picture((44, 60))
    shrunk = torch.nn.functional.interpolate(canvas.snapshot()[None], (44, 60), mode="bicubic", antialias=True)[0]
    assert torch.corrcoef(torch.stack([small.flatten(), shrunk.flatten()]))[0, 1] > 0.9


def test_a_mask_keeps_what_it_covers_and_the_area_is_a_share_of_the_rest(photo: Tensor) -> None:
    mask = torch.ones(1, *photo.shape[1:])
    mask[:, :, : photo.shape[2] // 2] = 0
    canvas, open_canvas = laid(photo, mask), laid(photo)
    assert torch.equal(canvas.snapshot()[:, :, :40], photo[:, :, :40])
    size = (photo.shape[1], photo.shape[2])
    covered, free = (float(one.render(size, 0.9, chance()).away.detach()) for one in (canvas, open_canvas))
    assert abs(covered - free) < 0.02, "half of a thing, of half of a picture"


def test_it_is_seen_before_other_backgrounds_at_times_and_shown_before_its_own(photo: Tensor) -> None:
    canvas, size = laid(photo), (photo.shape[1], photo.shape[2])
    shown = canvas.snapshot()
    generator = chance()
    with torch.no_grad():
        seen = [canvas.render(size, 0.0, generator).picture for _ in range(12)]
    elsewhere = [one for one in seen if not torch.equal(one, shown)]
    assert 2 <= len(elsewhere) <= 10
    rows, columns = (length // 2 for length in size)
    for one in elsewhere:
        assert (one - shown)[:, rows, columns].abs().max() < 0.02
    assert len({float(one[:, :8, :8].mean()) for one in elsewhere}) == len(elsewhere)


def test_to_hide_more_than_is_free_costs_and_less_and_less_is_free(photo: Tensor) -> None:
    size = (photo.shape[1], photo.shape[2])
    canvas = laid(photo, area=(0.9, 0.05))
    early, late = (canvas.render(size, done, chance()).away for done in (0.0, 1.0))
    with torch.no_grad():
        hidden = float(matte_of(canvas).mean())
    assert 0.3 < hidden < 0.9
    assert float(early.detach()) == pytest.approx(ALWAYS * hidden, rel=1e-4)
    assert float(late.detach()) == pytest.approx(ALWAYS * hidden + hidden - 0.05, rel=1e-4)
    (gradient,) = torch.autograd.grad(late, canvas.spectrum)
    assert gradient[:, 3].abs().max() > 0, "the matte can become smaller"
    assert gradient[:, :3].abs().max() == 0


def test_a_step_moves_the_things_colours_and_its_outline(photo: Tensor) -> None:
    canvas = laid(photo)
    (gradient,) = torch.autograd.grad((canvas.picture() - photo).square().mean(), canvas.spectrum)
    assert all(gradient[:, plane].abs().max() > 0 for plane in range(4))


def test_crumbs_around_it_are_not_cut_out(photo: Tensor) -> None:
    canvas = laid(photo)
    with torch.no_grad():
        canvas.spectrum[:, 3] = 60 * torch.randn(canvas.spectrum[:, 3].shape, generator=chance())
        before, shown = matte_of(canvas), canvas.picture()
        picture, matte = canvas.cut_out()
    around = torch.nn.functional.avg_pool2d(before[None], 13, 1, 6, count_include_pad=False)[0]
    crumbs, body = (around < 0.15) & (before > 0.3), (around > 0.7) & (before > 0.5)
    assert crumbs.any()
    assert matte[crumbs].mean() < 0.3 * before[crumbs].mean()
    assert torch.equal(matte[body], before[body])
    assert torch.equal(picture[body.expand_as(picture)], shown[body.expand_as(shown)])


def test_in_a_small_white_of_a_mask_it_is_all_of_it(photo: Tensor) -> None:
    mask = torch.zeros(1, *photo.shape[1:])
    middle = mask.shape[1] // 2
    mask[:, middle - 2 : middle + 2, middle - 2 : middle + 2] = 1
    canvas = laid(photo, mask, reach=2.0)
    with torch.no_grad():
        assert float(canvas.cut_out()[1].sum()) > 0.5 * float(matte_of(canvas).sum()) > 0
