"""A dream that is large enough to be printed: `(params, picture or noise, recipe of a dream) => one large picture`.

It is dreamed as a whole at the size of any dream, so that large shapes are large; then made twice as large again and
again, each time with detail that was not there before. What it is made larger of is kept as bytes, and there are never
more than three buffers of its full size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import torch
from torch import Tensor

from engine.ascent.crop_gradients import CropScorer
from engine.ascent.detail_ascent import add_detail, detail_schedule, detail_scorers
from engine.ascent.progress import Frame, Progress, Report
from engine.canvas.resample import Size, enlarged_size, resize
from engine.params import Dream, Poster, detail_parts
from engine.runtime import Runtime

Recipe = Callable[[Dream, Tensor | None], Iterator[Report]]
"""A dream of a picture."""


def poster(params: Poster, source: Tensor | None, runtime: Runtime, recipe: Recipe) -> Iterator[Report]:
    """Progress many times a step, then a Frame; `source` is [3, H, W] in [0, 1], or None for noise."""
    scorers = detail_scorers(params, runtime)
    steps, done = sum(phase.steps for phase in params.phases()), 0
    picture, size = torch.empty(0), (params.size, params.size)
    for report in recipe(params.dream(), source):
        if isinstance(report, Frame):
            picture = report.picture
            continue
        done, size = report.step, enlarged_size(report.size, params.size)
        yield replace(report, steps=steps, size=size)
    generator = runtime.generator(params.seed)
    for side in params.sizes[1:]:
        small = _as_bytes(picture)
        picture = _enlarge(small, side)
        for _ in _grow(params, scorers, picture, small, generator, side):
            done += 1
            yield Progress(done, steps, picture.detach, size)
    yield Frame(0, 1, picture)


def _grow(
    params: Poster, scorers: list[CropScorer], picture: Tensor, small: Tensor, generator: torch.Generator, side: int
) -> Iterator[int]:
    schedule = detail_schedule(params.strength, params.look, params.detail_steps)
    return add_detail(scorers, picture, small, schedule, generator, detail_parts(side))


def _as_bytes(picture: Tensor) -> Tensor:
    return picture.mul(255).round_().clamp_(0, 255).to(torch.uint8)


def _enlarge(small: Tensor, side: int) -> Tensor:
    """Bytes [3, h, w] as a picture in [0, 1] whose long side is that."""
    size: Size = enlarged_size((small.shape[1], small.shape[2]), side)
    return resize(small.float().div_(255), size).clamp_(0, 1)
