"""Different answers to one request: `(params, recipe of one) => progress, then a Frame for each`.

Each is what the recipe makes of the same params with the next seed, at full size, so that one can be taken out of the
sheet of all of them (`engine.encoders.sheet`) and gone on with. Previews show the sheet.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import TypeVar

import torch
from torch import Tensor

from engine.ascent.progress import Frame, Progress, Report
from engine.canvas.image_grid import mosaic
from engine.canvas.resample import resize
from engine.errors import PareidoliaError
from engine.params import Concept, Dream

log = logging.getLogger(__name__)
P = TypeVar("P", Dream, Concept)


def variations(params: P, recipe: Callable[[P], Iterator[Report]]) -> Iterator[Report]:
    """Progress after every step, and a Frame as soon as an answer is finished.

    Where one fails after others are finished, those are the result, and the log says why. Raises what the first raises.
    """
    count = params.variations
    if count == 1:
        yield from recipe(params)
        return
    made: list[Tensor] = []
    try:
        for at in range(count):
            for report in recipe(params.variation(at)):
                if isinstance(report, Frame):
                    made.append(report.picture)
                    yield replace(report, index=at, frames=count)
                else:
                    yield _of_sheet(report, made, at, count)
    except PareidoliaError as error:
        if not made:
            raise
        log.warning("%d of %d variations: %s", len(made), count, error)


def _of_sheet(report: Progress, made: list[Tensor], at: int, count: int) -> Progress:
    """A step of one, as a step of all of them."""
    height, width = mosaic(torch.empty(count, 3, *report.size)).shape[1:]
    return replace(
        report,
        step=at * report.steps + report.step,
        steps=count * report.steps,
        show=partial(_sheet, made, report.show, report.size, count),
        size=(height, width),
    )


def _sheet(made: list[Tensor], show: Callable[[], Tensor], size: tuple[int, int], count: int) -> Tensor:
    """What is finished, what is being made, and black for what comes."""
    tiles = [*made, resize(show(), size).clamp(0, 1)]
    return mosaic(torch.stack([*tiles, *(torch.zeros_like(tiles[0]) for _ in range(count - len(tiles)))]))
