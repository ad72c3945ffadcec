"""A soft step, of numbers and of tensors."""

import torch

from engine.canvas.smoothstep import smoothstep


def test_it_is_flat_at_both_ends_and_half_in_the_middle() -> None:
    assert [smoothstep(at) for at in (0.0, 0.5, 1.0)] == [0.0, 0.5, 1.0]
    steps = smoothstep(torch.linspace(0, 1, 101)).diff()
    assert (steps > 0).all()
    assert max(steps[0], steps[-1]) < 0.03 * steps.max()
