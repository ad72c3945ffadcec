"""How a dream came about, as a film: `(params, first picture or noise, recipe of one dream) => frames`.

The dreams are dreamed again, one out of the other, and looked at as they grow. A dream does not grow evenly: its steps
become smaller, and each new dream begins with large ones. So frames are not as many steps apart, but as much change.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate, pairwise

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from engine.ascent.progress import Frame, Progress, Report
from engine.canvas.resample import Size, resize
from engine.files import picture_size
from engine.params import Animate, DreamedOn, PastDream
from engine.runtime import Runtime

Recipe = Callable[[DreamedOn, Tensor | None, Mapping[str, Tensor]], Iterator[Report]]
"""One dream of a picture, with further pictures by what they are for."""

MOST_SNAPSHOTS = 160
"""Pictures from which frames are chosen: 111 MB of 480 by 480 pixels."""
FIRST_S, LAST_S = 0.5, 1.5
"""How long the first picture stands, and the last."""
EASE = 1.2
"""Change grows with time to this power: it begins slowly."""
GRAIN = 4
"""Change is measured in squares of so many pixels: grain that trembles is none."""


def animate(
    params: Animate, source: Tensor | None, runtime: Runtime, others: Mapping[str, Tensor] | None, recipe: Recipe
) -> Iterator[Report]:
    """Progress after every step, then all Frames; `source` is [3, H, W] in [0, 1], or None for noise."""
    snapshots: list[Tensor] = []
    for report in _dream_again(params, source, others or {}, recipe):
        if isinstance(report, Frame):
            finished = _snapshot(report.picture, params.size)
            snapshots += [] if snapshots and snapshots[-1].equal(finished) else [finished]
            continue
        if not snapshots and source is not None:
            snapshots.append(_snapshot(resize(source, report.size).clamp(0, 1), params.size))
        if report.step % _interval(report.steps) == 0:
            snapshots.append(_snapshot(report.full_size(), params.size))
        yield report
    yield from _frames(snapshots, params, runtime)


def _dream_again(
    params: Animate, source: Tensor | None, others: Mapping[str, Tensor], recipe: Recipe
) -> Iterator[Report]:
    """The steps of all dreams, and the Frame of each."""
    planned = [_steps(dream) for dream in params.dreams]
    done, picture = 0, source
    for at, dream in enumerate(params.dreams):
        used: dict[str, Tensor] = {name: one for name, one in others.items() if name in dream.others}
        for report in _until_stopped(recipe(dream.params, picture, used), dream.stopped):
            if isinstance(report, Frame):
                picture = report.picture.mul(255).round().div(255)  # as its file had it
                yield report
                continue
            planned[at] = dream.stopped or report.steps
            yield replace(report, step=done + report.step, steps=sum(planned))
        done += planned[at]


def _steps(dream: PastDream) -> int:
    return dream.stopped or sum(phase.steps for phase in dream.params.phases())


def _until_stopped(reports: Iterator[Report], stopped: int) -> Iterator[Report]:
    """A dream as it was made, also where somebody stopped it and kept what there was."""
    for report in reports:
        yield report
        if isinstance(report, Progress) and report.step == stopped:
            yield Frame(0, 1, report.full_size())
            return


def _interval(steps: int) -> int:
    """Every how many-th step is looked at."""
    return -(-steps // MOST_SNAPSHOTS)


def _snapshot(picture: Tensor, side: int) -> Tensor:
    """A picture [3, h, w] in [0, 1] as bytes, its long side at most `side`."""
    size: Size = (picture.shape[1], picture.shape[2])
    if max(size) > side:
        picture = resize(picture, picture_size.fit(size, side, step=2))
    return picture.detach().clamp(0, 1).mul(255).round().to("cpu", torch.uint8)


def _frames(snapshots: Sequence[Tensor], params: Animate, runtime: Runtime) -> Iterator[Frame]:
    """The frames, each of one size; the first and the last one several times."""
    size: Size = (snapshots[-1].shape[1], snapshots[-1].shape[2])
    same = [one if one.shape[1:] == size else _resize_bytes(one, size) for one in snapshots]
    first, *between, last = even_frames(same, params.frames)
    shown = [*[first] * round(FIRST_S * params.fps), *between, *[last] * round(LAST_S * params.fps)]
    for at, index in enumerate(shown):
        yield Frame(at, len(shown), runtime.to_device(same[index].float().div(255)))


def _resize_bytes(picture: Tensor, size: Size) -> Tensor:
    return resize(picture.float(), size).clamp(0, 255).round().to(torch.uint8)


def even_frames(pictures: Sequence[Tensor], count: int) -> list[int]:
    """Which of bytes [3, h, w] to show, so that each differs as much from the one before, but little in the beginning:
    at most `count` indices, the first and the last one among them."""
    smooth = (avg_pool2d(one.float(), GRAIN, ceil_mode=True) for one in pictures)
    change = [0.0, *accumulate(float((after - before).abs().mean()) for before, after in pairwise(smooth))]
    wanted = (change[-1] * (at / (count - 1)) ** EASE for at in range(count))
    nearest = (min(bisect_left(change, one), len(change) - 1) for one in wanted)
    return sorted({0, *nearest, len(pictures) - 1})
