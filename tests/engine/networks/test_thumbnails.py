"""Thumbnails are read as they were written, and ship for every layer that the catalogue promises."""

from __future__ import annotations

from pathlib import Path

import torch

from engine.gallery.thumbnails import paint_layer
from engine.networks import thumbnails
from engine.networks.loading import load
from engine.networks.network import Network
from tests.catalogs import catalog


def test_they_are_read_as_they_were_written(tmp_path: Path) -> None:
    generator = torch.Generator().manual_seed(1)
    pictures = torch.rand(19, 3, 1, 1, generator=generator).expand(-1, -1, 64, 64) * 0.8 + 0.1
    thumbnails.write("some", "layer", pictures, tmp_path)
    found = thumbnails.read("some", "layer", 19, tmp_path)
    assert found is not None
    assert (found[:, :, 24:40, 24:40] - pictures[:, :, 24:40, 24:40]).abs().mean() < 0.02
    assert thumbnails.read("some", "layer", 40, tmp_path) is None
    assert thumbnails.read("some", "other", 19, tmp_path) is None


def test_every_layer_that_the_catalogue_promises_has_some_in_little_space() -> None:
    size = 0
    for name in (name for name, entry in catalog.networks().items() if entry.thumbnails):
        shapes = load(name).activations(torch.zeros(1, 3, 32, 32), catalog.perception_layers(name))
        for layer, plane in shapes.items():
            found = thumbnails.read(name, layer, plane.shape[1])
            assert found is not None, (name, layer)
            assert found.std((1, 2, 3)).min() > 0.05, "something is on each of them"
            size += thumbnails.thumbnail_file(name, layer).stat().st_size
    assert 0 < size < 1e6


def test_painting_is_the_same_every_time(small_network: Network) -> None:
    one, same = (paint_layer(small_network, "conv1", 2) for _ in range(2))
    assert one.shape[1:] == (3, 64, 64)
    assert torch.equal(one, same)
