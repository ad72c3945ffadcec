"""A video dreamed frame by frame: `(params, frames, recipe of one dream) => frames`, in which the dream moves along.

What was dreamed over a frame, its change, is carried to where the optical flow says that each point went; there it is
dreamed on a little. What was hidden before, as the flow there and back tells, begins anew, and so does all of it after
a cut. After Ruder, Dosovitskiy and Brox 2016, "Artistic Style Transfer for Videos".
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from engine.ascent.crop_ascent import accentuate
from engine.ascent.crop_setup import crop_schedule, dream_scorers
from engine.ascent.pixel_ascent import OctaveSchedule, ascend
from engine.ascent.progress import Frame, Progress, Report
from engine.canvas.band_matching import band_energies, limit_bands
from engine.canvas.fourier_overlay import LOOKS, MOVING_SUBJECT_LOOK, Overlay
from engine.canvas.motion import MovingPicture, flow_between, warp
from engine.objectives import blended_position_objectives
from engine.params import Dream, Video
from engine.runtime import Runtime

Recipe = Callable[[Dream, Tensor], Iterator[Report]]
"""A dream of a picture."""
Climb = Callable[[Tensor, Tensor], Iterator[Progress]]
"""Dreams a picture [3, h, w] further, each point by as much as [1, h, w] says."""

CUT_TRUST, CUT_ERROR = 0.4, 0.1
"""A cut: the flow is to be believed in less of the picture, or what it carries along differs by more."""
CALM_S = 0.5
"""After a dream from the beginning, further cuts within so many seconds have to do with a few steps: a video of
nothing but cuts would take for ever."""
SETTLED, FRESH = 0.25, 1.0
"""How much of each step a point takes that was dreamed for long, and one that begins anew."""
SETTLING = 0.35
"""How much of the way to the first of them a point goes with each frame."""
CATCHING_UP = 4.0
"""How much longer a step of all pixels at once is where they begin anew: they are dreamed least where there is least of
a dream, and a camera that moves on would have a rim without one."""


@dataclass(frozen=True, slots=True)
class _Past:
    """The frame before."""

    frame: Tensor
    change: Tensor
    """What was dreamed over it, [3, h, w]."""
    settled: Tensor
    """How long each point was dreamed, [1, h, w]: from 0, not at all, to 1."""
    energies: list[float]
    """Of the change of the last frame that was dreamed from the beginning ..."""
    mean: Tensor
    """... and its mean colour."""
    age: int = 0
    """Frames since then."""


def video(params: Video, moving: MovingPicture, runtime: Runtime, recipe: Recipe) -> Iterator[Report]:
    """Progress after every step, and a Frame per picture. Where nobody can tell how it moves, each is dreamed alone."""
    climb = (_by_crops if params.by_crops else _by_pixels)(params, runtime)
    steps = _Steps(params, moving.planned)
    past: _Past | None = None
    for index, source in enumerate(moving.frames):
        frame = runtime.to_device(source)
        carried = _carry(past, frame, moving) if past else None
        if carried is None and past is not None and moving.flow and past.age < CALM_S * params.fps:
            carried = (torch.zeros_like(frame), torch.zeros_like(frame[:1]))
        if past is None or carried is None:
            past = yield from steps.count(_begin(params, frame, recipe), index)
        else:
            past = yield from steps.count(_go_on(past, frame, carried, climb), index)
        yield Frame(index, max(moving.planned, index + 1), (frame + past.change).clamp(0, 1))


def _carry(past: _Past, frame: Tensor, moving: MovingPicture) -> tuple[Tensor, Tensor] | None:
    """The change where it belongs in the next frame, and how long each point of it was dreamed; None after a cut."""
    if moving.flow is None:
        return None
    flow, trust = flow_between(moving.flow, past.frame, frame)
    error = ((warp(past.frame, flow) - frame).abs() * trust).sum() / (3 * trust.sum()).clamp(min=1.0)
    if trust.mean() < CUT_TRUST or error > CUT_ERROR:
        return None
    return trust * warp(past.change, flow), trust * warp(past.settled, flow).clamp(0, 1)


Dreamed = Iterator[Progress | _Past]


def _begin(params: Video, frame: Tensor, recipe: Recipe) -> Dreamed:
    """A frame that has none before it, as `/dream` has it."""
    size = (frame.shape[1], frame.shape[2])
    for report in recipe(params.dream(), frame):
        if isinstance(report, Progress):
            yield replace(report, size=size)
            continue
        picture = report.picture
        if picture.shape != frame.shape:
            picture = interpolate(picture[None], size, mode="bicubic", antialias=True)[0]
        change = picture.clamp(0, 1) - frame
        yield _Past(frame, change, torch.ones_like(frame[:1]), band_energies(change), change.mean((1, 2), keepdim=True))


def _go_on(past: _Past, frame: Tensor, carried: tuple[Tensor, Tensor], climb: Climb) -> Dreamed:
    """A frame with what was dreamed over the one before, and a few steps: as strong as in the first, and as light."""
    change, settled = carried
    share = FRESH + (SETTLED - FRESH) * settled
    for report in climb((frame + change).clamp(0, 1), share):
        yield report
    change = limit_bands(report.show() - frame, past.energies)
    change = change - change.mean((1, 2), keepdim=True) + past.mean
    settled = settled + SETTLING * (1 - settled)
    yield replace(past, frame=frame, change=change, settled=settled, age=past.age + 1)


class _Steps:
    """Counts the steps of all frames."""

    def __init__(self, params: Video, planned: int) -> None:
        first, whole = sum(one.steps for one in params.dream().phases()), params.phases()[-1].steps
        self._further = whole // max(1, params.frames - 1)
        self._planned = planned
        self._first = first
        self._done = 0

    def count(self, reports: Dreamed, index: int) -> Generator[Progress, None, _Past]:
        """The steps of a frame as some of all; returns what it is in the end."""
        ahead = max(0, self._planned - index - 1) * self._further
        for report in reports:
            if isinstance(report, _Past):
                return report
            self._done += 1
            yield replace(report, step=self._done, steps=self._done + report.steps - report.step + ahead)
        raise AssertionError("a frame came to no end")


def _by_pixels(params: Video, runtime: Runtime) -> Climb:
    """All pixels at once; by the same chance for every frame, so that what differs is what moves."""
    network, objective = runtime.network(params.network), blended_position_objectives(params.terms())
    pace = CATCHING_UP * params.pace()
    schedule = OctaveSchedule(params.octaves, params.ratio, params.iterations, pace, params.jitter)

    def climb(picture: Tensor, share: Tensor) -> Iterator[Progress]:
        longer = 1 + (CATCHING_UP - 1) * (share - SETTLED).clamp(min=0) / (FRESH - SETTLED)
        return ascend(
            network, objective, picture, schedule, runtime.generator(params.seed), share * longer / CATCHING_UP
        )

    return climb


def _by_crops(params: Video, runtime: Runtime) -> Climb:
    """By crops seen whole, each frame's elsewhere."""
    scorers, natural = dream_scorers(params, runtime), MOVING_SUBJECT_LOOK if params.subject else LOOKS["natural"]
    schedule, generator = crop_schedule(params, natural.rate), runtime.generator(params.seed)

    def climb(picture: Tensor, share: Tensor) -> Iterator[Progress]:
        return accentuate(scorers, Overlay(picture, generator, natural, share), schedule, generator)

    return climb
