"""Waves in time: smooth, without a seam, with coarse ones in common."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from torch import Tensor

from engine.canvas.fourier_canvas import frequencies
from engine.canvas.fourier_overlay import Look
from engine.canvas.looped_overlay import BlendedLoop, LoopedOverlay
from engine.canvas.looped_waves import LoopedWaves, spline_weights, subject_weights

SIZE = (16, 16)


def drawn(nodes: int = 6, *, returns: bool = False) -> LoopedWaves:
    waves = LoopedWaves(SIZE, nodes, torch.Generator().manual_seed(1), returns=returns)
    with torch.no_grad():
        waves.coefficients.normal_(generator=torch.Generator().manual_seed(2))
    return waves


def change(one: Tensor, other: Tensor) -> float:
    return float((one - other).detach().square().mean().sqrt())


def test_neighbours_differ_alike_all_around_the_loop() -> None:
    frames = drawn().at([at / 48 for at in range(48)])
    steps = [change(one, other) for one, other in pairwise([*frames, frames[0]])]
    assert steps[-1] < 2 * sorted(steps)[24]
    assert max(steps) < 2.5 * sorted(steps)[24]
    assert torch.allclose(drawn().at([0.0]), drawn().at([1.0]))


def test_a_way_back_shows_what_the_way_there_showed() -> None:
    waves = drawn(returns=True)
    there, back = waves.at([0.1, 0.25, 0.4]), waves.at([0.9, 0.75, 0.6])
    assert torch.allclose(there, back, atol=1e-5)
    assert not torch.allclose(there[0], there[1], atol=1e-2)


def test_coarse_waves_are_in_common_and_fine_ones_are_not() -> None:
    one, other = drawn(12).at([0.0, 0.5])
    differs = (one - other).detach().abs().mean((0, 3))
    cycles = frequencies(SIZE, torch.device("cpu"))
    assert differs[cycles <= 1].mean() < differs[cycles > 6].mean() / 3


def test_a_moment_moves_only_its_neighbours() -> None:
    waves = drawn(9)
    (slope,) = torch.autograd.grad(waves.at([0.0]).sum(), waves.coefficients)
    moved = slope.abs().sum(1) > 0
    assert moved.tolist() == [True, True, True, *[False] * 6, True]


def test_pictures_become_one_another_and_the_last_the_first() -> None:
    pictures = torch.rand(3, 3, *SIZE, generator=torch.Generator().manual_seed(3))
    loop = BlendedLoop(pictures, hold=0.2)
    assert all(torch.equal(loop.seek(at / 3).picture(), pictures[at]) for at in range(3))
    assert torch.allclose(loop.seek(1 / 6).picture(), pictures[:2].mean(0), atol=1e-6)
    assert torch.allclose(loop.seek(5 / 6).picture(), pictures[[2, 0]].mean(0), atol=1e-6)
    assert loop.picture((8, 8)).shape == (3, 8, 8)


def test_waves_lie_over_pictures_that_become_one_another() -> None:
    look, chance = Look(1.5, chroma=0.5, rate=0.1, finest=(8, 8)), torch.Generator().manual_seed(3)
    pictures = torch.stack([torch.full((3, *SIZE), 0.3), torch.full((3, *SIZE), 0.7)])
    nothing = LoopedWaves(SIZE, 6, torch.Generator().manual_seed(1))
    with torch.no_grad():
        nothing.coefficients.zero_()
    canvas = LoopedOverlay(BlendedLoop(pictures, hold=0.2), nothing, chance, look)
    for time, light in [(0.0, 0.3), (0.25, 0.5), (0.5, 0.7)]:
        assert torch.allclose(canvas.seek(time).picture(), torch.tensor(light), atol=1e-4)


@pytest.mark.parametrize("returns", [False, True])
def test_shares_of_nodes_sum_to_one(returns: bool) -> None:
    for at in range(40):
        assert sum(spline_weights(at / 40, 6, returns=returns)) == pytest.approx(1)


def test_each_subject_is_alone_for_a_while_and_half_way_there_are_two() -> None:
    assert subject_weights(0.0, 3, 0.4) == subject_weights(0.06, 3, 0.4) == [1, 0, 0]
    assert subject_weights(1 / 6, 3, 0.4) == pytest.approx([0.5, 0.5, 0])
    assert subject_weights(5 / 6, 3, 0.4) == pytest.approx([0.5, 0, 0.5])
    assert subject_weights(0.3, 2, 0.2) == pytest.approx(subject_weights(0.7, 2, 0.2))


def test_an_overlay_in_time_is_painted_over_what_is_below_at_that_time() -> None:
    chance, look = torch.Generator().manual_seed(3), Look(1.0, 1.0, 0.1)
    below = LoopedOverlay(torch.full((3, *SIZE), 0.5), drawn(), chance, look)
    nothing = LoopedWaves(SIZE, 6, chance)
    with torch.no_grad():
        nothing.coefficients.zero_()
    above = LoopedOverlay(below, nothing, chance, look)
    first, middle = (above.seek(time).snapshot() for time in (0.0, 0.5))
    assert not torch.allclose(first, middle, atol=0.01)
    assert torch.equal(middle, below.seek(0.5).snapshot())
    assert not above.source(SIZE).requires_grad
