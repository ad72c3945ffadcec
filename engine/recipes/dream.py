"""Enhance what a layer sees: `(params, picture or noise) => one dreamed picture`.

Mordvintsev, Olah and Tyka 2015, "Inceptionism".
"""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor

from engine.ascent.climb import Course, ascend
from engine.ascent.report import Frame, Report
from engine.canvas.opening import opening
from engine.jobs import catalog
from engine.jobs.params import Dream
from engine.objectives import wish
from engine.studio import Studio


def dream(params: Dream, source: Tensor | None, studio: Studio) -> Iterator[Report]:
    """Progress after every step, then one Frame; `source` is [3, H, W] in [0, 1], or None for noise."""
    generator = studio.generator(params.seed)
    picture = studio.hold(opening(source, params.size, generator))
    network = studio.network(params.network)
    objective = wish(catalog.meaning(params.network, params.layer), network.labels)
    course = Course(params.octaves, params.ratio, params.iterations, params.strength, params.jitter)
    for report in ascend(network, objective, picture, course, generator):
        picture = report.picture
        yield report
    yield Frame(0, 1, picture)
