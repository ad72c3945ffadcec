"""A video's dream stays where it is and moves along."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import Tensor

from engine import recipes
from engine.ascent.progress import Frame, Progress
from engine.canvas.motion import MovingPicture, flow_between, warped_error
from engine.catalog.catalog import shipped_catalog
from engine.params import Dream, Video, make
from engine.recipes.video import video
from engine.runtime import Runtime
from engine.video.optical_flow import dense_flow

QUICK = {"size": 128, "octaves": 1, "iterations": 1, "layer": "low", "fps": 8, "seconds": 1}
PAN = 3
"""Pixels that the picture moves between two frames."""


def pan(photo: Tensor, count: int) -> list[Tensor]:
    """Frames [3, h, 128] of a camera that moves to the right over a picture, which is mirrored at its end."""
    wide = torch.cat([photo, photo.flip(2)] * 2, 2)
    return [wide[:, :, PAN * at : PAN * at + 128].contiguous() for at in range(count)]


def lit(runtime: Runtime, frames: list[Tensor], *, flow: bool = True, **options: object) -> list[Progress | Frame]:
    moving = MovingPicture(iter(frames), len(frames), dense_flow() if flow else None)
    params = make(Video, shipped_catalog(), **{**QUICK, **options})
    return list(recipes.run(params, None, runtime, moving=moving))


def pictures(reports: list[Progress | Frame]) -> list[Tensor]:
    return [one.picture for one in reports if isinstance(one, Frame)]


def unsteadiness(film: list[Tensor], sources: list[Tensor]) -> float:
    """The mean warped error of neighbours."""
    flow = dense_flow()
    assert flow is not None
    found = zip(pairwise(film), pairwise(sources), strict=True)
    each = [warped_error(*pair, *flow_between(flow, *source)) for pair, source in found]
    return sum(each) / len(each)


@pytest.fixture
def frames(photo: Tensor) -> list[Tensor]:
    return pan(photo[:, :, :128], 4)


def test_a_frame_for_every_frame_between_steps(runtime: Runtime, frames: list[Tensor]) -> None:
    reports = lit(runtime, frames)
    assert [one.index for one in reports if isinstance(one, Frame)] == list(range(4))
    steps = [one for one in reports if isinstance(one, Progress)]
    assert [one.step for one in steps] == list(range(1, steps[-1].steps + 1))
    assert {one.size for one in steps} == {frames[0].shape[1:]}
    assert {one.shape for one in pictures(reports)} == {frames[0].shape}


def test_the_same_request_gives_the_same_film(runtime: Runtime, frames: list[Tensor]) -> None:
    one, same = (torch.stack(pictures(lit(runtime, frames[:3]))) for _ in range(2))
    assert one.equal(same)


def test_the_dream_moves_along(runtime: Runtime, frames: list[Tensor]) -> None:
    """The error between neighbours is at least 40 % lower than that of frames which are dreamed alone."""
    steady = unsteadiness(pictures(lit(runtime, frames, iterations=2)), frames)
    alone = unsteadiness(pictures(lit(runtime, frames, flow=False, iterations=2)), frames)
    assert steady < 0.6 * alone


def test_what_comes_into_view_is_as_dreamed_as_the_rest(shipped: Runtime, photo: Tensor) -> None:
    """What came into view within four frames, on the right, beside the middle: the mean change of a pixel."""
    frames, new = pan(photo[:, :, :128], 12), 4 * PAN
    film = pictures(lit(shipped, frames, octaves=2, iterations=3, layer="high"))
    changes = [(made - frame).abs().mean((0, 1)) for made, frame in zip(film, frames, strict=True)][6:]
    shares = [float(one[-new:].mean() / one[32:-32].mean()) for one in changes]
    assert sum(shares) / len(shares) > 0.75, shares


def test_it_becomes_neither_lighter_nor_darker(runtime: Runtime, photo: Tensor) -> None:
    frames = pan(photo[:, :, :128], 100)
    film = pictures(lit(runtime, frames))
    added = [float((made - frame).mean()) for made, frame in zip(film, frames, strict=True)]
    assert max(abs(one - added[0]) for one in added) <= 2 / 255


def test_a_cut_begins_anew(runtime: Runtime, frames: list[Tensor]) -> None:
    cut = [*frames, *(1 - one.flip(1) for one in frames[:2])]
    after = pictures(lit(runtime, cut, fps=4))[4]
    dreamed = make(Dream, shipped_catalog(), size=128, layer="low", seed=0)
    *_, alone = recipes.run(dreamed, cut[4], runtime)
    assert isinstance(alone, Frame)
    assert torch.allclose(after, alone.picture, atol=1e-5)


def test_cuts_again_and_again_do_not_take_for_ever(runtime: Runtime, frames: list[Tensor]) -> None:
    flicker = [one if at % 2 else 1 - one.flip(1) for at, one in enumerate(frames)]
    calm, wild = (len(lit(runtime, one, fps=25)) for one in (frames, flicker))
    assert wild == calm


def test_where_nobody_can_tell_how_it_moves_each_frame_is_dreamed_alone(runtime: Runtime, frames: list[Tensor]) -> None:
    film = pictures(lit(runtime, frames[:2], flow=False))
    *_, alone = recipes.run(make(Dream, shipped_catalog(), size=128, layer="low"), frames[1], runtime)
    assert isinstance(alone, Frame)
    assert torch.allclose(film[1], alone.picture, atol=1e-5)


def test_of_a_thousand_frames_only_the_last_are_held(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    alive: weakref.WeakSet[Tensor] = weakref.WeakSet()

    def frames() -> Iterator[Tensor]:
        for _ in range(1000):
            picture = torch.full((3, 16, 16), 0.5)
            alive.add(picture)
            yield picture

    def climb(picture: Tensor, _share: Tensor) -> Iterator[Progress]:
        alive.add(picture)
        yield Progress(1, 1, lambda: picture, (16, 16))

    def dream(_params: Dream, picture: Tensor) -> Iterator[Progress | Frame]:
        yield Frame(0, 1, picture)

    monkeypatch.setattr(sys.modules["engine.recipes.video"], "_by_pixels", lambda *_: climb)
    still = MovingPicture(frames(), 1000, lambda one, _: np.zeros((*one.shape[:2], 2), np.float32))
    reports = video(make(Video, shipped_catalog(), **QUICK), still, runtime, dream)
    held = [len(alive) for report in reports if isinstance(report, Frame)]
    assert len(held) == 1000
    assert max(held) <= 5
