"""Crops side by side: the same to the last bit as one after another, and no thread is left set otherwise."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from engine.ascent.crop_gradients import CropScorer, View, crop_gradients, gain, view_slopes
from engine.catalog.catalog import LOGITS, Meaning
from engine.networks.network import Network
from engine.objectives import class_objective, naturalness
from engine.passes.recorded_passes import EagerRecorder, RecordedPasses
from engine.passes.shared_passes import SharedPasses

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


def test_parts_that_are_seen_rise_as_if_they_were_seen_at_once(small_network: Network, photo: Tensor) -> None:
    """What leads from a part to a crop is done beside the others; the slope is that of the whole way."""

    def turned(part: Tensor) -> Tensor:
        return part[None, :, :, 3:67].flip(3)

    def faint(part: Tensor) -> Tensor:
        return 0.5 * part[None]

    ways = [turned, faint]
    parts, scorer = [photo[:, 10:74, 5:80], photo[:, 20:84, 30:94]], CropScorer(small_network, TOWARDS)
    leaves = [part.clone().requires_grad_() for part in parts]
    torch.autograd.backward(gain([(scorer, see(leaf)) for see, leaf in zip(ways, leaves, strict=True)]))
    views = [(scorer, View(part, see)) for part, see in zip(parts, ways, strict=True)]
    shared = scorer._replace(passes=SharedPasses(RecordedPasses(EagerRecorder(), 2**28)))
    for found in (view_slopes(views), view_slopes([(shared, view) for _, view in views])):
        for one, leaf in zip(found, leaves, strict=True):
            assert leaf.grad is not None
            torch.testing.assert_close(one, leaf.grad, rtol=1e-3, atol=1e-6)
