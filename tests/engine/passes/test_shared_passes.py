"""Jobs that share passes: as good as alone, and nobody waits for, or suffers from, another."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest
import torch
from torch import Tensor

from engine.ascent.crop_ascent import Schedule, accentuate
from engine.ascent.crop_gradients import CropScorer, crop_gradients
from engine.canvas.fourier_overlay import Look as Waves
from engine.canvas.fourier_overlay import Overlay
from engine.catalog.catalog import LOGITS, Meaning
from engine.networks.network import Network
from engine.objectives import Objective, crop_objective, naturalness
from engine.passes.joint_gradient import Asked, joint_gradient
from engine.passes.recorded_passes import EagerRecorder, RecordedPasses
from engine.passes.shared_passes import Look, SharedPasses

FOREVER = 60.0
"""Seconds in which everybody comes who will."""
NONE_MAY_WAIT = float("inf")
"""Whoever waits raises `OverflowError`."""


class Watched:
    """A network that remembers how many pictures it saw at once, and fails when it is told to."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.seen: list[int] = []
        self.fails: Callable[[Tensor], Exception | None] = lambda _: None

    def activations(self, picture: Tensor, layers: Collection[str]) -> dict[str, Tensor]:
        self.seen.append(len(picture))
        if error := self.fails(picture):
            raise error
        return self.network.activations(picture, layers)


@pytest.fixture
def network(small_network: Network) -> Watched:
    return Watched(small_network)


def meeting(patience_s: float = FOREVER, memory: int = 0, **options: int) -> SharedPasses:
    """Without memory nothing is recorded, and a network sees what is asked for and nothing else."""
    return SharedPasses(RecordedPasses(EagerRecorder(), memory), patience_s, **options)


def towards(*channels: int, layer: str = LOGITS, seed: int | None = None) -> Objective:
    return crop_objective([(1.0, [Meaning(layer=layer, about="", channels=channels)])], seed)


def crops(seed: int, count: int = 1, side: int = 48) -> Tensor:
    return torch.rand(count, 3, side, side, generator=torch.Generator().manual_seed(seed))


def at_once(passes: SharedPasses, jobs: Sequence[Callable[[], object]]) -> list[Future[object]]:
    """Each in a thread; all have begun before one of them asks. Ends when all have ended."""
    begun = threading.Barrier(len(jobs))

    def run(job: Callable[[], object]) -> object:
        with passes.job():
            begun.wait()
            return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return [pool.submit(run, job) for job in jobs]


@contextmanager
def expecting(passes: SharedPasses, *jobs: int) -> Iterator[None]:
    """As if these had been in the pass before."""
    passes._jobs |= set(jobs)
    passes._expected |= set(jobs)
    yield


def climb(network: Watched, passes: SharedPasses | None, seed: int, photo: Tensor, steps: int = 6) -> Iterator[Tensor]:
    """The steps of a dream of one's own: size, objective and seed differ."""
    objectives = [towards(1), towards(2, 3), towards(layer="mixed2"), towards(4) + 2.0 * naturalness()]
    generator = torch.Generator().manual_seed(seed)
    source = photo[:, : 60 + 6 * seed, : 80 + 8 * seed]
    schedule = Schedule(steps=steps, side=48, pull=1.0)
    scorer = CropScorer(network, objectives[seed % len(objectives)], passes)
    canvas = Overlay(source, generator, Waves(1.3, 0.7, 0.05))
    for report in accentuate([scorer], canvas, schedule, generator):
        yield report.show()


@pytest.mark.parametrize("memory", [0, 2**34])
def test_jobs_get_what_they_would_get_alone(network: Watched, photo: Tensor, memory: int) -> None:
    alone = [list(climb(network, None, seed, photo)) for seed in range(6)]
    network.seen.clear()
    passes = meeting(memory=memory)
    jobs = [lambda seed=seed: list(climb(network, passes, seed, photo)) for seed in range(6)]
    shared = [one.result() for one in at_once(passes, jobs)]
    for one, other in zip(shared, alone, strict=True):
        assert isinstance(one, list)
        assert float((one[0] - other[0]).abs().max()) < 1e-4
        assert float((one[-1] - other[-1]).abs().mean()) < 1e-3
    assert max(network.seen) > 2


def test_a_gradient_in_company_is_the_single_one(network: Watched) -> None:
    passes = meeting()
    looks = [Look(network, Asked(towards(at % 5), crops(at))) for at in range(8)]
    found = [one.result() for one in at_once(passes, [lambda one=one: passes.gradients([one])[0] for one in looks])]  # type: ignore[misc]
    for slope, look in zip(found, looks, strict=True):
        (single,) = joint_gradient(network, [look.asked])
        assert isinstance(slope, Tensor)
        assert float((slope - single).norm() / single.norm()) < 1e-5


def test_a_dream_in_company_ends_with_the_same_activation(network: Watched, photo: Tensor) -> None:
    def energy(picture: Tensor) -> float:
        with torch.no_grad():
            return float(towards(layer="mixed2")(network.network.activations(picture[None], ["mixed2"])))

    *_, alone = climb(network, None, 2, photo, steps=24)
    passes = meeting()
    jobs = [lambda seed=seed: list(climb(network, passes, seed, photo, steps=24))[-1] for seed in range(4)]
    shared = at_once(passes, jobs)[2].result()
    assert isinstance(shared, Tensor)
    assert energy(alone) > energy(photo) + 0.1
    assert energy(shared) == pytest.approx(energy(alone), rel=0.01)
    assert energy(shared) - energy(photo) == pytest.approx(energy(alone) - energy(photo), rel=0.01)


