import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from engine import recipes
from engine.ascent.hybrid_ascent import FEATURE, FEATURE_DETAILING
from engine.ascent.progress import Frame, Progress
from engine.catalog.catalog import shipped_catalog
from engine.errors import NothingNamed
from engine.networks.network import LOGITS
from engine.params import Concept, Morph, make
from engine.runtime import Runtime
from tests.engine.recipes.reports import steps_and_frame


def imagining(runtime: Runtime, source: Tensor | None = None, **options: object) -> Iterator[Progress | Frame]:
    return recipes.run(make(Concept, shipped_catalog(), **{"size": 128, "iterations": 16, **options}), source, runtime)


def imagined(runtime: Runtime, source: Tensor | None = None, **options: object) -> Tensor:
    return steps_and_frame(imagining(runtime, source, **options))[1].picture


def test_every_step_says_how_far_it_is(runtime: Runtime) -> None:
    steps, last = steps_and_frame(imagining(runtime, subject="banana"))
    assert {step.size for step in steps} == {(128, 128)}
    assert [step.step for step in steps] == list(range(1, len(steps) + 1))
    assert {step.steps for step in steps} == {len(steps)}
    assert last.picture.shape == (3, 128, 128)


def test_it_raises_what_was_named_and_nothing_else(shipped: Runtime) -> None:
    network = shipped.network("pocket")
    words = ("banana", "rose")
    pictures = [imagined(shipped, subject=word, iterations=24) for word in words]
    found = network.activations(torch.stack(pictures), [LOGITS])[LOGITS].mean((2, 3))
    banana, rose = (found[:, network.labels.index(word)] for word in words)
    assert banana[0] > banana[1]
    assert rose[1] > rose[0]


def test_it_can_grow_out_of_a_picture(runtime: Runtime, photo: Tensor) -> None:
    picture = imagined(runtime, photo, subject="banana + eye")
    assert picture.shape == (3, 96, 128)
    small = torch.nn.functional.interpolate(photo[None], (96, 128), mode="bilinear")[0]
    assert torch.corrcoef(torch.stack([picture.flatten(), small.flatten()]))[0, 1] > 0.5


def likeness(picture: Tensor, drawn: Tensor) -> float:
    """Correlation of a picture with a sketch or its mirror image, whichever is greater."""
    small = torch.nn.functional.interpolate(picture[None], drawn.shape[1:], mode="area")[0]
    pairs = [torch.stack([small.flatten(), one.flatten()]) for one in (drawn, drawn.flip(2))]
    return max(float(torch.corrcoef(pair)[0, 1]) for pair in pairs)


def first(runtime: Runtime, source: Tensor | None = None, **options: object) -> Tensor:
    """What is on the canvas after one step of painting."""
    report = next(imagining(runtime, source, **options))
    assert isinstance(report, Progress)
    return report.show()


def test_it_begins_with_a_sketch_where_the_network_has_one(shipped: Runtime) -> None:
    known = shipped.network("pocket").sketches
    words = ("castle", "penguin", "octopus")
    for word in words:
        shown = first(shipped, subject=word)
        alike = {label: likeness(shown, known[label][0]) for label in words}
        assert alike[word] > 0.6
        assert max(alike, key=lambda label: alike[label]) == word
    assert "brick" not in known, "textures have none"
    assert abs(likeness(first(shipped, subject="brick + castle"), known["castle"][0])) > 0.6
    assert abs(likeness(first(shipped, subject="brick"), known["castle"][0])) < 0.4


def test_by_crops_each_start_begins_with_a_sketch_too(shipped: Runtime) -> None:
    assert (
        likeness(first(shipped, subject="banana", network="lite2"), shipped.network("lite2").sketches["banana"][0])
        > 0.6
    )
    plain = first(shipped, subject="desk", network="lite2")
    assert likeness(plain, shipped.network("lite2").sketches["banana"][0]) < 0.4


def test_without_sketches_it_begins_with_grey(runtime: Runtime) -> None:
    assert not runtime.network("pocket").sketches
    assert (first(runtime, subject="castle") - 0.5).abs().max() < 0.2


def test_several_answers_begin_with_different_sketches(shipped: Runtime) -> None:
    known = shipped.network("pocket").sketches["octopus"]
    shown = first(shipped, subject="octopus", variations=2, size=264)
    left, right = shown[:, :, : shown.shape[1]], shown[:, :, -shown.shape[1] :]
    assert likeness(left, known[0]) > likeness(left, known[1])
    assert likeness(right, known[1]) > likeness(right, known[0])


