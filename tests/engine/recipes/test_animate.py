"""A film of how a dream came about: the dreams dreamed again, from the first picture on."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
import torch
from torch import Tensor

from engine import recipes
from engine.ascent.progress import Frame, Progress
from engine.catalog.catalog import shipped_catalog
from engine.params import Animate, Channel, Concept, Dream, PastDream, make
from engine.recipes.animate import FIRST_S, LAST_S, even_frames
from engine.runtime import Runtime

QUICK = {"size": 128, "octaves": 2, "iterations": 4}
FIRST = PastDream(params=Dream(layer="low", seed=1, **QUICK))
SECOND = PastDream(params=Dream(layer="mid", seed=2, **QUICK))


def film(runtime: Runtime, source: Tensor | None, dreams: Sequence[PastDream], **options: object) -> list[Tensor]:
    return frames(run(runtime, source, dreams, **options))


def run(
    runtime: Runtime, source: Tensor | None, dreams: Sequence[PastDream], **options: object
) -> list[Progress | Frame]:
    params = make(Animate, shipped_catalog(), dreams=dreams, **{"size": 128, "frames": 12, **options})
    return list(recipes.run(params, source, runtime))


def frames(reports: Sequence[Progress | Frame]) -> list[Tensor]:
    return [report.picture for report in reports if isinstance(report, Frame)]


def bytes_of(picture: Tensor) -> Tensor:
    return picture.mul(255).round()


def dreamed(runtime: Runtime, source: Tensor, dream: PastDream) -> Tensor:
    """What the bot has in its file of a dream."""
    (picture,) = frames(list(recipes.run(dream.params, source, runtime)))
    return bytes_of(picture) / 255


def test_it_goes_from_the_picture_to_exactly_the_dream_of_the_dream(runtime: Runtime, photo: Tensor) -> None:
    shown = film(runtime, photo, [FIRST, SECOND])
    last = dreamed(runtime, dreamed(runtime, photo, FIRST), SECOND)
    assert bytes_of(shown[-1]).equal(bytes_of(last))
    small = torch.nn.functional.interpolate(photo[None], shown[0].shape[1:], mode="bicubic", antialias=True)[0]
    assert (shown[0] - small.clamp(0, 1)).abs().max() < 1 / 255
    assert {picture.shape for picture in shown} == {last.shape}


def test_the_first_and_the_last_picture_stand_and_the_others_move(runtime: Runtime, photo: Tensor) -> None:
    shown = film(runtime, photo, [FIRST], fps=10)
    still = [one.equal(other) for one, other in pairwise(shown)]
    assert still[: round(10 * FIRST_S) - 1] == [True] * (round(10 * FIRST_S) - 1)
    assert still[-round(10 * LAST_S) + 1 :] == [True] * (round(10 * LAST_S) - 1)
    moving = still[round(10 * FIRST_S) - 1 : -round(10 * LAST_S) + 1]
    assert len(moving) > 4
    assert not any(moving)


def test_steps_count_through_all_dreams_before_the_frames(runtime: Runtime, photo: Tensor) -> None:
    reports = run(runtime, photo, [FIRST, SECOND])
    steps = [report for report in reports if isinstance(report, Progress)]
    assert [report.step for report in steps] == list(range(1, steps[-1].steps + 1))
    assert isinstance(reports[len(steps)], Frame)


def test_what_was_stopped_early_is_stopped_there(runtime: Runtime, photo: Tensor) -> None:
    stopped = FIRST.model_copy(update={"stopped": 3})
    reports = run(runtime, photo, [stopped])
    steps = [report for report in reports if isinstance(report, Progress)]
    assert [(report.step, report.steps) for report in steps] == [(1, 3), (2, 3), (3, 3)]
    whole = [one for one in recipes.run(FIRST.params, photo, runtime) if isinstance(one, Progress)]
    assert bytes_of(frames(reports)[-1]).shape == (3, *whole[0].size)


@pytest.mark.parametrize(
    "dream",
    [
        PastDream(params=Concept(subject="eyes", iterations=16, size=128)),
        PastDream(params=Channel(layer="low", channel=3, iterations=4, size=128)),
        FIRST,
    ],
    ids=lambda dream: dream.params.recipe,
)
def test_what_grew_out_of_nothing_is_animated_too(shipped: Runtime, dream: PastDream) -> None:
    shown = film(shipped, None, [dream, SECOND])
    assert len({picture.shape for picture in shown}) == 1
    assert not shown[0].equal(shown[-1])


def test_a_mask_is_used_where_it_was(runtime: Runtime, photo: Tensor) -> None:
    masked = FIRST.model_copy(update={"others": ("mask",)})
    params = make(Animate, shipped_catalog(), dreams=[masked, SECOND], size=128)
    black = torch.zeros(3, 8, 8)
    shown = frames(list(recipes.run(params, photo, runtime, {"mask": black})))
    only_second = film(runtime, photo, [SECOND])
    assert torch.allclose(shown[-1], only_second[-1], atol=0.03)


def test_frames_differ_evenly_whatever_the_steps_did() -> None:
    levels = [0, 1, 2, 3, 4, 5, 6, 7, 8, 30, 31, *range(32, 100)]
    pictures = [torch.full((3, 8, 8), level, dtype=torch.uint8) for level in levels]
    chosen = even_frames(pictures, 12)
    assert (chosen[0], chosen[-1]) == (0, len(pictures) - 1)
    assert len(chosen) <= 12
    gaps = [levels[b] - levels[a] for a, b in pairwise(chosen)]
    assert gaps[0] <= max(gaps[3:])
    assert max(gaps) <= 24, "no more than the one jump that is there"
    assert even_frames(pictures[:1] * 5, 12) == [0, 4], "where nothing changes"
    assert even_frames(pictures[:1], 12) == [0]