def test_all_who_are_expected_share_a_pass(network: Watched) -> None:
    passes = meeting()
    count, rounds = 3, 4

    def wait_for_all(pictures: Tensor) -> None:
        """The first pass lasts until everybody else has come."""
        while len(network.seen) == 1 and len(passes._waiting) < count - 1:
            time.sleep(0.001)

    def job(seed: int) -> None:
        for at in range(rounds):
            passes.gradients([Look(network, Asked(towards(0), crops(seed + at)))])

    network.fails = wait_for_all
    for one in at_once(passes, [lambda seed=seed: job(seed) for seed in range(count)]):  # type: ignore[misc]
        one.result()
    assert network.seen == [1, *[3] * (rounds - 1), 2], "the first one ends before the others"


def test_looks_of_one_step_and_kind_share_a_pass_and_others_do_not(network: Watched, small_network: Network) -> None:
    other = Watched(small_network)
    passes = meeting()
    looks = [
        Look(network, Asked(towards(0), crops(0))), Look(network, Asked(towards(1), crops(1, 2))),
        Look(other, Asked(towards(0), crops(2))), Look(network, Asked(towards(0), crops(3, side=64))),
        Look(network, Asked(towards(layer="conv1"), crops(4))),
    ]  # fmt: skip
    found = passes.gradients(looks)
    assert network.seen == [3, 1, 1]
    assert other.seen == [1]
    for slope, look in zip(found, looks, strict=True):
        (single,) = joint_gradient(look.network, [look.asked])
        assert slope.shape == look.asked.pictures.shape
        torch.testing.assert_close(slope, single, rtol=1e-4, atol=1e-7)


def test_whoever_is_alone_goes_on_at_once(network: Watched) -> None:
    passes = meeting(patience_s=NONE_MAY_WAIT)
    with passes.job():
        for seed in range(3):
            passes.gradients([Look(network, Asked(towards(0), crops(seed)))])
    assert network.seen == [1, 1, 1]


def test_whoever_sleeps_is_waited_for_once(network: Watched) -> None:
    passes = meeting(patience_s=0.01)
    with expecting(passes, -1), passes.job():
        for seed in range(3):
            passes.gradients([Look(network, Asked(towards(0), crops(seed)))])
            assert passes._expected == {threading.get_ident()}


@pytest.mark.parametrize("fails", [False, True])
def test_nobody_waits_for_a_job_that_has_ended(network: Watched, fails: bool) -> None:
    passes = meeting(patience_s=NONE_MAY_WAIT)

    def ends() -> None:
        passes.gradients([Look(network, Asked(towards(0), crops(0)))])
        assert passes._expected == {threading.get_ident()}
        if fails:
            raise ValueError("it broke")

    (ended,) = at_once(passes, [ends])
    assert isinstance(ended.exception(), ValueError if fails else type(None))
    with passes.job():
        passes.gradients([Look(network, Asked(towards(0), crops(1)))])
    assert network.seen == [1, 1]


def test_a_job_that_fails_in_a_pass_is_the_only_one_to_hear_of_it(network: Watched) -> None:
    passes = meeting()
    wrong = Objective(lambda found: found[LOGITS].sum() / (1 // 0), frozenset({LOGITS}))
    looks = [Look(network, Asked(one, crops(at))) for at, one in enumerate([towards(0), wrong, towards(2)])]
    found = at_once(passes, [lambda one=one: passes.gradients([one])[0] for one in looks])  # type: ignore[misc]
    assert isinstance(found[1].exception(), ZeroDivisionError)
    for at in (0, 2):
        slope, (single,) = found[at].result(), joint_gradient(network, [looks[at].asked])
        assert isinstance(slope, Tensor)
        torch.testing.assert_close(slope, single, rtol=1e-4, atol=1e-7)


def test_where_memory_runs_out_each_goes_alone_and_passes_are_smaller_from_then_on(network: Watched) -> None:
    passes = meeting()
    network.fails = lambda pictures: torch.OutOfMemoryError("CUDA out of memory") if len(pictures) > 2 else None
    looks = [Look(network, Asked(towards(at % 5), crops(at))) for at in range(4)]
    for wanted in ([4, 1, 1, 1, 1], [2, 2]):
        network.seen.clear()
        for slope, look in zip(passes.gradients(looks), looks, strict=True):
            (single,) = joint_gradient(network.network, [look.asked])
            torch.testing.assert_close(slope, single, rtol=1e-4, atol=1e-7)
        assert network.seen == wanted


def test_not_more_pictures_than_allowed_are_in_a_pass(network: Watched) -> None:
    passes = meeting(most=2)
    passes.gradients([Look(network, Asked(towards(0), crops(at, count))) for at, count in enumerate((1, 1, 1, 3))])
    assert network.seen == [2, 1, 3]


def test_crops_go_where_jobs_meet(network: Watched) -> None:
    scored = [(CropScorer(network, towards(at), meeting()), crops(at)) for at in range(2)]
    for slope, (scorer, crop) in zip(crop_gradients(scored), scored, strict=True):
        (single,) = joint_gradient(network.network, [Asked(scorer.objective, crop)])
        torch.testing.assert_close(slope, single, rtol=1e-4, atol=1e-7)
    assert network.seen == [2]