def test_what_grows_out_of_a_picture_has_no_sketch(shipped: Runtime, photo: Tensor) -> None:
    known = shipped.network("pocket").sketches["castle"][0]
    assert likeness(first(shipped, photo, subject="castle"), known) < 0.5


def test_several_answers_are_different_and_stand_side_by_side(runtime: Runtime) -> None:
    reports = list(imagining(runtime, subject="eyes", variations=4))
    frames = [one for one in reports if isinstance(one, Frame)]
    assert [(one.index, one.frames, tuple(one.picture.shape)) for one in frames] == [
        (at, 4, (3, 128, 128)) for at in range(4)
    ]
    assert not torch.allclose(frames[0].picture, frames[3].picture, atol=0.02)
    assert {one.size for one in reports if isinstance(one, Progress)} == {(264, 264)}


def test_the_same_request_gives_the_same_picture(runtime: Runtime) -> None:
    one, same, other = (imagined(runtime, subject="🦊", seed=seed) for seed in (4, 4, 5))
    assert one.equal(same)
    assert not one.equal(other)


def test_something_must_be_named() -> None:
    with pytest.raises(NothingNamed):
        make(Concept, shipped_catalog(), size=128)


def rim(picture: Tensor) -> float:
    """How far the corners are from grey, as a share of how far the middle is."""
    change, edge = (picture - 0.5).abs(), picture.shape[1] // 8
    corner, middle = change[:, :edge, :edge], change[:, 3 * edge : -3 * edge, 3 * edge : -3 * edge]
    return float(corner.mean() / middle.mean())


def test_by_crops_a_thing_is_found_in_the_middle_and_then_its_surroundings(
    shipped: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, count in (("finding", 10), ("DETAILING", 8)):
        monkeypatch.setattr(Concept, name, count)
    shown = [
        report.show() if isinstance(report, Progress) else report.picture
        for report in imagining(shipped, subject="banana", network="lite2")
    ]
    found, finished = shown[9], shown[-1]
    assert rim(found) < 0.7
    assert rim(finished - found + 0.5) > 1.5 * rim(found), "what comes then comes everywhere"


@pytest.mark.parametrize(
    ("recipe", "asked"), [(Concept, {"subject": "goldfish"}), (Morph, {"subject": "goldfish > hen"})]
)
@pytest.mark.parametrize("finish", ["blur_background", "s_curve"])
def test_by_crops_what_is_imagined_is_finished_unless_it_is_a_picture(
    finish: str,
    recipe: type[Concept | Morph],
    asked: dict[str, Any],
    shipped: Runtime,
    photo: Tensor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Before a blurred background and with more contrast, in previews and in the end."""
    for name, count in (("finding", 10), ("DETAILING", 2)):
        monkeypatch.setattr(Concept, name, count)
    made = f"engine.recipes.{recipe.__name__.lower()}"
    monkeypatch.setattr(sys.modules[made], finish, torch.zeros_like)
    few = {"size": 128, "network": "lite2"} | (
        {"iterations": 2, "frames": 8} if recipe is Morph else {"iterations": 16}
    )
    for source in (None, photo):
        reports = recipes.run(make(recipe, shipped_catalog(), **few, **asked), source, shipped)
        shown = [one.show() if isinstance(one, Progress) else one.picture for one in reports]
        assert all((one == 0).all() == (source is None) for one in shown)


def test_by_crops_a_second_thing_grows_in_the_body_of_the_first(
    shipped: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, count in (("finding", 10), ("DETAILING", 2), ("FEATURE_DETAILING", 2), ("FEATURE_FINDING", 30)):
        monkeypatch.setattr(Concept, name, count)
    monkeypatch.setattr("engine.ascent.hybrid_ascent.FEATURE", replace(FEATURE, steps=30))
    monkeypatch.setattr("engine.ascent.hybrid_ascent.FEATURE_DETAILING", replace(FEATURE_DETAILING, steps=2))
    reports = list(imagining(shipped, subject="goldfish + beagle", network="lite2"))
    steps = [one for one in reports if isinstance(one, Progress)]
    assert [one.step for one in steps] == list(range(1, steps[-1].steps + 1))
    network = shipped.network("lite2")
    behind = 30 + 2 + Concept.SHARPENING
    body, both = (steps[-1 - at].show() for at in (behind, 0))
    at = network.labels.index("beagle")
    with torch.no_grad():
        scores = network.activations(torch.stack([body, both]), [LOGITS])[LOGITS].mean((2, 3))[:, at]
    assert scores[1] > scores[0]
