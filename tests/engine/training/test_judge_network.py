"""The judge's weights in eight bits: what it says stays the same."""

import torch

from engine.networks import packing
from engine.training import judge_network


def test_rounding_to_eight_bits_moves_a_weight_by_half_a_step_at_most() -> None:
    given = {"conv": torch.randn(6, 4, 3, 3, generator=torch.Generator().manual_seed(1)), "bias": torch.tensor([0.3])}
    given["conv"][5] = 0
    found = judge_network.from_eight_bits(judge_network.to_eight_bits(given))
    step = given["conv"].abs().amax((1, 2, 3), keepdim=True) / 127
    assert ((found["conv"] - given["conv"]).abs() <= 0.5 * step + 1e-7).all()
    assert torch.equal(found["bias"], given["bias"])


def test_weights_that_were_not_rounded_are_read_as_they_are() -> None:
    given = {"conv": torch.rand(2, 3).half()}
    assert torch.equal(judge_network.from_eight_bits(given)["conv"], given["conv"].float())


def test_the_repositorys_judge_knows_pockets_classes() -> None:
    tensors, _ = packing.read(judge_network.WEIGHTS)
    assert tensors["linear.weight"].dtype == torch.int8
    judge, labels = judge_network.load()
    assert len(labels) == 302
    assert torch.isfinite(judge(torch.rand(1, 3, 96, 96))).all()
