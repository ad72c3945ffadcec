"""How a thing grows by crops: `(picture, scorers) => iterator of Progress`, by smooth waves, then by pixels.

What concepts and subjects in photos have in common.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

import torch
from torch import Tensor

from engine.ascent.concept_schedules import DETAILING, EDGES
from engine.ascent.crop_ascent import Schedule, accentuate, as_natural
from engine.ascent.crop_gradients import CropScorer
from engine.ascent.detail_ascent import add_detail
from engine.ascent.progress import Progress
from engine.canvas.background_blur import foreground_mask
from engine.canvas.fourier_overlay import Look, Overlay
from engine.canvas.resample import Size


def grow_waves(
    picture: Tensor,
    look: Look,
    schedule: Schedule,
    scorers: Sequence[CropScorer],
    generator: torch.Generator,
    window: Tensor | None = None,
) -> Iterator[Progress]:
    """Waves over a picture [3, h, w] in [0, 1], as many as a window [1, h, w] in [0, 1] lets through."""
    canvas = Overlay(picture, generator, look, window)
    return accentuate(scorers, canvas, replace(schedule, rate=look.rate), generator)


def sharpen_edges(picture: Tensor, scorers: Sequence[CropScorer], generator: torch.Generator) -> Iterator[Progress]:
    """Edges of a picture [3, h, w] in [0, 1] as sharp as pixels allow, of what is a thing: behind it they would be
    grain."""
    natural = [one._replace(objective=as_natural(one.objective, DETAILING.natural)) for one in scorers]
    size: Size = (picture.shape[1], picture.shape[2])
    sharp, thing = picture.clone(), foreground_mask(picture)
    for step in add_detail(natural, sharp, picture, EDGES, generator):
        yield Progress(step, EDGES.steps, partial(torch.lerp, picture, sharp, thing), size)
