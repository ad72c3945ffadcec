"""Detail for a picture of any size: `(scorers, picture, schedule) => iterator of steps, the picture changed in place`.

Every step goes over the whole picture, window by window, and moves each window towards what a network sees more of. A
step is made of waves: of every frequency as much as natural pictures have, whatever the network's gradient has of it
(preconditioning, as in Olah et al. 2017, "Feature Visualization"), and nothing of the coarse ones, which are there
already. After every step the picture is pulled back to what it is seen smaller, so that it stays the same picture.

In memory are the picture, a second one of its size after each step, and a few windows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor
from torch.nn.functional import interpolate, one_hot

from engine.ascent.crop_ascent import NOISE_STD, SIDE
from engine.ascent.crop_gradients import CropScorer, gain
from engine.ascent.crop_setup import alternating_scorers
from engine.ascent.window_grid import Origin, WindowGrid, chunks
from engine.canvas.fourier_overlay import COLOURS
from engine.canvas.resample import Size, resize
from engine.objectives import crop_objective
from engine.params import AimedParams
from engine.runtime import Runtime

WINDOWS = 6
"""Windows that a network sees at once, at most."""
OVERLAP = 24
"""Pixels that two windows share, where they are seen at their own size."""
WIDE = 2
"""How many times as much of the picture the first steps see: they finish what is there before anything finer grows."""
WIDE_SHARE = 0.2
"""The share of the steps that do."""
SHORTEST = 3.0
"""Waves of this length, in pixels, and shorter ones fade out: grain of which a network sees more than anyone else."""
LONGEST = 40.0
"""So do waves of this length, and longer ones: they are there already."""
FALLOFF = 1.0
"""Amplitudes fall with frequency to this power."""
CHROMA = {"natural": 0.5, "vivid": 0.9, "2015": 0.7}
"""How much colour goes with the light, by look."""
NOTHING = 1e-20


@dataclass(frozen=True, slots=True)
class DetailSchedule:
    """How to climb."""

    steps: int = 10
    amount: float = 0.018
    """How far a step moves pixels: the standard deviation, in [0, 1] units."""
    chroma: float = 0.5
    """How much colour goes with the light."""
    pull: float = 0.2
    """The share of what a step has changed at the source's size that is taken back after it."""


def detail_schedule(strength: float, look: str, steps: int) -> DetailSchedule:
    """How to climb in so many steps, which together go about as far as the usual number."""
    usual = DetailSchedule()
    return DetailSchedule(steps, usual.amount * (strength * usual.steps / steps) ** 0.5, CHROMA[look])


def detail_scorers(params: AimedParams, runtime: Runtime) -> list[CropScorer]:
    """What scores the windows: the network and its partner, also of those that dream by pixels. Raises
    `TooMuchMemory`."""
    return alternating_scorers(params.network, crop_objective(params.terms()), params.meanings(), runtime, WINDOWS)


def add_detail(
    scorers: Sequence[CropScorer],
    picture: Tensor,
    source: Tensor,
    schedule: DetailSchedule,
    generator: torch.Generator,
    parts: int = 1,
) -> Iterator[int]:
    """Change a picture [3, h, w] in [0, 1] in place. Each step comes in so many parts; what is yielded counts them.

    `source` is what it was made larger of, [3, h, w] in [0, 1] or as bytes. The generator, on the CPU, draws windows
    and grain.
    """
    size: Size = (picture.shape[1], picture.shape[2])
    for step in range(schedule.steps):
        grid = _grid(step, schedule.steps)
        scorer = scorers[step % len(scorers)]
        for at, origins in enumerate(chunks(grid.origins(size, generator), parts), 1):
            for some in _batches(origins):
                slope = window_slope(scorer, grid.cut(picture, some), generator)
                grid.add(picture, some, schedule.amount * waves(slope, schedule.chroma))
            if at == parts:
                pull_back(picture, source, schedule.pull)
            yield step * parts + at


def _grid(step: int, steps: int) -> WindowGrid:
    zoom = WIDE if step < WIDE_SHARE * steps else 1
    return WindowGrid(zoom * SIDE, zoom * OVERLAP)


def _batches(origins: Sequence[Origin]) -> Iterator[Sequence[Origin]]:
    return (origins[at : at + WINDOWS] for at in range(0, len(origins), WINDOWS))


def window_slope(scorer: CropScorer, windows: Tensor, generator: torch.Generator) -> Tensor:
    """Where the objective rises for windows [n, 3, s, s], seen in grain and mirrored half of the time."""
    leaf = windows.requires_grad_()
    seen = leaf if leaf.shape[2] == SIDE else interpolate(leaf, (SIDE, SIDE), mode="bilinear", antialias=True)
    seen = seen.flip(3) if torch.rand((), generator=generator) < 0.5 else seen
    seen = seen + NOISE_STD * torch.randn(seen.shape, generator=generator).to(seen.device)
    (slope,) = torch.autograd.grad(gain([(scorer, half) for half in seen.chunk(2)]), leaf)
    return slope


def waves(slope: Tensor, chroma: float) -> Tensor:
    """A step in the direction of a slope [n, 3, s, s], of the same shape; its standard deviation is 1, or 0 where
    there is no slope."""
    mixing = torch.tensor(COLOURS, device=slope.device)
    side, weight = slope.shape[2], mixing.new_tensor((1.0, chroma, chroma))
    spectrum = torch.fft.rfft2(torch.einsum("ij,nihw->njhw", mixing, slope.float()))
    rings = _rings(side, slope.device)
    power = spectrum.abs().square().flatten(2) @ rings.T / rings.sum(1)
    usual = (power @ rings).view(spectrum.shape).sqrt() + NOTHING
    planes = torch.fft.irfft2(spectrum / usual * _band(side, slope.device), s=(side, side))
    step = torch.einsum("ij,njhw->nihw", mixing * weight, planes)
    return step / (step.std((1, 2, 3), keepdim=True) + NOTHING)


@lru_cache(4)
def _rings(side: int, device: torch.device) -> Tensor:
    """Which waves of a window are about as long as one another: [rings, waves], 1 where a wave is in a ring."""
    ring = _cycles(side).round().long().clamp(max=side // 2).flatten()
    return one_hot(ring, side // 2 + 1).float().T.contiguous().to(device)


@lru_cache(4)
def _band(side: int, device: torch.device) -> Tensor:
    """How much of each wave a step has, [s, s // 2 + 1]."""
    cycles = _cycles(side).clamp(min=1)
    coarse, fine = (torch.exp(-((cycles * length / side) ** 4)) for length in (LONGEST, SHORTEST))
    return (cycles**-FALLOFF * (1 - coarse) * fine).to(device)


def _cycles(side: int) -> Tensor:
    """How often each wave goes through a window, [s, s // 2 + 1]."""
    return torch.hypot(torch.fft.fftfreq(side)[:, None] * side, torch.fft.rfftfreq(side)[None] * side)


def pull_back(picture: Tensor, source: Tensor, share: float) -> None:
    """Take back, in place, a share of how a picture [3, h, w] differs from its source at that one's size."""
    whole = source.float().div(255) if source.dtype == torch.uint8 else source
    seen = resize(picture, (source.shape[1], source.shape[2]))
    picture += resize(share * (whole - seen), (picture.shape[1], picture.shape[2]))
    picture.clamp_(0, 1)
