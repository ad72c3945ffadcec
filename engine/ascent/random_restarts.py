"""Several starts, of which the best goes on: `(iterators of Progress, score) => iterator of Progress`.

What a thing becomes is decided in its first steps, and not every start becomes one (random restarts, or multi-start, of
search without convexity: Martí 2003). Most of what is made of man is found so.
"""

from __future__ import annotations

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
    """So many steps of each start, then all others of the one whose picture [3, h, w] scores most."""
    if len(starts) == 1:
        yield from starts[0]
        return
    scores = []
    for start in starts:
        for report in islice(start, steps):
            yield report
        scores.append(score(report.show()))
    yield from starts[scores.index(max(scores))]


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
