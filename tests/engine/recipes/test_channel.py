"""Feature pictures and atlases, on pocket with random weights."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import Tensor

from engine import recipes
from engine.ascent.attribution import noise_baseline
from engine.ascent.progress import Frame, Progress
from engine.canvas.fourier_canvas import FourierCanvas
from engine.canvas.noise import coloured_noise
from engine.catalog.catalog import shipped_catalog
from engine.errors import BadChannelPairs, OptionConflict, UnknownChannel
from engine.networks.network import LOGITS, Network
from engine.objectives import channel
from engine.params import Channel, make
from engine.runtime import Runtime

QUICK = {"size": 128, "iterations": 3, "layer": "mixed3b"}


def drawn(runtime: Runtime, source: Tensor | None = None, **options: object) -> list[Progress | Frame]:
    return list(recipes.run(make(Channel, shipped_catalog(), **{**QUICK, **options}), source, runtime))


def last(reports: list[Progress | Frame]) -> Frame:
    frame = reports[-1]
    assert isinstance(frame, Frame)
    return frame


def test_the_channel_is_raised_against_its_start_and_against_noise(runtime: Runtime) -> None:
    network, wanted = runtime.network("pocket"), channel("mixed3b", 5)
    picture = last(drawn(runtime, channel=5, iterations=24)).picture
    generator = torch.Generator().manual_seed(1)
    grey = FourierCanvas((128, 128), generator).pictures().detach()
    noise = coloured_noise((128, 128), generator)[None]
    reached, start, anything = (
        float(wanted(network.activations(seen, ["mixed3b"]))) for seen in (picture[None], grey, noise)
    )
    assert reached > start
    assert reached > anything


def test_one_channel_is_one_square_picture(runtime: Runtime) -> None:
    *steps, frame = drawn(runtime, channel=5)
    assert isinstance(frame, Frame)
    assert frame.picture.shape == (3, 128, 128)
    assert [step.step for step in steps if isinstance(step, Progress)] == list(range(1, 3 + Channel.FINISHING + 1))
    assert {step.steps for step in steps if isinstance(step, Progress)} == {len(steps)}
    assert {step.size for step in steps if isinstance(step, Progress)} == {(128, 128)}


def test_an_atlas_has_the_channels_that_vary_most(runtime: Runtime) -> None:
    frame = last(drawn(runtime, top=5))
    network = runtime.network("pocket")
    noise = noise_baseline(112, runtime.generator(0))
    spread = network.activations(noise, ["mixed3b"])["mixed3b"].std((0, 2, 3))
    found = [one["channel"] for one in frame.facts["channels"]]
    assert found == spread.argsort(descending=True)[:5].tolist()
    assert [one["caption"] for one in frame.facts["channels"]] == [f"mixed3b:{at}" for at in found]


def test_over_a_picture_it_has_those_that_fire_there(runtime: Runtime, photo: Tensor) -> None:
    anywhere, there = (last(drawn(runtime, source, top=4)) for source in (None, photo))
    assert anywhere.facts["channels"] != there.facts["channels"]
    assert there.facts["channels"][0]["score"] == 1
    assert there.facts["why"] == "the most active channels for this image"


def test_progress_of_an_atlas_has_the_shape_of_the_result(runtime: Runtime) -> None:
    *steps, frame = drawn(runtime, top=3)
    assert isinstance(frame, Frame)
    assert {step.size for step in steps if isinstance(step, Progress)} == {tuple(frame.picture.shape[1:])}


def test_a_search_finds_what_speaks_for_the_class(pocket_network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    network, planted = copy.deepcopy(pocket_network), 77
    assert network.head is not None
    (head,) = (one for one in network.head.modules() if isinstance(one, torch.nn.Conv2d))
    head.weight.zero_()[4, planted] = 1.0  # fox hears one channel and nothing else
    monkeypatch.setattr(Channel, "SEARCHING", 4)
    rigged = Runtime("cpu", "float32", loader=lambda _name: network)
    *steps, frame = drawn(rigged, layer="mixed5b", search="🦊", top=3)
    assert isinstance(frame, Frame)
    assert frame.facts["channels"][0]["channel"] == planted
    assert frame.facts["why"] == "the channels most linked to fox"
    assert [step.step for step in steps if isinstance(step, Progress)] == list(range(1, 4 + 3 + 1))
    assert {step.steps for step in steps if isinstance(step, Progress)} == {7}


def test_classes_are_called_by_their_names(runtime: Runtime) -> None:
    frame = last(drawn(runtime, layer="high", top=2))
    assert frame.facts["layer"] == LOGITS
    labels = runtime.network("pocket").labels
    assert all(one["caption"] == labels[one["channel"]] for one in frame.facts["channels"])


def test_the_same_request_gives_the_same_picture(runtime: Runtime) -> None:
    one, same, other = (last(drawn(runtime, channel=5, seed=seed)).picture for seed in (4, 4, 5))
    assert one.equal(same)
    assert not one.equal(other)


def test_a_channel_that_is_not_there_is_refused_at_once(runtime: Runtime) -> None:
    with pytest.raises(UnknownChannel, match="Choose one from 0 to"):
        make(Channel, shipped_catalog(), **QUICK, channel=9000)


def test_pairs_are_a_grid_and_both_channels_of_one_grow(runtime: Runtime) -> None:
    *steps, frame = drawn(runtime, pairs="5, 9;5", iterations=12)
    assert isinstance(frame, Frame)
    assert frame.facts["pairs"] == [[5, 5], [5, 9], [9, 9]]
    assert {step.size for step in steps if isinstance(step, Progress)} == {tuple(frame.picture.shape[1:])}
    assert make(Channel, shipped_catalog(), pairs="5+9").pairs == "5, 9"


@pytest.mark.parametrize("pairs", ["5", "5, 5", "1,2,3,4,5,6,7", "5, nine"])
def test_what_are_no_pairs_is_a_sentence(pairs: str) -> None:
    with pytest.raises(BadChannelPairs, match="Name 2 to 6 different ones"):
        make(Channel, shipped_catalog(), pairs=pairs)


def test_pairs_are_of_a_layer_and_nothing_else() -> None:
    with pytest.raises(UnknownChannel):
        make(Channel, shipped_catalog(), layer="mid", pairs="5, 99999")
    with pytest.raises(OptionConflict):
        make(Channel, shipped_catalog(), layer="mid", pairs="5, 9", search="castle")
