"""Where crops would gain: `crops, each with who scores it => their gradients`.

On a GPU they meet with those of other jobs (`engine.passes`); on a CPU they are computed side by side.

A crop is so small that threads which share one wait for each other longer than they compute (two that sleep while they
wait take 1.4 times as long as one alone). So each crop has threads to itself; with one, or as many as there are crops,
what is computed is the same to the last bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from threading import Barrier
from typing import NamedTuple

import torch
from torch import Tensor

from engine.ascent.gradient import batch_gradient
from engine.objectives import Objective
from engine.passes.joint_gradient import Asked, FeatureExtractor
from engine.passes.shared_passes import Look, SharedPasses


class CropScorer(NamedTuple):
    """A network and what is to be increased in it: a sum over a batch."""

    network: FeatureExtractor
    objective: Objective
    passes: SharedPasses | None = None
    """Where jobs meet; None where each has the network to itself."""


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
    threads = torch.get_num_threads()
    if len(scored) == 1 or threads == 1 or scored[0][1].device.type != "cpu":
        return [_gradient(*one) for one in scored]
    return list(_pool(min(len(scored), threads), threads).map(_gradient, *zip(*scored, strict=True)))


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
