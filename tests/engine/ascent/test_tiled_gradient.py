"""Gradients in parts, and the way from the whole to parts when memory runs out."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from engine.ascent.gradient import gradient
from engine.ascent.pixel_ascent import OctaveSchedule, ascend
from engine.ascent.tiled_gradient import (
    SMALLEST,
    TILES,
    UNIT,
    TiledGradient,
    gradient_in_tiles,
    is_out_of_memory,
    tile_slices,
)
from engine.canvas.noise import coloured_noise
from engine.networks.network import Network
from engine.objectives import layer


class Cramped:
    """A network on a device that holds so many pixels at once."""

    def __init__(self, network: Network, pixels: int) -> None:
        self.network, self.pixels = network, pixels
        self.seen: list[tuple[int, int]] = []

    def activations(self, picture: Tensor, layers: Collection[str]) -> Mapping[str, Tensor]:
        size = (picture.shape[2], picture.shape[3])
        if size[0] * size[1] > self.pixels:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
        self.seen.append(size)
        return self.network.activations(picture, layers)


def large_photo() -> Tensor:
    return coloured_noise((200, 260), torch.Generator().manual_seed(5))


def test_tiles_see_nearly_what_the_whole_sees(small_network: Network) -> None:
    whole = gradient(small_network, layer("mixed2"), large_photo())
    parts = gradient_in_tiles(small_network, layer("mixed2"), large_photo(), 128, torch.Generator().manual_seed(0))
    assert parts.shape == whole.shape
    assert torch.corrcoef(torch.stack([whole.flatten(), parts.flatten()]))[0, 1] > 0.95
    torch.testing.assert_close(parts.abs().mean(), whole.abs().mean(), rtol=0.05, atol=0)


def test_the_seams_lie_elsewhere_each_time(small_network: Network) -> None:
    generator = torch.Generator().manual_seed(0)
    one, other = (gradient_in_tiles(small_network, layer("mixed2"), large_photo(), 128, generator) for _ in range(2))
    assert not torch.allclose(one, other)


def test_it_goes_over_to_tiles_once_and_says_so(small_network: Network) -> None:
    cramped = Cramped(small_network, 150 * 150)
    schedule = OctaveSchedule(octaves=2, ratio=1.6, iterations=3)
    reports = list(ascend(cramped, layer("mixed2"), large_photo(), schedule, torch.Generator().manual_seed(0)))
    assert [report.note for report in reports] == [None] * 3 + [TILES] * 3
    assert reports[-1].show().shape == (3, 200, 260)
    assert max(height * width for height, width in cramped.seen) <= 150 * 150
    assert not torch.allclose(reports[-1].show(), large_photo(), atol=0.01)


def test_tiles_get_smaller_until_they_fit(small_network: Network) -> None:
    slope = TiledGradient(Cramped(small_network, 100 * 100), torch.Generator().manual_seed(0))
    assert slope(layer("mixed2"), coloured_noise((300, 400), torch.Generator())).shape == (3, 300, 400)
    assert slope.tile == 96


def test_what_does_not_fit_at_all_is_an_error(small_network: Network) -> None:
    slope = TiledGradient(Cramped(small_network, 100), torch.Generator().manual_seed(0))
    with pytest.raises(torch.OutOfMemoryError):
        slope(layer("mixed2"), large_photo())
    assert slope.tile == SMALLEST


def test_other_errors_are_not_taken_for_it(small_network: Network) -> None:
    with pytest.raises(KeyError):
        TiledGradient(small_network, torch.Generator())(layer("nowhere"), large_photo())
    assert is_out_of_memory(RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"))
    assert not is_out_of_memory(RuntimeError("size mismatch"))


@given(st.integers(32, 2000), st.integers(3, 16))
def test_cuts_cover_a_length_with_parts_large_enough_to_look_at(length: int, units: int) -> None:
    tile = units * UNIT
    parts = tile_slices(length, tile)
    assert [at for part in parts for at in range(part.start, part.stop)] == list(range(length))
    assert all(32 <= part.stop - part.start <= tile for part in parts)
