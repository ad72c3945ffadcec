"""One thing becomes another, and in the end the first again: `(params, picture or nothing) => frames, or a strip`.

Olah et al. 2017, "Feature Visualization": between two objectives lie pictures of their own, dreamed like any other. All
of a loop are painted as one thing that changes, so that nothing jumps and no frame is two pictures over each other.
How things are found, and then get their details, is as in `concept`.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import cast

import torch
from torch import Tensor

from engine.ascent.concept_schedules import AROUND, DETAIL, DETAILING, FINDING, GROWING, GROWN, SHAPE, begin_with
from engine.ascent.crop_setup import morph_scorers
from engine.ascent.feature_visualization import LEARNING_RATE, coarse_and_fine
from engine.ascent.memory_budget import check_memory
from engine.ascent.morph_ascent import HOLD, PaintedLoop, accentuate_loop, objective_at, visualize_loop
from engine.ascent.pixel_ascent import OctaveSchedule, ascend
from engine.ascent.progress import Frame, Progress, Report
from engine.canvas.background_blur import blur_background
from engine.canvas.class_sketch import GREY, combine_sketches
from engine.canvas.colour_smoothing import smooth_colours
from engine.canvas.contrast import s_curve
from engine.canvas.fourier_canvas import FourierCanvas
from engine.canvas.image_grid import mosaic
from engine.canvas.initial_image import initial_image
from engine.canvas.looped_overlay import BlendedLoop, LoopedOverlay, PictureLoop
from engine.canvas.looped_waves import LoopedWaves, subject_weights
from engine.canvas.mask import protect_mask
from engine.canvas.resample import Size
from engine.catalog.catalog import Meaning
from engine.files import picture_size
from engine.networks.network import LOGITS, Network
from engine.objectives import layer
from engine.params import Morph
from engine.runtime import Runtime

NODES = 3
"""Moments from one subject to the next that have waves of their own."""
FINEST_SIDE = 176
"""Waves are kept up to half as many along the long side: those of a thing fade out before."""
USUAL_STEPS, PACE = 64.0, 0.65
"""With so many steps for each subject waves move by this share of what the look says in a step; with more, less far:
each step moves several moments."""
ONE_CROP_EACH = 0.75
"""What of the looks' rates is left where a step sees one crop of each moment, in place of two of one picture."""
COARSE_SHARE = 0.75
"""Of the painting, before the canvas is seen closer."""
SKETCH_HOLD = 0.2
"""How long a sketch stands alone, as a share of the time from one to the next."""
CONTOURS = OctaveSchedule(octaves=2, iterations=Morph.REFINING // 2, strength=0.4)
"""Contours and surfaces of a frame, as of a concept."""
Climb = Generator[Report, None, Callable[[float], Tensor]]
"""The steps, and in the end the picture at a time of the loop, [3, h, w] in [0, 1]."""


def morph(params: Morph, source: Tensor | None, runtime: Runtime) -> Iterator[Report]:
    """Progress after every step, then the Frames of the loop, or one of the strip.

    `source` [3, H, W] in [0, 1] is what all of it grows out of. Raises `UnknownChannel` at its first step.
    """
    generator = runtime.generator(params.seed)
    shape = (1, 1) if source is None else (source.shape[1], source.shape[2])
    size = picture_size.fit(shape, params.frame_side, step=2)
    rows = _still_times(params) if params.strip else [_frame_times(params)]
    climb = _by_crops if params.by_crops else partial(_by_pixels, times=sorted({time for row in rows for time in row}))
    whole = _strip_size(rows, size) if params.strip else size
    show = yield from _tell_size(climb(params, source, size, runtime, generator), whole)
    if params.strip:
        yield Frame(0, 1, mosaic(torch.stack([show(time) for row in rows for time in row]), columns=len(rows[0])))
        return
    for at, time in enumerate(rows[0]):
        yield Frame(at, params.frames, show(time))


def _tell_size(climb: Climb, size: Size) -> Climb:
    """Steps that say the size of the result."""
    while True:
        try:
            report = next(climb)
        except StopIteration as end:
            return cast("Callable[[float], Tensor]", end.value)
        yield replace(report, size=size) if isinstance(report, Progress) else report


def _frame_times(params: Morph) -> list[float]:
    """Of an animation; on the way back it shows the same pictures again."""
    counts = [min(at, params.frames - at) if params.returns else at for at in range(params.frames)]
    return [at / params.frames for at in counts]


def _still_times(params: Morph) -> list[list[float]]:
    """Of a strip: a row for each transition, from the last moment of one subject alone to the first of the next."""
    shares = [HOLD / 2 + (1 - HOLD) * at / (params.STILLS - 1) for at in range(params.STILLS)]
    count = len(params.subjects)
    return [[(at + share) / count for share in shares] for at in range(params.transitions)]


def _strip_size(rows: Sequence[Sequence[float]], size: Size) -> Size:
    whole = mosaic(torch.empty(len(rows) * len(rows[0]), 3, *size), columns=len(rows[0])).shape
    return whole[1], whole[2]


def _pace(params: Morph) -> float:
    """How far waves move in a step, as a share of the usual."""
    return PACE * min(1.0, USUAL_STEPS / params.iterations)


def _waves(params: Morph, size: Size, runtime: Runtime, generator: torch.Generator) -> LoopedWaves:
    kept = picture_size.fit(size, min(max(size), FINEST_SIDE), step=2)
    nodes = NODES * len(params.subjects)
    return LoopedWaves(kept, nodes, generator, returns=params.returns).to(runtime.device)


def _by_crops(params: Morph, source: Tensor | None, size: Size, runtime: Runtime, generator: torch.Generator) -> Climb:
    """In the middle of grey first the things, then their details and surroundings; over a picture all at once."""
    scorers, subjects = morph_scorers(params, runtime), params.meanings()
    steps, done = params.painting + params.detailing, 0
    if source is not None:
        initial = runtime.to_device(initial_image(source, max(size), generator))
        plan = [(GROWN, replace(GROWING, steps=steps, rate=GROWN.rate))]
    else:
        initial = torch.full((3, *size), GREY, device=runtime.device)
        plan = [
            (SHAPE, replace(FINDING, steps=params.painting, rate=ONE_CROP_EACH * SHAPE.rate)),
            (DETAIL, replace(DETAILING, steps=params.detailing, rate=ONE_CROP_EACH * DETAIL.rate)),
        ]
    canvas: Tensor | PictureLoop = initial if source is not None else _sketch_loop(params, initial, runtime)
    window = None if source is not None else AROUND + (1 - AROUND) * protect_mask("edges", size).to(runtime.device)
    finish = partial(_finish, initial, source is None)
    for look, schedule in plan:
        waves = _waves(params, size, runtime, generator)
        canvas = LoopedOverlay(canvas, waves, generator, look, window)
        paced = replace(schedule, rate=schedule.rate * _pace(params))
        for report in accentuate_loop(scorers, subjects, canvas, paced, generator):
            done += 1
            yield replace(report, step=done, steps=steps, show=partial(finish, report.show))
        window = None
    assert isinstance(canvas, LoopedOverlay)
    painted = canvas
    return lambda time: finish(painted.seek(time).snapshot)


def _sketch_loop(params: Morph, grey: Tensor, runtime: Runtime) -> BlendedLoop:
    """What things grow out of by crops: the sketch of each, which becomes the next one's."""
    network, chance = runtime.network(params.network), runtime.generator(params.seed)
    drawn = [begin_with(grey, _sketch(meanings, network, chance)) for meanings in params.meanings()]
    return BlendedLoop(torch.stack(drawn), SKETCH_HOLD)


def _finish(initial: Tensor, imagined: bool, show: Callable[[], Tensor]) -> Tensor:
    """Without rainbows; what is imagined out of grey before a blurred background, and with more contrast."""
    picture = smooth_colours(show(), initial)
    return s_curve(blur_background(picture)) if imagined else picture


def _by_pixels(
    params: Morph, source: Tensor | None, size: Size, runtime: Runtime, generator: torch.Generator,
    times: Sequence[float],
) -> Climb:  # fmt: skip
    """Painted over sketches, where the network has some; then the pictures of some times are given contours."""
    network, subjects = runtime.network(params.network), params.meanings()
    views = coarse_and_fine(params.view)
    side = picture_size.fit(size, views[1].canvas_side, step=2)
    canvas = FourierCanvas(side, generator, 2).to(runtime.device)
    check_memory(network, objective_at(subjects, [0.0]).layers, views[1].largest_view(canvas), runtime.memory)
    loop = PaintedLoop(canvas, _waves(params, side, runtime, generator), _sources(params, network, source, runtime))
    steps, done = params.painting + len(times) * params.REFINING, 0
    coarse = round(COARSE_SHARE * params.painting)
    for transform, count in zip(views, (coarse, params.painting - coarse), strict=True):
        for report in visualize_loop(
            network, subjects, loop, count, transform, LEARNING_RATE * _pace(params), generator
        ):
            done += 1
            yield replace(report, step=done, steps=steps)
    pictures: dict[float, Tensor] = {}
    surfaces = layer(params.catalog.perception_layers(params.network)[0])
    for time in times:
        # The same chance for all frames: what differs between neighbours is what is painted, and no grain.
        chance = runtime.generator(params.seed)
        for report in ascend(network, surfaces, loop.show(time, size), CONTOURS, chance):
            done += 1
            yield replace(report, step=done, steps=steps)
        pictures[time] = report.show()
    return pictures.__getitem__


def _sources(
    params: Morph, network: Network, source: Tensor | None, runtime: Runtime
) -> Callable[[Sequence[float]], Tensor]:
    """What the pictures of some times grow out of, [n, 3, h, w]: a picture, or a sketch that becomes the next one."""
    if source is not None:
        grown = runtime.to_device(initial_image(source, params.size, runtime.generator(params.seed)))
        return lambda times: grown.expand(len(times), -1, -1, -1)
    sketches = torch.stack(
        [_sketch(meanings, network, runtime.generator(params.seed)) for meanings in params.meanings()]
    )
    sketches = sketches.to(runtime.device)

    def blend(times: Sequence[float]) -> Tensor:
        shares = [subject_weights(time, len(sketches), SKETCH_HOLD) for time in times]
        return torch.einsum("nm,mchw->nchw", torch.tensor(shares, device=sketches.device), sketches)

    return blend


def _sketch(meanings: Sequence[Meaning], network: Network, chance: torch.Generator) -> Tensor:
    """Of one subject, by the best sketch of each of its words; grey where there is none."""
    rows = [[network.labels[at] for at in one.channels] for one in meanings if one.layer == LOGITS]
    known = [[network.sketches[label][0] for label in labels if label in network.sketches] for labels in rows]
    return combine_sketches([ways[0] for ways in known if ways], chance)
