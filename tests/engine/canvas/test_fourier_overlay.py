"""Waves over a picture: nothing at first, everywhere possible, the same at every size, none where a mask says so."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from engine.canvas.fourier_canvas import frequencies
from engine.canvas.fourier_overlay import Look, Overlay, leaky_clamp


def laid(source: Tensor, mask: Tensor | None = None, seed: int = 1) -> Overlay:
    return Overlay(source, torch.Generator().manual_seed(seed), Look(1.3, 0.7, 0.05), mask)


def moved(canvas: Overlay, by: float = 40.0) -> Tensor:
    """The picture after its waves have grown."""
    with torch.no_grad():
        canvas.spectrum *= by / 0.01
        canvas.spectrum[:, :, 0, 0] = 0  # the picture's mean stays
    return canvas.snapshot()


def test_it_begins_with_the_source(photo: Tensor) -> None:
    assert (laid(photo).snapshot() - photo).abs().mean() < 0.01


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
def test_black_and_white_take_waves_as_grey_does(value: float) -> None:
    """A sigmoid over logits would leave them as they are."""
    changed = (moved(laid(torch.full((3, 48, 64), value))) - value).abs() > 8 / 255
    assert changed.float().mean() > 0.35


@pytest.mark.parametrize(("beyond", "edge"), [(-0.2, 0.0), (1.2, 1.0)])
def test_what_was_cut_off_is_not_pushed_further_out_and_can_come_back(beyond: float, edge: float) -> None:
    values = torch.full((4,), beyond, requires_grad=True)
    snapshot = leaky_clamp(values)
    assert snapshot.tolist() == [edge] * 4
    outwards = snapshot.sum() * (1 if beyond > 1 else -1)
    (further,) = torch.autograd.grad(-outwards, values, retain_graph=True)  # what a descent would follow
    (back,) = torch.autograd.grad(outwards, values)
    assert further.tolist() == [0] * 4
    assert back.abs().tolist() == [1] * 4


def test_seen_smaller_it_is_the_same_picture(photo: Tensor) -> None:
    canvas = laid(photo)
    large = moved(canvas)
    with torch.no_grad():
        small = canvas.picture((44, 60))
    shrunk = torch.nn.functional.interpolate(large[None], (44, 60), mode="bicubic", antialias=True)[0]
    assert torch.corrcoef(torch.stack([small.flatten(), shrunk.flatten()]))[0, 1] > 0.9


def test_a_mask_keeps_what_it_covers(photo: Tensor) -> None:
    mask = torch.ones(1, *photo.shape[1:])
    mask[:, :, :40] = 0
    dreamed = moved(laid(photo, mask))
    torch.testing.assert_close(dreamed[:, :, :36], photo[:, :, :36])
    assert (dreamed - photo)[:, :, 60:].abs().mean() > 0.05


def test_what_is_finer_than_the_finest_waves_fades_out_and_colours_before_light() -> None:
    grey = torch.full((3, 128, 128), 0.5)

    def rough(look: Look) -> tuple[float, float]:
        """How much light and colour change from one pixel to the next, beside how much they change at all."""
        canvas = Overlay(grey, torch.Generator().manual_seed(3), look)
        change = canvas.snapshot() - grey
        light = change.mean(0, keepdim=True)
        found = [float(one.diff(dim=2).square().mean() / one.square().mean()) for one in (light, change - light)]
        return found[0], found[1]

    plain, fine = rough(Look(1.0, 1.0, 0.05)), rough(Look(1.0, 1.0, 0.05, (32.0, 8.0)))
    assert fine[0] < 0.6 * plain[0]
    assert fine[1] < 0.1 * plain[1]


def test_what_is_coarser_than_the_coarsest_waves_fades_out_and_the_mean_stays() -> None:
    grey = torch.full((3, 64, 64), 0.5)

    def smooth(coarsest: tuple[float, float] | None) -> tuple[float, float]:
        """How much of the change is left in averages of a quarter of the picture, and in that of all of it."""
        look = Look(1.3, 0.7, 0.05, start=0.1, coarsest=coarsest)
        change = Overlay(grey, torch.Generator().manual_seed(3), look).snapshot() - grey
        quarters = torch.nn.functional.avg_pool2d(change, 32)
        return float(quarters.std() / change.std()), float(change.mean((1, 2)).abs().max())

    (plain, _), (faded, mean) = smooth(None), smooth((8.0, 8.0))
    assert faded < 0.3 * plain
    assert mean < 1e-4


@pytest.mark.parametrize("size", [(64, 96), (9, 11), (96, 65), (3, 4)])
@pytest.mark.parametrize("finest", [None, (32.0, 8.0)])
def test_waves_that_are_not_coarse_are_looked_at_no_more(
    size: tuple[int, int], finest: tuple[float, float] | None
) -> None:
    """What fades out is computed for few waves, and is what it would be for all of them."""
    look = Look(1.3, 0.7, 0.05, finest, coarsest=(4.0, 3.0))
    found, plain = (
        Overlay(torch.zeros(3, *size), torch.Generator().manual_seed(3), one)._amplitudes(size)
        for one in (look, look._replace(coarsest=None))
    )
    cycles = frequencies(size, torch.device("cpu"))
    wanted = torch.stack([1 - torch.exp(-((cycles / width) ** 4)) for width in (4.0, 3.0, 3.0)]) * plain
    wanted[:, 0, 0] = 0
    assert torch.equal(found, wanted)
