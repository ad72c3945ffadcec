"""An endless zoom into a dream: `(params, picture or noise) => frames`.

Each frame is dreamed lightly from a closer look at the one before. Mordvintsev et al. 2015, "Inceptionism".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample

from engine.ascent.crop_ascent import accentuate
from engine.ascent.crop_setup import crop_schedule, dream_scorers
from engine.ascent.memory_budget import check_memory
from engine.ascent.pixel_ascent import OctaveSchedule, ascend
from engine.ascent.progress import Frame, Progress, Report
from engine.canvas.colour_matching import match_colour_statistics
from engine.canvas.fourier_overlay import LOOKS, SUBJECT_LOOKS, Overlay
from engine.canvas.initial_image import initial_image
from engine.canvas.resample import Size
from engine.objectives import blended_position_objectives
from engine.params import Zoom
from engine.runtime import Runtime


def zoom(params: Zoom, source: Tensor | None, runtime: Runtime) -> Iterator[Report]:
    """Progress after every step and a Frame per picture; `source` is [3, H, W] in [0, 1], or None for noise."""
    generator = runtime.generator(params.seed)
    picture = runtime.to_device(initial_image(source, params.size, generator))
    climb = (_by_crops if params.by_crops else _by_pixels)(params, runtime, generator)
    size = (picture.shape[1], picture.shape[2])
    steps = climb.first(size) + climb.further(size) * (params.frames - 1)
    done, reference = 0, picture
    for index in range(params.frames):
        for report in climb.dream(picture, index == 0):
            done += 1
            yield replace(report, step=done, steps=steps)
        picture = report.show()
        yield Frame(index, params.frames, picture)
        reference = picture if index == 0 else reference
        picture = match_colour_statistics(zoom_in(picture, params.factor), reference)


class _FrameAscent(NamedTuple):
    """How a frame is dreamed, and in how many steps: the first one, for a film that begins in the dream, and others."""

    first: Callable[[Size], int]
    further: Callable[[Size], int]
    dream: Callable[[Tensor, bool], Iterator[Progress]]
    """A picture, and whether it is the first."""


def _by_pixels(params: Zoom, runtime: Runtime, generator: torch.Generator) -> _FrameAscent:
    """All pixels at once, octave by octave."""
    network, objective = runtime.network(params.network), blended_position_objectives(params.terms())
    # Each closer look blurs what is there, so that the frames after the first need whole steps at every layer.
    light, full = _octave_schedule(params, params.strength), _octave_schedule(params.first(), params.pace())

    def dream(picture: Tensor, first: bool) -> Iterator[Progress]:
        if first:
            check_memory(network, objective.layers, picture, runtime.memory)
        return ascend(network, objective, picture, full if first else light, generator)

    return _FrameAscent(full.steps, light.steps, dream)


def _by_crops(params: Zoom, runtime: Runtime, generator: torch.Generator) -> _FrameAscent:
    """By crops seen whole; what was dreamed before is the source of the next frame."""
    scorers, natural = dream_scorers(params, runtime), (SUBJECT_LOOKS if params.subject else LOOKS)["natural"]
    light, full = crop_schedule(params, natural.rate), crop_schedule(params.first(), natural.rate)

    def dream(picture: Tensor, first: bool) -> Iterator[Progress]:
        canvas = Overlay(picture, generator, natural)
        return accentuate(scorers, canvas, full if first else light, generator)

    return _FrameAscent(lambda _size: full.steps, lambda _size: light.steps, dream)


def _octave_schedule(params: Zoom, strength: float) -> OctaveSchedule:
    return OctaveSchedule(params.octaves, params.ratio, params.iterations, strength, params.jitter)


def zoom_in(picture: Tensor, factor: float) -> Tensor:
    """The same picture [3, h, w], `factor` times as close around its centre."""
    matrix = torch.tensor([[[1 / factor, 0, 0], [0, 1 / factor, 0]]], device=picture.device)
    grid = affine_grid(matrix, [1, *picture.shape], align_corners=False)
    return grid_sample(picture[None], grid, "bicubic", "reflection", align_corners=False)[0].clamp(0, 1)
