from collections.abc import Iterator

import pytest
import torch
from torch import Tensor

from engine import recipes
from engine.ascent.progress import Frame, Progress, Report
from engine.ascent.variations import variations
from engine.encoders import open_encoder
from engine.errors import OutOfMemory
from engine.params import Dream
from engine.runtime import Runtime
from tests.engine.recipes.reports import steps_and_frame

SMALL = {"size": 128, "octaves": 1, "iterations": 2}


def dreams(runtime: Runtime, photo: Tensor, **options: object) -> list[Report]:
    params = Dream(**{**SMALL, **options})
    return list(recipes.run(params, photo, runtime))


def frames_of(reports: list[Report]) -> list[Frame]:
    return [one for one in reports if isinstance(one, Frame)]


def test_each_is_what_its_seed_makes_alone(runtime: Runtime, photo: Tensor) -> None:
    together = frames_of(dreams(runtime, photo, seed=7, variations=2))
    for at, frame in enumerate(together):
        (alone,) = frames_of(dreams(runtime, photo, seed=7 + at))
        assert frame.picture.equal(alone.picture)
        assert (frame.index, frame.frames) == (at, 2)


def test_progress_goes_over_all_and_shows_the_sheet(runtime: Runtime, photo: Tensor) -> None:
    params = Dream(**SMALL, variations=4)
    steps = 0
    for report in recipes.run(params, photo, runtime):
        if isinstance(report, Progress):
            steps += 1
            assert (report.step, report.steps) == (steps, 8)
            assert report.show().shape[1:] == report.size == (2 * 96 + 8, 2 * 128 + 8)


class Fails:
    def __init__(self, at: int) -> None:
        self.left = at

    def __call__(self, params: Dream) -> Iterator[Report]:
        if self.left == 0:
            raise OutOfMemory
        self.left -= 1
        yield Frame(0, 1, torch.full((3, 8, 8), params.seed / 10))


def test_where_one_fails_those_before_it_are_the_result() -> None:
    made = list(variations(Dream(variations=4, seed=1), Fails(2)))
    assert [one.index for one in frames_of(made)] == [0, 1]
    assert [float(one.picture[0, 0, 0]) for one in frames_of(made)] == pytest.approx([0.1, 0.2])
    with pytest.raises(OutOfMemory):
        list(variations(Dream(variations=4), Fails(0)))


def test_a_sheet_is_a_file_of_all_and_one_of_each_that_says_how_it_was_made() -> None:
    params = Dream(variations=4, seed=7)
    encoder = open_encoder(params, None)
    for at in range(3):
        encoder.add(torch.full((3, 20, 30), at / 4))
    made = encoder.finish()
    assert (made.width, made.height) == (2 * 30 + 8, 2 * 20 + 8)
    assert [(one.width, one.height) for one in made.variations] == [(30, 20)] * 3
    for at, one in enumerate(made.variations):
        assert f'"seed":{7 + at},'.encode() in one.data
        assert b'"variations":1' in one.data
    alone = open_encoder(params, None)
    alone.add(torch.zeros(3, 20, 30))
    assert alone.finish().variations == ()


def test_one_is_as_before(runtime: Runtime, photo: Tensor) -> None:
    assert steps_and_frame(recipes.run(Dream(**SMALL), photo, runtime))[1].picture.shape == (3, 96, 128)
