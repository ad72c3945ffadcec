"""Where jobs meet: `what a job asks => its gradients`, from passes that it shares with other jobs (dynamic batching).

Each job runs in a thread of its own. Whoever asks waits for the other jobs that are on their way here, and the last to
come takes all of them through the networks. Nobody waits longer than `PATIENCE_S` while the device is free, and nobody
for a job that has ended, failed, or does something else: whoever did not come once in that time is not waited for until
it comes again. So one job alone never waits.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final, NamedTuple

import torch
from torch import Tensor

from engine.passes.joint_gradient import Asked, FeatureExtractor, joint_gradient
from engine.passes.recorded_passes import RecordedPasses

log = logging.getLogger(__name__)

PATIENCE_S: Final = 0.003
"""How long a job waits for others while nothing is computed: about what a step takes beside its passes."""
MOST: Final = 32
"""Pictures in one pass."""


class Look(NamedTuple):
    """One look through a network, of the several that a step has."""

    network: FeatureExtractor
    asked: Asked


class _Kind(NamedTuple):
    """What looks must have in common to share a pass: the depth, too, for how usual activations are is asked for of all
    stages that a pass goes through."""

    network: FeatureExtractor
    layers: frozenset[str]
    size: tuple[int, ...]
    dtype: torch.dtype
    device: torch.device


class _Visit:
    """A job that waits for its gradients."""

    def __init__(self, looks: Sequence[Look], job: int | None) -> None:
        self.looks, self.job = looks, job
        self.taken = False
        """Somebody computes them."""
        self.ended = threading.Event()
        self.found: list[Tensor | None] = [None] * len(looks)
        self.error: BaseException | None = None

    def result(self) -> list[Tensor]:
        self.ended.wait()
        found = [one for one in self.found if one is not None]
        if self.error is not None:
            raise self.error
        if len(found) < len(self.looks):
            raise RuntimeError("whoever computed these gradients was stopped")
        return found


class SharedPasses:
    """A device's passes. Any thread may ask; only jobs are waited for."""

    def __init__(self, recorded: RecordedPasses, patience_s: float = PATIENCE_S, most: int = MOST) -> None:
        self._recorded = recorded
        self._patience_s, self._most = patience_s, most
        self._changed = threading.Condition()
        self._waiting: list[_Visit] = []
        self._expected: set[int] = set()
        """Jobs that are on their way here, by their threads."""
        self._jobs: set[int] = set()
        self._busy = False
        """Somebody is computing."""
        self._free_since = 0.0

    @property
    def recordings(self) -> int:
        """How many passes are recorded now."""
        return len(self._recorded)

    @contextmanager
    def job(self) -> Iterator[None]:
        """A job in this thread, for which others wait; until it ends, however it does."""
        me = threading.get_ident()
        with self._changed:
            self._jobs.add(me)
        try:
            yield
        finally:
            with self._changed:
                self._jobs.discard(me)
                self._expected.discard(me)
                self._changed.notify_all()

    def gradients(self, looks: Sequence[Look]) -> list[Tensor]:
        """Where the objective of each look rises, in the shape of its pictures. Raises what that look alone raises."""
        me = threading.get_ident()
        visit = _Visit(looks, me if me in self._jobs else None)
        if visits := self._wait_for_others(visit, me):
            try:
                self._compute(visits)
            finally:
                self._let_go(visits)
        return visit.result()

    def _wait_for_others(self, visit: _Visit, me: int) -> list[_Visit]:
        """Until all have come, or whoever has not is late: those who are to be computed now. Nobody if another one has
        taken this visit along."""
        with self._changed:
            self._waiting.append(visit)
            self._expected.discard(me)
            self._changed.notify_all()
            came = time.monotonic()
            while not visit.taken and (self._busy or self._expected):
                left = max(came, self._free_since) + self._patience_s - time.monotonic()
                if not self._busy and left <= 0:
                    self._expected.clear()
                else:
                    self._changed.wait(None if self._busy else left)
            if visit.taken:
                return []
            visits, self._waiting, self._busy = self._waiting, [], True
            for one in visits:
                one.taken = True
            self._changed.notify_all()
            return visits

    def _let_go(self, visits: Sequence[_Visit]) -> None:
        """Those jobs go on and will be back."""
        with self._changed:
            self._busy, self._free_since = False, time.monotonic()
            self._expected |= {one.job for one in visits if one.job is not None} & self._jobs
            for one in visits:
                one.ended.set()
            self._changed.notify_all()

    def _compute(self, visits: Sequence[_Visit]) -> None:
        kinds: dict[_Kind, list[tuple[_Visit, int]]] = {}
        for visit in visits:
            for at, look in enumerate(visit.looks):
                kinds.setdefault(_kind_of(look), []).append((visit, at))
        for kind, places in kinds.items():
            for some in self._portions(places):
                self._pass(kind.network, some)

    def _portions(self, places: Sequence[tuple[_Visit, int]]) -> Iterator[list[tuple[_Visit, int]]]:
        """As many looks at a time as fit into one pass, and at least one."""
        portion: list[tuple[_Visit, int]] = []
        pictures = 0
        for visit, at in places:
            more = len(visit.looks[at].asked.pictures)
            if portion and pictures + more > self._most:
                yield portion
                portion, pictures = [], 0
            portion.append((visit, at))
            pictures += more
        yield portion

    def _pass(self, network: FeatureExtractor, places: Sequence[tuple[_Visit, int]]) -> None:
        """One pass for all; where that fails, one for each, and whoever it is that fails hears of it."""
        asked = [visit.looks[at].asked for visit, at in places]
        slopes = self._try_together(network, asked)
        for number, (visit, at) in enumerate(places):
            if slopes is None:
                _compute_alone(visit, at)
            else:
                visit.found[at] = slopes[number]

    def _try_together(self, network: FeatureExtractor, asked: Sequence[Asked]) -> list[Tensor] | None:
        """None where something failed; by then all memory is given back."""
        try:
            return self._recorded.gradients(network, asked)
        except torch.OutOfMemoryError:
            pictures = sum(len(one.pictures) for one in asked)
            self._most = max(1, min(self._most, pictures) // 2)
            log.warning("memory ran out with %d crops in a pass; from now on there are %d", pictures, self._most)
        except Exception as error:
            log.info("a pass of %d jobs failed and is made for each alone: %s", len(asked), error)
            return None
        self._recorded.forget()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()
        return None


def _kind_of(look: Look) -> _Kind:
    pictures = look.asked.pictures
    return _Kind(look.network, look.asked.objective.layers, pictures.shape[1:], pictures.dtype, pictures.device)


def _compute_alone(visit: _Visit, at: int) -> None:
    """One look by itself, neither shared nor recorded."""
    look = visit.looks[at]
    try:
        (visit.found[at],) = joint_gradient(look.network, [look.asked])
    except Exception as error:
        visit.error = error
