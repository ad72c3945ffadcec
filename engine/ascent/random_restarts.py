"""Several starts, of which the best goes on: `(iterators of Progress, score) => iterator of Progress`.

What a thing becomes is decided in its first steps, and not every start becomes one (random restarts, or multi-start, of
search without convexity: Martí 2003). Most of what is made of man is found so. Steps are shared as successive halving
does it (Karnin et al. 2013; Jamieson and Talwalkar 2016): a few for all, as many more for the better half, until one is
left.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

import torch
from torch import Tensor

from engine.ascent.crop_gradients import CropScorer
from engine.ascent.progress import Progress
from engine.canvas.colour_matching import luminance
from engine.canvas.resample import resize
from engine.catalog.catalog import Meaning
from engine.objectives import likelihood

SEEN = 160
"""Pixels at which a start is looked at: as it is, without colour, and ..."""
BLURRED = 56
"""... as blurred as if it had so many. What is named then is named by its shape."""


def best_start(
    starts: Sequence[Iterator[Progress]], steps: int, score: Callable[[Tensor], float]
) -> Iterator[Progress]:
    """So many steps of each start, and again of the better half of them, until one is left: it goes on to its end.

    What is best is the start whose picture [3, h, w] scores most. Others take `halving_steps` in all.
    """
    left = list(starts)
    while len(left) > 1:
        scores = []
        for start in left:
            for report in islice(start, steps):
                yield report
            scores.append(score(report.show()))
        order = sorted(range(len(left)), key=scores.__getitem__, reverse=True)
        left = [left[at] for at in order[: _half(len(left))]]
    yield from left[0]


def halving_steps(starts: int, steps: int) -> int:
    """How many steps `best_start` gives to starts that do not go on."""
    others = 0
    while starts > 1:
        others += (starts - 1) * steps
        starts = _half(starts)
    return others


def _half(count: int) -> int:
    return math.ceil(count / 2)


def named_for(scorers: Sequence[CropScorer], meanings: Sequence[Meaning], picture: Tensor) -> float:
    """How surely networks name some things in a picture [3, h, w] in [0, 1]: the mean of logarithms over them all, and
    over the ways in which it is looked at."""
    seen = resize(picture, (SEEN, SEEN))
    blurred = resize(resize(picture, (BLURRED, BLURRED)), (SEEN, SEEN))
    views = torch.stack([seen, luminance(seen).expand_as(seen), blurred]).clamp(0, 1)
    objective = likelihood(meanings)
    with torch.no_grad():
        found = [objective(one.network.activations(views, objective.layers)) for one in scorers]
    return float(torch.stack(found).mean()) / len(views)
