"""What a network imagines: `(params, picture or nothing) => one picture, or a grid of different ones`.

Olah et al. 2017, "Feature Visualization". First the whole thing, painted on a Fourier canvas and seen so small that
one of it fills the view; then its edges, seen closer; then contours and surfaces, dreamed in. Where the network comes
with sketches, painting begins with one (Santurkar et al. 2019), else with grey.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import torch
from torch import Tensor

from engine.ascent.climb import Course, ascend
from engine.ascent.imagine import approach, paint
from engine.ascent.memory import afford
from engine.ascent.report import Frame, Report
from engine.canvas.fourier import Fourier
from engine.canvas.mosaic import mosaic, tile
from engine.canvas.opening import opening
from engine.canvas.resample import fitted
from engine.canvas.sketch import sketched
from engine.jobs import catalog
from engine.jobs.params import Concept
from engine.networks.network import EVIDENCE, Network
from engine.objectives import diverse, imagined, layer
from engine.studio import Studio

DIVERSITY = 2.0
"""How much being different counts against being like what was asked for."""
DETAILS = Course(octaves=3, iterations=Concept.FINISHING, strength=0.4)
"""Contours and surfaces, by a lower layer: towards the thing itself, small ones would grow all over the large."""


def concept(params: Concept, source: Tensor | None, studio: Studio) -> Iterator[Report]:
    """Progress after every step, then one Frame; `source` [3, H, W] in [0, 1] is what it grows out of."""
    generator = studio.generator(params.seed)
    network = studio.network(params.network)
    side = tile(params.size, params.variations)
    shape = (1, 1) if source is None else (source.shape[1], source.shape[2])
    whole = mosaic(torch.empty(params.variations, 3, *fitted(shape, side))).shape[1:]
    final = (whole[0], whole[1])
    surfaces, size = layer(catalog.seen(params.network)[0]), fitted(shape, side)
    steps = params.painting + params.variations * DETAILS.steps(size)
    objective, closest = imagined(params.meanings()), approach(params.view)[1]
    begun = _begun(network, params, generator) if source is None else opening(source, max(size), generator)
    canvas = Fourier(fitted(shape, closest.enough), generator, params.variations, begun).to(studio.device)
    if params.variations > 1:
        objective = objective + DIVERSITY * diverse(network.layers[-2])
    afford(network, objective.layers, closest.widest(canvas), studio.memory)
    afford(network, surfaces.layers, torch.empty(3, *size, device=studio.device), studio.memory)
    for report in paint(network, objective, canvas, params.painting, generator, params.view):
        yield replace(report, steps=steps, size=final)
    with torch.no_grad():
        pictures = canvas.pictures(size).clone()
    done = params.painting
    for at in range(params.variations):
        for report in ascend(network, surfaces, pictures[at], DETAILS, generator):
            done += 1
            yield replace(report, step=done, steps=steps, size=final)
        pictures[at] = report.show()
    yield Frame(0, 1, mosaic(pictures))


def _begun(network: Network, params: Concept, generator: torch.Generator) -> Tensor | None:
    """What each variation begins with, [n, 3, h, w]: other classes of a subject, then other sketches; None is grey."""
    if not network.sketches:
        return None
    asked = [[network.labels[at] for at in one.channels] for one in params.meanings() if one.layer == EVIDENCE]
    rows = [ways for labels in asked if (ways := _ways(network, labels, generator))]
    chosen = ([row[at % len(row)] for row in rows] for at in range(params.variations))
    return torch.stack([sketched(sketches, generator) for sketches in chosen])


def _ways(network: Network, labels: list[str], generator: torch.Generator) -> list[Tensor]:
    """Every sketch of some classes, the classes in any order: first the best of each, then the second."""
    order = [labels[at] for at in torch.randperm(len(labels), generator=generator).tolist()]
    known = [network.sketches[label] for label in order if label in network.sketches]
    return [sketch for rank in zip(*known, strict=True) for sketch in rank]
