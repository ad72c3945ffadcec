"""An endless zoom into a dream: `(params, picture or noise) => frames`.

Each frame is dreamed lightly from a closer look at the one before. Mordvintsev et al. 2015, "Inceptionism".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import torch
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample

from engine.ascent.climb import Course, ascend
from engine.ascent.memory import afford
from engine.ascent.report import Frame, Report
from engine.canvas.colour import like
from engine.canvas.opening import opening
from engine.jobs.params import Zoom
from engine.objectives import wishes
from engine.studio import Studio


def zoom(params: Zoom, source: Tensor | None, studio: Studio) -> Iterator[Report]:
    """Progress after every step and a Frame per picture; `source` is [3, H, W] in [0, 1], or None for noise."""
    generator = studio.generator(params.seed)
    picture = studio.hold(opening(source, params.size, generator))
    network = studio.network(params.network)
    objective = wishes(params.terms())
    afford(network, objective.layers, picture, studio.memory)
    # Each closer look blurs what is there, so that the frames after the first need whole steps at every layer.
    light, full = _course(params, params.strength), _course(params.first(), params.pace())
    size = (picture.shape[1], picture.shape[2])
    steps = full.steps(size) + light.steps(size) * (params.frames - 1)
    done, reference = 0, picture
    for index in range(params.frames):
        course = light if index else full
        for report in ascend(network, objective, picture, course, generator):
            done += 1
            yield replace(report, step=done, steps=steps)
        picture = report.show()
        yield Frame(index, params.frames, picture)
        reference = picture if index == 0 else reference
        picture = like(closer(picture, params.factor), reference)


def _course(params: Zoom, strength: float) -> Course:
    return Course(params.octaves, params.ratio, params.iterations, strength, params.jitter)


def closer(picture: Tensor, factor: float) -> Tensor:
    """The same picture [3, h, w], `factor` times as close around its centre."""
    matrix = torch.tensor([[[1 / factor, 0, 0], [0, 1 / factor, 0]]], device=picture.device)
    grid = affine_grid(matrix, [1, *picture.shape], align_corners=False)
    return grid_sample(picture[None], grid, "bicubic", "reflection", align_corners=False)[0].clamp(0, 1)
