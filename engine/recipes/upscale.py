"""A dream at twice the size: `(params, dream) => the same picture with detail that was not there before`.

Made smaller again it is the dream that it came from: where the new detail would show there, too, as much of it is taken
back as it takes.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from engine.ascent.detail_ascent import add_detail, detail_schedule, detail_scorers, pull_back
from engine.ascent.progress import Frame, Progress, Report
from engine.canvas.initial_image import initial_image
from engine.canvas.resample import Size, enlarged_size, resize
from engine.canvas.similarity import SMALLEST, ssim
from engine.params import Upscale, detail_parts
from engine.runtime import Runtime

LEAST_SSIM = 0.92
"""How much like the dream it is, made smaller again; what a file loses comes off that."""
MOST_PULLS = 6
TAKEN_BACK = 0.5
"""The share of what differs that is taken back each time."""


def upscale(params: Upscale, source: Tensor | None, runtime: Runtime) -> Iterator[Report]:
    """Progress many times a step, then a Frame; `source` is the dream, [3, H, W] in [0, 1], or None for noise."""
    generator = runtime.generator(params.seed)
    small = runtime.to_device(source if source is not None else initial_image(None, params.size // 2, generator))
    size = enlarged_size((small.shape[1], small.shape[2]), params.size)
    scorers, parts = detail_scorers(params, runtime), detail_parts(params.size)
    picture = resize(small, size).clamp(0, 1)
    schedule = detail_schedule(params.strength, params.look, params.iterations)
    for made in add_detail(scorers, picture, small, schedule, generator, parts):
        yield Progress(made, parts * schedule.steps, picture.detach, size)
    _keep_alike(picture, small)
    yield Frame(0, 1, picture)


def _keep_alike(picture: Tensor, source: Tensor) -> None:
    """Make sure, in place, that a picture is like its source at that one's size."""
    size: Size = (source.shape[1], source.shape[2])
    if min(size) < SMALLEST:
        return
    for _ in range(MOST_PULLS):
        with torch.no_grad():
            if ssim(resize(picture, size).clamp(0, 1), source) >= LEAST_SSIM:
                return
        pull_back(picture, source, TAKEN_BACK)
