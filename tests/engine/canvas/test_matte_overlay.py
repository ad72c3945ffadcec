"""A matte between a picture and what was dreamed over it: to keep costs, and what is not worth it is given back."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.canvas.matte_overlay import MatteOverlay


def laid(photo: Tensor, dreamed: Tensor) -> MatteOverlay:
    return MatteOverlay(photo, dreamed, torch.Generator().manual_seed(1))


def render(canvas: MatteOverlay) -> tuple[Tensor, Tensor]:
    return canvas.render(canvas.size)


def test_in_the_beginning_nearly_all_that_was_dreamed_is_kept(photo: Tensor) -> None:
    canvas = laid(photo, torch.full_like(photo, 0.9))
    kept = canvas.matte().detach()
    assert kept.shape == (1, *photo.shape[1:])
    assert 0.7 < kept.min() < kept.max() < 0.95
    torch.testing.assert_close(canvas.snapshot(), torch.lerp(photo, torch.full_like(photo, 0.9), kept))


def test_to_keep_costs_its_share_of_the_picture(photo: Tensor) -> None:
    canvas = laid(photo, torch.full_like(photo, 0.9))
    picture, cost = render(canvas)
    torch.testing.assert_close(cost, canvas.matte().mean())
    torch.testing.assert_close(picture, canvas.picture())


def test_what_nobody_asks_for_is_given_back_and_what_is_asked_for_is_kept(photo: Tensor) -> None:
    """On the left the dream is asked for by more than it costs, on the right by nothing."""
    dreamed = torch.full_like(photo, 0.9)
    canvas = laid(photo, dreamed)
    descent = torch.optim.Adam([canvas.spectrum], 0.3)
    half = photo.shape[2] // 2
    for _ in range(30):
        picture, cost = render(canvas)
        wanted = (picture - dreamed)[:, :, :half].square().mean()
        descent.zero_grad()
        torch.autograd.backward(20 * wanted + cost)
        descent.step()
    kept = canvas.matte().detach()
    edge = half // 3
    assert kept[:, :, : half - edge].mean() > 0.8
    assert kept[:, :, half + edge :].mean() < 0.2


def test_its_edge_is_soft(photo: Tensor) -> None:
    canvas = laid(photo, torch.zeros_like(photo))
    with torch.no_grad():
        canvas.spectrum += torch.randn(canvas.spectrum.shape, generator=torch.Generator().manual_seed(3))
    kept = canvas.matte().detach()
    assert kept.std() > 0.05
    assert kept.diff(dim=2).abs().mean() < 0.5 * kept.std(), "noise would have 1.1 times as much"


def test_seen_smaller_it_is_the_same(photo: Tensor) -> None:
    canvas = laid(photo, torch.zeros_like(photo))
    with torch.no_grad():
        canvas.spectrum += torch.randn(canvas.spectrum.shape, generator=torch.Generator().manual_seed(3))
    size = (photo.shape[1] // 2, photo.shape[2] // 2)
    small, whole = canvas.matte(size).detach(), canvas.matte().detach()
    shrunk = torch.nn.functional.interpolate(whole[None], size, mode="bilinear", antialias=True)[0]
    assert (small - shrunk).abs().mean() < 0.05
