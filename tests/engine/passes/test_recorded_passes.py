"""Recordings give what a network gives, only so many are kept, and what cannot be recorded runs as it is."""

from __future__ import annotations

import logging

import pytest
import torch
from torch import Tensor

from engine.catalog.catalog import LOGITS, Meaning
from engine.networks.network import Network
from engine.objectives import Objective, crop_objective, naturalness
from engine.passes.joint_gradient import Asked, joint_gradient
from engine.passes.recorded_passes import Backward, EagerRecorder, Forward, RecordedPasses

PLENTY = 2**34


class CountingRecorder(EagerRecorder):
    """Replays by doing the work again, into the same memory every time, as a graph does."""

    def __init__(self) -> None:
        self.recorded = 0
        self.replayed = 0

    def record(self, forward: Forward, backward: Backward) -> tuple[Forward, Backward]:
        self.recorded += 1
        forward()
        slope = backward()

        def descend() -> Tensor:
            self.replayed += 1
            return slope.copy_(backward())

        return forward, descend


class Refusing(EagerRecorder):
    def record(self, forward: Forward, backward: Backward) -> tuple[Forward, Backward]:
        raise RuntimeError("operation not permitted when stream is capturing")


def towards(*channels: int) -> Objective:
    return crop_objective([(1.0, [Meaning(layer=LOGITS, about="", channels=channels)])]) + 2.0 * naturalness()


def crops(count: int, seed: int, side: int = 48) -> Tensor:
    return torch.rand(count, 3, side, side, generator=torch.Generator().manual_seed(seed))


def asked(*counts: int, side: int = 48) -> list[Asked]:
    return [Asked(towards(at % 5), crops(count, at, side)) for at, count in enumerate(counts)]


def assert_alike(some: list[Tensor], others: list[Tensor]) -> None:
    for one, other in zip(some, others, strict=True):
        assert float((one - other).norm() / other.norm()) < 1e-5


@pytest.mark.parametrize("counts", [(1,), (1, 1), (2, 1, 3)])
def test_a_recording_gives_what_each_would_get_alone(small_network: Network, counts: tuple[int, ...]) -> None:
    recorder = CountingRecorder()
    passes = RecordedPasses(recorder, PLENTY)
    for _ in range(2):
        found = passes.gradients(small_network, asked(*counts))
        assert_alike(found, [joint_gradient(small_network, [one])[0] for one in asked(*counts)])
    assert (recorder.recorded, recorder.replayed) == (1, 3), "once to see whether it is right"


def test_a_layer_that_is_asked_for_and_not_used_does_no_harm(small_network: Network) -> None:
    one = towards(1)
    wanted = [Asked(Objective(one.measure, one.layers | {"conv1"}), crops(1, 1))]
    passes = RecordedPasses(CountingRecorder(), PLENTY)
    assert_alike(passes.gradients(small_network, wanted), joint_gradient(small_network, wanted))
    assert len(passes) == 1


def test_what_was_given_stays_when_it_runs_again(small_network: Network) -> None:
    passes = RecordedPasses(CountingRecorder(), PLENTY)
    (first,) = passes.gradients(small_network, [Asked(towards(1), crops(1, 1))])
    before = first.clone()
    passes.gradients(small_network, [Asked(towards(2), crops(1, 2))])
    assert first.equal(before)


def test_batches_are_filled_up_so_that_few_lengths_are_recorded(small_network: Network) -> None:
    recorder = CountingRecorder()
    passes = RecordedPasses(recorder, PLENTY)
    for count in (1, 2, 3, 4, 5, 6, 7, 8, 3):
        found = passes.gradients(small_network, asked(*[1] * count))
        assert_alike(found, [joint_gradient(small_network, [one])[0] for one in asked(*[1] * count)])
    assert recorder.recorded == 4, "1, 2, 4 and 8"


def test_those_used_last_are_kept(small_network: Network) -> None:
    recorder = CountingRecorder()
    passes = RecordedPasses(recorder, PLENTY, most=2)
    for side in (40, 48, 40, 56, 40):
        passes.gradients(small_network, asked(1, side=side))
    assert (recorder.recorded, len(passes)) == (3, 2)
    passes.gradients(small_network, asked(1, side=48))
    assert recorder.recorded == 4


def test_no_more_are_kept_than_fit_into_their_memory(small_network: Network) -> None:
    recorder = CountingRecorder()
    passes = RecordedPasses(recorder, memory=900 * 2 * 48**2)
    for side in (48, 40, 48):
        passes.gradients(small_network, asked(1, side=side))
    assert len(passes) == recorder.recorded == 2
    passes.gradients(small_network, asked(1, 1, side=48))
    assert len(passes) == 1
    found = passes.gradients(small_network, asked(1, 1, 1))
    assert recorder.recorded == 3, "what takes more than all may is not recorded"
    assert_alike(found, joint_gradient(small_network, asked(1, 1, 1)))


def test_what_cannot_be_recorded_runs_as_it_is_and_is_said_once(
    small_network: Network, caplog: pytest.LogCaptureFixture
) -> None:
    passes = RecordedPasses(Refusing(), PLENTY)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            found = passes.gradients(small_network, asked(1, 1))
    assert_alike(found, joint_gradient(small_network, asked(1, 1)))
    assert len(passes) == 0
    assert [one.getMessage() for one in caplog.records] == [
        "[2, 3, 48, 48] cannot be recorded and runs operation by operation"
    ]


@pytest.mark.parametrize("away", [2.0, float("nan")])
def test_what_was_recorded_wrongly_is_not_used(
    small_network: Network, caplog: pytest.LogCaptureFixture, away: float
) -> None:
    class Wrong(EagerRecorder):
        def record(self, forward: Forward, backward: Backward) -> tuple[Forward, Backward]:
            return forward, lambda: backward() * torch.tensor([1.0, away]).view(2, 1, 1, 1)

    passes = RecordedPasses(Wrong(), PLENTY)
    for _ in range(2):
        assert_alike(passes.gradients(small_network, asked(1, 1)), joint_gradient(small_network, asked(1, 1)))
    assert len(passes) == 0
    assert [one.levelname for one in caplog.records] == ["ERROR"]


def test_all_memory_can_be_given_back(small_network: Network) -> None:
    passes = RecordedPasses(CountingRecorder(), PLENTY)
    passes.gradients(small_network, asked(1))
    passes.forget()
    assert len(passes) == 0
