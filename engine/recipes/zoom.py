"""An endless zoom into a dream: `(params, picture or noise) => frames`.

Each frame is dreamed lightly from a closer look at the one before. Mordvintsev et al. 2015, "Inceptionism".

A loop closes by what it zooms into: the first frame waits in the middle, as in a picture that contains itself (the
Droste effect; de Smit and Lenstra 2003, "The Mathematical Structure of Escher's Print Gallery"). It grows out of a
spot, with what is dreamed around it and over it, until it fills the view and the film begins again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import reduce
from tempfile import SpooledTemporaryFile
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from engine.ascent.crop_ascent import accentuate
from engine.ascent.crop_setup import crop_schedule, dream_scorers
from engine.ascent.memory_budget import check_memory
from engine.ascent.pixel_ascent import OctaveSchedule, ascend
from engine.ascent.progress import Frame, Progress, Report
from engine.canvas.band_matching import band_energies, match_bands
from engine.canvas.camera import Camera, coverage, view
from engine.canvas.colour_matching import match_colour_statistics
from engine.canvas.fourier_overlay import LOOKS, MOVING_SUBJECT_LOOK, Overlay
from engine.canvas.initial_image import initial_image
from engine.canvas.resample import Size
from engine.objectives import blended_position_objectives
from engine.params import Zoom
from engine.runtime import Runtime

LARGE = 2**25
"""Bytes of frames that are held in memory before they go to the disk."""
GRAINY = 10
"""Frames after which the grain of noise is gone, whose detail is not to be kept."""
SPOT = (0.2, 1.0)
"""The shares of a loop after which its first frame begins to come up in the middle, and is there as a whole."""


def zoom(params: Zoom, source: Tensor | None, runtime: Runtime, pulses: Sequence[float] = ()) -> Iterator[Report]:
    """Progress after every step and a Frame per picture; `source` is [3, H, W] in [0, 1], or None for noise.

    `pulses` say for each frame how far it moves, 1 being usual; the last of them holds for all further frames.
    """
    forward = _forward(params, source, runtime, pulses, grainy=source is None)
    yield from _and_back(forward, params) if params.motion == "boomerang" else forward


def endless_zoom(params: Zoom, source: Tensor | None, runtime: Runtime, *, grainy: bool = False) -> Iterator[Tensor]:
    """Picture after picture, [3, h, w] in [0, 1], for as long as they are taken: one round of the params goes on where
    the one before ended, in the colours of the first one. `grainy` says that the source is noise."""
    reference: Tensor | None = None
    camera = _camera(params)
    while True:
        for report in _forward(params, source, runtime, (), reference, grainy=grainy):
            if isinstance(report, Frame):
                source = report.picture
                reference = source if reference is None and report.index >= GRAINY else reference
                yield source
        assert source is not None
        grainy = False
        source = view(source, camera.matrix((source.shape[1], source.shape[2])))
        params = params.model_copy(update={"continued": True, "seed": (params.seed + 1) % 2**31})


def _camera(params: Zoom) -> Camera:
    return Camera.per_second(params.fps, params.speed, params.rotate, params.drift_x, params.drift_y)


def _forward(
    params: Zoom, source: Tensor | None, runtime: Runtime, pulses: Sequence[float], like: Tensor | None = None,
    *, grainy: bool,
) -> Iterator[Report]:  # fmt: skip
    """The dreamed frames; colours and detail stay as they are in the first one, or in another picture of its size."""
    generator = runtime.generator(params.seed)
    picture = runtime.to_device(initial_image(source, params.size, generator))
    size = (picture.shape[1], picture.shape[2])
    climbs = [(_by_crops if stage.by_crops else _by_pixels)(stage, runtime, generator) for stage in params.stages()]
    planned = [climbs[params.stage(index)].steps(size, index == 0) for index in range(params.dreamed)]
    camera = _camera(params)
    steps = [camera.advance(_pulse(pulses, index)).matrix(size) for index in range(params.dreamed)]
    detailed = GRAINY if grainy else 0
    done, reference, energies = 0, picture, band_energies(picture)
    for index, climb in enumerate(climbs[params.stage(at)] for at in range(params.dreamed)):
        for report in climb.dream(picture, index == 0):
            done += 1
            yield replace(report, step=done, steps=sum(planned))
        picture = report.show()
        yield Frame(index, params.frames, picture)
        if index == 0:
            reference = picture if like is None else like
        if index == detailed:
            energies = band_energies(reference if detailed == 0 else picture)
        picture = view(picture, steps[index])
        if params.motion == "loop":
            picture = _drawn_home(picture, reference, steps[index + 1 :], index + 1)
        if index >= detailed:
            picture = match_bands(picture, energies)
        picture = match_colour_statistics(picture, reference)


def _drawn_home(picture: Tensor, first: Tensor, ahead: Sequence[Tensor], passed: int) -> Tensor:
    """A picture [3, h, w] drawn towards what leads, by the steps that are ahead, into the first frame."""
    share = passed / (passed + len(ahead))
    whole = reduce(torch.matmul, ahead, torch.eye(3, dtype=torch.float64))
    matrix = torch.linalg.inv(whole)
    reach = (share - SPOT[0]) / (SPOT[1] - SPOT[0])
    if reach <= 0:
        return picture
    return torch.lerp(picture, view(first, matrix), (1 + share) / 2 * coverage(first, matrix, min(1.0, reach)))


def _pulse(pulses: Sequence[float], frame: int) -> float:
    return pulses[min(frame, len(pulses) - 1)] if pulses else 1.0


def _and_back(reports: Iterator[Report], params: Zoom) -> Iterator[Report]:
    """All of it, and then its frames once more, the last ones first, without the one with which it begins again."""
    with SpooledTemporaryFile(LARGE) as file:
        shape: tuple[int, ...] = ()
        for report in reports:
            if isinstance(report, Frame):
                shape = report.picture.shape
                file.write(_bytes(report.picture))
            yield report
        length = int(np.prod(shape))
        back = range(params.frames - params.dreamed, 0, -1)
        for index, seen in enumerate(back, params.dreamed):
            file.seek(seen * length)
            pixels = torch.frombuffer(bytearray(file.read(length)), dtype=torch.uint8)
            yield Frame(index, params.frames, pixels.view(shape).float().div(255))


def _bytes(picture: Tensor) -> bytes:
    data: bytes = picture.detach().clamp(0, 1).mul(255).round().to("cpu", torch.uint8).numpy().tobytes()
    return data


class _FrameAscent(NamedTuple):
    """How a frame is dreamed, and in how many steps: the first one, for a film that begins in the dream, and others."""

    steps: Callable[[Size, bool], int]
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

    return _FrameAscent(lambda size, first: (full if first else light).steps(size), dream)


def _by_crops(params: Zoom, runtime: Runtime, generator: torch.Generator) -> _FrameAscent:
    """By crops seen whole; what was dreamed before is the source of the next frame."""
    scorers, natural = dream_scorers(params, runtime), MOVING_SUBJECT_LOOK if params.subject else LOOKS["natural"]
    light, full = crop_schedule(params, natural.rate), crop_schedule(params.first(), natural.rate)

    def dream(picture: Tensor, first: bool) -> Iterator[Progress]:
        canvas = Overlay(picture, generator, natural)
        return accentuate(scorers, canvas, full if first else light, generator)

    return _FrameAscent(lambda _size, first: (full if first else light).steps, dream)


def _octave_schedule(params: Zoom, strength: float) -> OctaveSchedule:
    return OctaveSchedule(params.octaves, params.ratio, params.iterations, strength, params.jitter)
