"""What a network imagines: `(params, picture or nothing) => one picture, or several different ones`.

Olah et al. 2017, "Feature Visualization". First the whole thing, painted on a Fourier canvas and seen so small that
one of it fills the view; then its edges, seen closer; then contours and surfaces, dreamed in. Where the network comes
with sketches, it begins with one (Santurkar et al. 2019), else with grey.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import torch
from torch import Tensor

from engine.ascent.concept_schedules import (
    AROUND,
    DETAIL,
    DETAILING,
    FINDING,
    GROWING,
    GROWN,
    SHAPE,
    begin_with,
)
from engine.ascent.crop_setup import concept_scorers, sketches_of, starting_sketches, thing_scorers
from engine.ascent.feature_visualization import coarse_and_fine, visualize_coarse_to_fine
from engine.ascent.hybrid_ascent import body_window, grow_feature, striking_place
from engine.ascent.memory_budget import check_memory
from engine.ascent.pixel_ascent import OctaveSchedule, ascend
from engine.ascent.progress import Frame, Progress, Report
from engine.ascent.random_restarts import best_start, halving_steps, named_for
from engine.ascent.thing_ascent import grow_waves, sharpen_edges
from engine.ascent.variations import variations
from engine.canvas.background_blur import blur_background
from engine.canvas.class_sketch import GREY, combine_sketches
from engine.canvas.colour_smoothing import smooth_colours
from engine.canvas.contrast import s_curve, stretch_levels
from engine.canvas.fourier_canvas import FourierCanvas
from engine.canvas.image_grid import mosaic
from engine.canvas.initial_image import initial_image
from engine.canvas.mask import protect_mask
from engine.canvas.resample import Size
from engine.canvas.spots import Place
from engine.files import picture_size
from engine.networks.network import Network
from engine.objectives import class_objective, diversity, layer
from engine.params import Concept
from engine.runtime import Runtime

DIVERSITY = 2.0
"""How much being different counts against being like what was asked for."""
DETAILS = OctaveSchedule(octaves=3, iterations=Concept.FINISHING, strength=0.4)
"""Contours and surfaces, by a lower layer: towards the thing itself, small ones would grow all over the large."""


def concept(params: Concept, source: Tensor | None, runtime: Runtime) -> Iterator[Report]:
    """Progress after every step, then one Frame; `source` [3, H, W] in [0, 1] is what it grows out of."""
    if params.by_crops:
        yield from variations(params, lambda one: _by_crops(one, source, runtime))
        return
    generator = runtime.generator(params.seed)
    network = runtime.network(params.network)
    shape = (1, 1) if source is None else (source.shape[1], source.shape[2])
    surfaces = layer(params.catalog.perception_layers(params.network)[0])
    size = picture_size.fit(shape, params.size, step=2)
    whole = mosaic(torch.empty(params.variations, 3, *size)).shape[1:]
    final = (whole[0], whole[1])
    steps = params.painting + params.variations * DETAILS.steps(size)
    objective, closest = class_objective(params.meanings()), coarse_and_fine(params.view)[1]
    initial = (
        _initial_pictures(network, params, generator) if source is None else initial_image(source, max(size), generator)
    )
    canvas = FourierCanvas(
        picture_size.fit(shape, closest.canvas_side, step=2), generator, params.variations, initial
    ).to(runtime.device)
    if params.variations > 1:
        objective = objective + DIVERSITY * diversity(network.layers[-2])
    check_memory(network, objective.layers, closest.largest_view(canvas), runtime.memory)
    check_memory(network, surfaces.layers, torch.empty(3, *size, device=runtime.device), runtime.memory)
    for report in visualize_coarse_to_fine(network, objective, canvas, params.painting, generator, params.view):
        yield replace(report, steps=steps, size=final)
    with torch.no_grad():
        pictures = canvas.pictures(size).clone()
    done = params.painting
    for at in range(params.variations):
        for report in ascend(network, surfaces, pictures[at], DETAILS, generator):
            done += 1
            yield replace(report, step=done, steps=steps, size=final)
        pictures[at] = report.show()
    for at in range(params.variations):
        yield Frame(at, params.variations, pictures[at])


def _by_crops(params: Concept, source: Tensor | None, runtime: Runtime) -> Iterator[Report]:
    """In the middle of grey first the thing, then its details and surroundings, then what else is to be seen in its
    body, then edges as sharp as pixels allow.

    Out of a picture there are waves alone, for as many steps (Hamblin et al. 2024, "Feature Accentuation").
    """
    generator = runtime.generator(params.seed)
    shape = (1, 1) if source is None else (source.shape[1], source.shape[2])
    size = picture_size.fit(shape, params.size, step=2)
    grown = None if source is None else runtime.to_device(initial_image(source, max(size), generator))
    for done, report in enumerate(_climb(params, grown, size, runtime, generator), 1):
        show = partial(_finish, report.show, grown)
        yield replace(report, step=done, steps=params.steps, size=size, show=show)
    yield Frame(0, 1, show())


def _finish(show: Callable[[], Tensor], source: Tensor | None) -> Tensor:
    """Without rainbows; what is imagined out of grey before a blurred background, from nearly black to nearly white,
    and with more contrast between: what lies in a mist of grey is hard to make out."""
    picture = show()
    if source is not None:
        return smooth_colours(picture, source)
    levelled = stretch_levels(smooth_colours(picture, picture.new_full((3, 1, 1), 0.5)))
    return s_curve(blur_background(levelled))


def _climb(
    params: Concept,
    source: Tensor | None,
    size: Size,
    runtime: Runtime,
    generator: torch.Generator,
) -> Iterator[Progress]:
    """All steps; the last report shows the whole."""
    scorers = concept_scorers(params, runtime)
    if source is not None:
        yield from grow_waves(source, GROWN, replace(GROWING, steps=params.steps), scorers, generator)
        return
    body, *features = thing_scorers(params, runtime) if params.features else [scorers]
    initial = _starts(runtime.network(params.network), params, size, generator)
    window = body_window(size) if params.features else AROUND + (1 - AROUND) * protect_mask("edges", size)
    window = window.to(runtime.device)
    schedule = replace(FINDING, steps=params.finding - halving_steps(params.starts, params.start))
    starts = [grow_waves(one.to(runtime.device), SHAPE, schedule, body, generator, window) for one in initial]
    for found in best_start(starts, params.start, partial(named_for, body, params.meanings()[:1])):
        yield found
    shape, places = found.show(), list[Place]()
    for coloured in grow_waves(shape, DETAIL, replace(DETAILING, steps=params.detailing), body, generator):
        yield coloured
    picture = coloured.show()
    for feature in features:
        places.append(striking_place(shape, places))
        for grown in grow_feature(feature, picture, places[-1], generator):
            yield grown
        picture = grown.show()
    yield from sharpen_edges(picture, scorers, generator)


def _starts(network: Network, params: Concept, size: Size, generator: torch.Generator) -> list[Tensor]:
    """What each start begins with: other sketches of the thing, of a group of other classes; where nothing is known of
    its shape, grey."""
    grey = torch.full((3, *size), GREY)
    chosen = starting_sketches(network, params.meanings()[0], params.starts, generator)
    return [grey if sketch is None else begin_with(grey, sketch) for sketch in chosen]


def _initial_pictures(network: Network, params: Concept, generator: torch.Generator) -> Tensor | None:
    """What each variation begins with, [n, 3, h, w]: other classes of a subject, then other sketches; None is grey."""
    if not network.sketches:
        return None
    rows = [ways for one in params.meanings() if (ways := sketches_of(network, one, generator))]
    chosen = ([row[at % len(row)] for row in rows] for at in range(params.variations))
    return torch.stack([combine_sketches(sketches, generator) for sketches in chosen])
