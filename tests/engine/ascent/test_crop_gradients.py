"""Crops side by side: the same to the last bit as one after another, and no thread is left set otherwise."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from engine.ascent.crop_gradients import CropScorer, crop_gradients, gain
from engine.catalog.catalog import LOGITS, Meaning
from engine.networks.network import Network
from engine.objectives import class_objective, naturalness

TOWARDS = class_objective([Meaning(layer=LOGITS, about="", channels=(2,))]) + 2.0 * naturalness()


@pytest.fixture
def scored(small_network: Network, photo: Tensor) -> list[tuple[CropScorer, Tensor]]:
    square = photo[:, :64, :64]
    return [(CropScorer(small_network, TOWARDS), one[None]) for one in (square, square.flip(2), 1 - square)]


def test_it_does_not_matter_how_many_threads_there_are(scored: list[tuple[CropScorer, Tensor]]) -> None:
    before = torch.get_num_threads()
    torch.set_flush_denormal(True)  # as a Runtime does
    found: list[list[Tensor]] = []
    try:
        for threads in (1, 2, 3):
            torch.set_num_threads(threads)
            found.append(crop_gradients(scored))
            assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(before)
        torch.set_flush_denormal(False)
    for others in found[1:]:
        assert all(torch.equal(one, other) for one, other in zip(found[0], others, strict=True))
    assert not torch.equal(found[0][0], found[0][2])


def test_a_gain_has_the_gradient_of_all_scores(scored: list[tuple[CropScorer, Tensor]]) -> None:
    leaf = torch.cat([crop for _, crop in scored]).requires_grad_()
    batches = leaf.chunk(len(scored))
    torch.autograd.backward(gain([(scorer, crop) for (scorer, _), crop in zip(scored, batches, strict=True)]))
    network, objective, _ = scored[0][0]
    other = leaf.detach().clone().requires_grad_()
    torch.autograd.backward(objective(network.activations(other, objective.layers)))
    assert leaf.grad is not None
    assert other.grad is not None
    torch.testing.assert_close(leaf.grad, other.grad, rtol=1e-3, atol=1e-6)
