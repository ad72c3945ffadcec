"""One thing becomes another, and the first again."""

from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import Tensor

from engine import recipes
from engine.ascent.progress import Frame, Progress
from engine.catalog.catalog import shipped_catalog
from engine.errors import UnknownChannel
from engine.networks.network import LOGITS
from engine.params import Morph, make
from engine.runtime import Runtime

CROPS: dict[str, Any] = {"network": "lite2", "subject": "goldfish > hen"}
"""Words whose classes the small network has, too."""
QUICK = {"size": 128, "iterations": 2, "frames": 8}


def run(runtime: Runtime, source: Tensor | None = None, **options: object) -> list[Progress | Frame]:
    return list(recipes.run(make(Morph, shipped_catalog(), **{**QUICK, **options}), source, runtime))


def frames(reports: list[Progress | Frame]) -> list[Tensor]:
    return [one.picture for one in reports if isinstance(one, Frame)]


def steps(reports: list[Progress | Frame]) -> list[Progress]:
    return [one for one in reports if isinstance(one, Progress)]


@pytest.mark.parametrize("asked", [CROPS, {"subject": "castle > octopus"}], ids=["by crops", "by pixels"])
def test_every_step_says_how_far_it_is_and_all_frames_follow(runtime: Runtime, asked: dict[str, Any]) -> None:
    reports = run(runtime, **asked)
    told = steps(reports)
    assert [one.step for one in told] == list(range(1, told[-1].steps + 1))
    assert {one.size for one in told} == {(128, 128)}
    assert [(one.index, one.frames) for one in reports[len(told) :] if isinstance(one, Frame)] == [
        (at, 8) for at in range(8)
    ]
    assert told[-1].full_size().shape == (3, 128, 128)
    planned = make(Morph, shipped_catalog(), **{**QUICK, **asked})
    assert sum(phase.steps for phase in planned.phases()) == len(told)


def test_two_things_are_a_way_there_and_back(runtime: Runtime) -> None:
    shown = frames(run(runtime, **CROPS))
    assert [shown[at].equal(shown[8 - at]) for at in (1, 2, 3)] == [True] * 3
    assert not shown[0].equal(shown[4])


def test_three_are_a_ring_without_a_seam(runtime: Runtime) -> None:
    shown = frames(run(runtime, **{**CROPS, "subject": "goldfish > hen > ostrich", "frames": 24}))
    changes = [float((one - other).abs().mean()) for one, other in pairwise([*shown, shown[0]])]
    usual = sorted(changes)[12]
    assert changes[-1] < 1.5 * usual
    assert max(changes) < 2.5 * usual


def test_each_is_seen_in_its_turn(shipped: Runtime) -> None:
    shown = frames(run(shipped, subject="banana > eye", iterations=5))
    network = shipped.network("pocket")
    found = network.activations(torch.stack([shown[0], shown[4]]), [LOGITS])[LOGITS].mean((2, 3))
    banana, eye = (found[:, network.labels.index(word)] for word in ("banana", "eye"))
    assert banana[0] > banana[1]
    assert eye[1] > eye[0]


def test_a_strip_is_one_picture_with_a_row_for_each_way(runtime: Runtime) -> None:
    reports = run(runtime, **{**CROPS, "subject": "goldfish > hen > ostrich"}, strip=True)
    assert frames(reports)[0].shape == (3, 3 * 136 - 8, 7 * 136 - 8)
    assert {one.size for one in steps(reports)} == {(3 * 136 - 8, 7 * 136 - 8)}


@pytest.mark.parametrize("asked", [CROPS, {"subject": "castle > octopus"}], ids=["by crops", "by pixels"])
def test_it_can_grow_out_of_a_picture(runtime: Runtime, photo: Tensor, asked: dict[str, Any]) -> None:
    shown = frames(run(runtime, photo, **asked))
    assert shown[0].shape == (3, 96, 128)
    small = torch.nn.functional.interpolate(photo[None], (96, 128), mode="bilinear")[0]
    assert torch.corrcoef(torch.stack([shown[0].flatten(), small.flatten()]))[0, 1] > 0.5


def test_the_same_request_gives_the_same_frames(runtime: Runtime) -> None:
    one, same = (frames(run(runtime, **CROPS, seed=4)) for _ in range(2))
    assert torch.stack(one).equal(torch.stack(same))


def test_channels_become_one_another_and_unknown_ones_are_named(runtime: Runtime) -> None:
    shown = frames(run(runtime, network="pocket", subject="low:1 > mid:3"))
    assert len(shown) == 8
    assert not shown[0].equal(shown[4])
    with pytest.raises(UnknownChannel):
        make(Morph, shipped_catalog(), network="pocket", subject="low:99999 > mid:3")
