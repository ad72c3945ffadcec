"""From params to a file: what the worker and the command line share."""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping

import pytest
import torch
from PIL import Image
from torch import Tensor

from engine.ascent.progress import Progress
from engine.ascent.tiled_gradient import TILES
from engine.catalog.catalog import shipped_catalog
from engine.encoders.encoder import Encoded
from engine.encoders.pixel_bytes import to_tensor
from engine.files import generation_metadata, sanitizer
from engine.files.generation_metadata import Imprint
from engine.networks.network import Network
from engine.params import Dream, make
from engine.render import render
from engine.runtime import Runtime

QUICK = {"size": 160, "octaves": 2, "iterations": 2, "layer": "low"}


def png(colour: str = "white", split: bool = False) -> bytes:
    drawn = Image.linear_gradient("L").resize((160, 120)).convert("RGB")
    if split:
        drawn = Image.new("RGB", (160, 120), "black")
        drawn.paste(colour, (80, 0, 160, 120))
    out = io.BytesIO()
    drawn.save(out, "PNG")
    return out.getvalue()


def made(runtime: Runtime, others: Mapping[str, bytes] | None = None, **options: object) -> Encoded:
    wanted = make(Dream, shipped_catalog(), **{**QUICK, **options})
    *_, last = render(wanted, png(), runtime, others=others)
    assert isinstance(last, Encoded)
    return last


def test_a_file_says_how_it_was_made(runtime: Runtime) -> None:
    file = made(runtime, {"mask": png(split=True)}, seed=4821)
    assert generation_metadata.read(sanitizer.read_imprint(file.data, 1.0), shipped_catalog()) == Imprint(
        make(Dream, shipped_catalog(), **QUICK, seed=4821), ("mask",)
    )


def test_a_file_says_how_much_was_changed(runtime: Runtime) -> None:
    assert made(runtime, seed=1, strength=3.0).facts["changed"] > 0.05
    assert made(runtime, seed=1, strength=3.0, keep=0.99).facts["changed"] < 0.05
    reports = render(make(Dream, shipped_catalog(), **QUICK), None, runtime)
    assert "changed" not in [*reports][-1].facts  # type: ignore[union-attr]


def test_what_is_kept_early_says_it_too(runtime: Runtime) -> None:
    reports = render(make(Dream, shipped_catalog(), **QUICK), png(), runtime)
    next(reports)
    last = reports.send(True)
    assert isinstance(last, Encoded)
    assert last.facts.keys() == {"stopped", "changed"}
    assert generation_metadata.read(sanitizer.read_imprint(last.data, 1.0), shipped_catalog()).params == make(
        Dream, shipped_catalog(), **QUICK
    )


def test_further_pictures_reach_the_recipe(runtime: Runtime) -> None:
    plain, masked, led = (
        made(runtime, others) for others in (None, {"mask": png(split=True)}, {"guide": png(split=True)})
    )
    assert len({plain.data, masked.data, led.data}) == 3
    assert plain.notes == ()
    dreamed, source = (to_tensor(data)[:, :, :60] for data in (masked.data, png()))
    assert (dreamed - source).abs().mean() < 0.005


def test_memory_that_runs_out_once_is_said_in_the_result(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    activations = Network.activations
    failed: list[torch.Size] = []

    def cramped(network: Network, picture: Tensor, layers: Collection[str]) -> dict[str, Tensor]:
        if picture.shape[3] == 160 and not failed:
            failed.append(picture.shape)
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return activations(network, picture, layers)

    monkeypatch.setattr(Network, "activations", cramped)
    *steps, last = render(make(Dream, shipped_catalog(), **QUICK), png(), runtime)
    assert isinstance(last, Encoded)
    assert (len(failed), last.notes) == (1, (TILES,))
    assert [step.note for step in steps if isinstance(step, Progress)] == [None, None, TILES, TILES]


def test_keeping_early_gives_the_size_that_was_asked_for(runtime: Runtime) -> None:
    reports = render(make(Dream, shipped_catalog(), **QUICK), png(), runtime)
    assert isinstance(next(reports), Progress)
    last = reports.send(True)
    assert isinstance(last, Encoded)
    assert (last.width, last.height) == (160, 120)
