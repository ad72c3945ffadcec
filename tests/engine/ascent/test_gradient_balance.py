"""Weights that mean shares of a step."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.ascent.gradient import gradient, smooth_gradient
from engine.ascent.gradient_balance import balance_terms
from engine.networks.network import LOGITS, Network
from engine.objectives import Objective, blend, layer, strongest_channel


def test_each_term_pushes_by_its_weight_whatever_its_size(small_network: Network, photo: Tensor) -> None:
    def slope(objective: Objective, picture: Tensor) -> Tensor:
        return gradient(small_network, objective, picture)

    loud, quiet = 1e6 * layer("mixed2"), 1e-3 * strongest_channel(LOGITS, 1)
    found = smooth_gradient(slope(balance_terms(blend([(0.7, loud), (-0.3, quiet)]), slope, photo), photo))
    one, other = (part / part.abs().mean() for part in (smooth_gradient(slope(term, photo)) for term in (loud, quiet)))
    torch.testing.assert_close(found, 0.7 * one - 0.3 * other, rtol=1e-3, atol=1e-3)


def test_what_is_no_blend_is_left_alone(photo: Tensor) -> None:
    def never(objective: Objective, picture: Tensor) -> Tensor:
        raise AssertionError("nothing to compare")

    one = layer("mixed2")
    assert balance_terms(one, never, photo) is one


def test_a_dead_term_has_no_say(small_network: Network, photo: Tensor) -> None:
    def slope(objective: Objective, picture: Tensor) -> Tensor:
        return gradient(small_network, objective, picture)

    alone, dead = layer("mixed2"), 0.0 * layer("conv1")
    found = slope(balance_terms(blend([(1.0, alone), (1.0, dead)]), slope, photo), photo)
    expected = slope(alone, photo)
    assert torch.corrcoef(torch.stack([found.flatten(), expected.flatten()]))[0, 1] > 0.999
