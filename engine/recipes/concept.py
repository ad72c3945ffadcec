"""What a network imagines: `(params, picture or nothing) => one picture, or a grid of different ones`.

Olah et al. 2017, "Feature Visualization". First the whole thing, painted on a Fourier canvas and seen at the size at
which the network learned it; then its surfaces, dreamed in at full size.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import torch
from torch import Tensor

from engine.ascent.climb import Course, ascend
from engine.ascent.imagine import Views, imagine
from engine.ascent.memory import afford
from engine.ascent.report import Frame, Report
from engine.canvas.fourier import Fourier
from engine.canvas.mosaic import mosaic, tile
from engine.canvas.opening import opening
from engine.canvas.resample import fitted
from engine.jobs.params import Concept
from engine.objectives import diverse, imagined, wish
from engine.studio import Studio

PAINTED = 192
"""Long side of what is painted first, in pixels; more would be finer than what the network looks at."""
DIVERSITY = 2.0
"""How much being different counts against being like what was asked for."""
DETAILS = Course(octaves=2, ratio=1.6, iterations=8, strength=0.5)


def concept(params: Concept, source: Tensor | None, studio: Studio) -> Iterator[Report]:
    """Progress after every step, then one Frame; `source` [3, H, W] in [0, 1] is what it grows out of, None is grey."""
    generator = studio.generator(params.seed)
    network = studio.network(params.network)
    side = tile(params.size, params.variations)
    shape = (1, 1) if source is None else (source.shape[1], source.shape[2])
    canvas = _canvas(params, source, generator).to(studio.device)
    whole = mosaic(torch.empty(params.variations, 3, *fitted(shape, side))).shape[1:]
    final = (whole[0], whole[1])
    steps = params.iterations + params.variations * DETAILS.octaves * DETAILS.iterations
    objective = imagined(params.meanings())
    if params.variations > 1:
        objective = objective + DIVERSITY * diverse(network.layers[-2])
    afford(network, objective.layers, Views().widest(canvas), studio.memory)
    afford(network, objective.layers, torch.empty(3, *fitted(shape, side), device=studio.device), studio.memory)
    for report in imagine(network, objective, canvas, params.iterations, generator):
        yield replace(report, steps=steps, size=final)
    with torch.no_grad():
        pictures = canvas.pictures(fitted(shape, side)).clone()
    done = params.iterations
    for at in range(params.variations):
        for report in ascend(network, wish(params.meanings()), pictures[at], DETAILS, generator):
            done += 1
            yield replace(report, step=done, steps=steps, size=final)
        pictures[at] = report.show()
    yield Frame(0, 1, mosaic(pictures))


def _canvas(params: Concept, source: Tensor | None, generator: torch.Generator) -> Fourier:
    if source is None:
        return Fourier((PAINTED, PAINTED), generator, params.variations)
    small = opening(source, PAINTED, generator)
    return Fourier((small.shape[1], small.shape[2]), generator, params.variations, small)
