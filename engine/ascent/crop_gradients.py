"""Where crops would gain: `crops, each with who scores it => their gradients`, or those of what they were cut out of.

On a GPU they meet with those of other jobs (`engine.passes`); on a CPU they are computed side by side.

A crop is so small that threads which share one wait for each other longer than they compute (two that sleep while they
wait take 1.4 times as long as one alone). So each crop has threads to itself; with one, or as many as there are crops,
what is computed is the same to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from threading import Barrier
from typing import NamedTuple, TypeVar

import torch
from torch import Tensor

from engine.ascent.gradient import batch_gradient
from engine.objectives import Objective
from engine.passes.joint_gradient import Asked, FeatureExtractor
from engine.passes.shared_passes import Look, SharedPasses

T = TypeVar("T", Tensor, "View")


class CropScorer(NamedTuple):
    """A network and what is to be increased in it: a sum over a batch."""

    network: FeatureExtractor
    objective: Objective
    passes: SharedPasses | None = None
    """Where jobs meet; None where each has the network to itself."""


class View(NamedTuple):
    """A part of a picture [3, h, w], and how a network is shown it, [1, 3, s, s]."""

    part: Tensor
    see: Callable[[Tensor], Tensor]


def gain(scored: Sequence[tuple[CropScorer, Tensor]]) -> Tensor:
    """A scalar whose gradient is that of all scores, for crops [n, 3, s, s] that depend on what is painted.

    The same batches, however many threads there are: else rounding would not be the same.
    """
    slopes = crop_gradients(scored)
    return torch.stack([(crops * slope).sum() for (_, crops), slope in zip(scored, slopes, strict=True)]).sum()


def crop_gradients(scored: Sequence[tuple[CropScorer, Tensor]]) -> list[Tensor]:
    """Where each score rises: of crops [n, 3, s, s] the same shape."""
    if (passes := scored[0][0].passes) is not None:
        return passes.gradients([Look(one.network, Asked(one.objective, crops)) for one, crops in scored])
    return _side_by_side(_gradient, scored)


def view_slopes(views: Sequence[tuple[CropScorer, View]]) -> list[Tensor]:
    """Where each score rises: of the parts [3, h, w] that are seen, the same shapes. What leads from a part to a crop,
    and back, is done in the crop's own thread."""
    if views[0][0].passes is None:
        return _side_by_side(_view_slope, views)
    leaves = [_leaf(view) for _, view in views]
    seen = [view.see(leaf) for (_, view), leaf in zip(views, leaves, strict=True)]
    slopes = crop_gradients([(scorer, crop) for (scorer, _), crop in zip(views, seen, strict=True)])
    return list(torch.autograd.grad(seen, leaves, slopes))


def _view_slope(scorer: CropScorer, view: View) -> Tensor:
    leaf = _leaf(view)
    seen = view.see(leaf)
    return torch.autograd.grad(seen, leaf, _gradient(scorer, seen))[0]


def _leaf(view: View) -> Tensor:
    return view.part.detach().requires_grad_()


def _side_by_side(work: Callable[[CropScorer, T], Tensor], asked: Sequence[tuple[CropScorer, T]]) -> list[Tensor]:
    """Work for each scorer, on a CPU each with threads to itself."""
    threads = torch.get_num_threads()
    if len(asked) == 1 or threads == 1 or _device(asked[0][1]) != "cpu":
        return [work(*one) for one in asked]
    found: Iterable[Tensor] = _pool(min(len(asked), threads), threads).map(work, *zip(*asked, strict=True))
    return list(found)


def _device(seen: Tensor | View) -> str:
    return (seen.part if isinstance(seen, View) else seen).device.type


def _gradient(scorer: CropScorer, crops: Tensor) -> Tensor:
    return batch_gradient(scorer.network, scorer.objective, crops)


@lru_cache(1)
def _pool(workers: int, threads: int) -> ThreadPoolExecutor:
    """Threads for so many crops at once, each with its share of all threads.

    All begin here: torch takes the number that a thread sets last as what any thread begins with.
    """
    pool = ThreadPoolExecutor(workers, "crop", _prepare_thread, (threads // workers,))
    all_begun = Barrier(workers)
    for one in [pool.submit(all_begun.wait) for _ in range(workers)]:
        one.result()
    torch.set_num_threads(threads)
    return pool


def _prepare_thread(threads: int) -> None:
    torch.get_num_threads()  # the first call in a thread overwrites what was set in it
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)  # each thread's own, too
