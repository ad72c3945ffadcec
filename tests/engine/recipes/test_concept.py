import pytest
import torch
from torch import Tensor

from engine import recipes
from engine.ascent.report import Frame, Progress
from engine.jobs.errors import NothingNamed
from engine.jobs.params import Concept, make
from engine.networks.network import EVIDENCE
from engine.studio import Studio


def imagined(studio: Studio, source: Tensor | None = None, **options: object) -> list[Progress | Frame]:
    return list(recipes.run(make(Concept, **{"size": 128, "iterations": 16, **options}), source, studio))


def test_every_step_says_how_far_it_is(studio: Studio) -> None:
    *steps, last = imagined(studio, subject="banana")
    assert all(isinstance(step, Progress) and step.size == (128, 128) for step in steps)
    assert [step.step for step in steps if isinstance(step, Progress)] == list(range(1, len(steps) + 1))
    assert {step.steps for step in steps if isinstance(step, Progress)} == {len(steps)}
    assert isinstance(last, Frame)
    assert last.picture.shape == (3, 128, 128)


def test_it_raises_what_was_named_and_nothing_else(shipped: Studio) -> None:
    network = shipped.network("pocket")
    words = ("banana", "rose")
    pictures = [imagined(shipped, subject=word, iterations=24)[-1].picture for word in words]
    found = network.activations(torch.stack(pictures), [EVIDENCE])[EVIDENCE].mean((2, 3))
    banana, rose = (found[:, network.labels.index(word)] for word in words)
    assert banana[0] > banana[1]
    assert rose[1] > rose[0]


def test_it_can_grow_out_of_a_picture(studio: Studio, photo: Tensor) -> None:
    picture = imagined(studio, photo, subject="banana + eye")[-1].picture
    assert picture.shape == (3, 96, 128)
    small = torch.nn.functional.interpolate(photo[None], (96, 128), mode="bilinear")[0]
    assert torch.corrcoef(torch.stack([picture.flatten(), small.flatten()]))[0, 1] > 0.5


def test_several_answers_are_different_and_stand_side_by_side(studio: Studio) -> None:
    picture = imagined(studio, subject="eyes", variations=4, size=264)[-1].picture
    assert picture.shape == (3, 264, 264)
    first, last = picture[:, :128, :128], picture[:, -128:, -128:]
    assert not torch.allclose(first, last, atol=0.02)


def test_the_same_request_gives_the_same_picture(studio: Studio) -> None:
    one, same, other = (imagined(studio, subject="🦊", seed=seed)[-1].picture for seed in (4, 4, 5))
    assert one.equal(same)
    assert not one.equal(other)


def test_something_must_be_named() -> None:
    with pytest.raises(NothingNamed):
        make(Concept, size=128)
