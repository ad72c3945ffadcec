"""The DeepDream notebook's loop, step for step: `(network, objective, picture, schedule) => iterator of Progress`.

Mordvintsev, Olah and Tyka 2015, `deepdream` and `make_step`. Plain pixel values, steps divided by the mean absolute
gradient and nothing else, linear resizing without a filter, values clipped to those a picture can have. The notebook
counts in 0 to 255 less the network's mean; in [0, 1] that is the same climb.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from engine.ascent.gradient import normalise
from engine.ascent.pixel_ascent import OctaveSchedule
from engine.ascent.progress import Progress
from engine.ascent.tiled_gradient import TiledGradient
from engine.canvas.mask import resize_mask
from engine.canvas.resample import Size
from engine.networks.network import SMALLEST
from engine.objectives import Objective
from engine.passes.joint_gradient import FeatureExtractor

STEP = 1.5 / 255
"""Mean change of a pixel's value by one step of strength 1."""


def notebook_ascend(
    network: FeatureExtractor, objective: Objective, picture: Tensor, schedule: OctaveSchedule,
    generator: torch.Generator, mask: Tensor | None = None,
) -> Iterator[Progress]:  # fmt: skip
    """Dream into a picture [3, h, w] in [0, 1], as `engine.ascent.pixel_ascent.ascend` does, without smoothing."""
    bases = octave_pyramid(picture, schedule.octaves, schedule.ratio)
    size = (picture.shape[1], picture.shape[2])
    gradient, detail = TiledGradient(network, generator), torch.zeros_like(bases[0])
    step, steps = 0, len(bases) * schedule.iterations
    for base in bases:
        small = (base.shape[1], base.shape[2])
        share = 1.0 if mask is None else resize_mask(mask, small)
        seen = base + resize_linear(detail, small)
        for _ in range(schedule.iterations):
            shift = _shift(schedule.jitter, generator)
            direction = _direction(gradient, objective, seen, shift)
            seen, step = (seen + STEP * schedule.strength * share * direction).clamp(0, 1), step + 1
            yield Progress(step, steps, seen.detach, size, gradient.note)
        detail = seen - base


def octave_pyramid(picture: Tensor, count: int, ratio: float) -> list[Tensor]:
    """The picture at its sizes, small to large; each is made of the next larger one.

    What is too small for a network to see is left out; the notebook has no bound.
    """
    found = [picture]
    for _ in range(count - 1):
        size = (round(found[0].shape[1] / ratio), round(found[0].shape[2] / ratio))
        if min(size) < SMALLEST:
            break
        found.insert(0, resize_linear(found[0], size))
    return found


def resize_linear(picture: Tensor, size: Size) -> Tensor:
    """As `scipy.ndimage.zoom` of order 1: linear between points, corner on corner, no filter."""
    return interpolate(picture[None], size, mode="bilinear", align_corners=True)[0]


def _direction(gradient: TiledGradient, objective: Objective, picture: Tensor, shift: tuple[int, int]) -> Tensor:
    found = gradient(objective, torch.roll(picture, shift, (1, 2)))
    return normalise(torch.roll(found, (-shift[0], -shift[1]), (1, 2)))


def _shift(jitter: int, generator: torch.Generator) -> tuple[int, int]:
    down, right = torch.randint(-jitter, jitter + 1, (2,), generator=generator, device=generator.device).tolist()
    return down, right
