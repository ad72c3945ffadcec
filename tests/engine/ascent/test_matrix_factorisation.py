"""Non-negative matrix factorisation finds what a matrix was made of."""

from __future__ import annotations

import torch

from engine.ascent.matrix_factorisation import factorise


def made(c: int, n: int, count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Parts that share nothing, and where each is."""
    generator = torch.Generator().manual_seed(5)
    parts = torch.zeros(c, count)
    for at in range(count):
        parts[at::count, at] = torch.rand(len(range(at, c, count)), generator=generator) + 0.2
    there = torch.rand(count, n, generator=generator) * (torch.rand(count, n, generator=generator) > 0.6)
    return parts, there * torch.tensor([3.0, 2.0, 1.0])[:count, None]


def test_parts_that_share_nothing_are_found_the_foremost_first() -> None:
    parts, places = made(24, 60, 3)
    found, where = factorise(parts @ places, 3)
    assert (found @ where - parts @ places).norm() < 0.03 * (parts @ places).norm()
    assert [int(one.argmax()) % 3 for one in found.T] == [0, 1, 2]
    assert torch.allclose(found.amax(0), torch.ones(3), atol=1e-3)


def test_it_is_never_negative_never_chance_and_each_step_helps() -> None:
    matrix = torch.rand(20, 50, generator=torch.Generator().manual_seed(6))
    errors = []
    for steps in (0, 1, 10, 100):
        parts, places = factorise(matrix, 4, steps)
        assert parts.min() >= 0
        assert places.min() >= 0
        errors.append(float((parts @ places - matrix).square().sum()))
    assert errors == sorted(errors, reverse=True)
    assert all(map(torch.equal, factorise(matrix, 4), factorise(matrix, 4)))


def test_nothing_and_little_have_parts_too() -> None:
    parts, places = factorise(torch.zeros(6, 9), 4)
    assert torch.isfinite(parts).all()
    assert torch.isfinite(places).all()
    assert factorise(torch.ones(2, 9), 4)[0].shape == (2, 2)
