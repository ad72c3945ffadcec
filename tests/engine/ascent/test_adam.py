"""Our Adam: the numbers of torch.optim to the last bit, and nothing of torch's compiler is loaded for it."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch

from engine.ascent.adam import Adam

START = torch.randn(3, 40, 30, 2, generator=torch.Generator().manual_seed(7))


@pytest.mark.parametrize("momenta", [(0.9, 0.999), (0.9, 0.99)])
def test_every_bit_is_that_of_torch(momenta: tuple[float, float]) -> None:
    ours, theirs = (START.clone().requires_grad_() for _ in range(2))
    adam, reference = Adam(ours, 0.05, momenta), torch.optim.Adam([theirs], 0.05, momenta, fused=True)
    for step in range(30):
        adam.rate = reference.param_groups[0]["lr"] = 0.05 / (1 + step)
        adam.minimize((ours * ours.roll(1, 1).sin()).sum())
        reference.zero_grad()
        torch.autograd.backward((theirs * theirs.roll(1, 1).sin()).sum())
        reference.step()
    assert torch.equal(ours, theirs)
    assert not torch.equal(ours, START)


def test_it_comes_down_to_the_lowest_point() -> None:
    place = torch.tensor([5.0, -3.0], requires_grad=True)
    adam = Adam(place, 0.1)
    for _ in range(400):
        adam.minimize((place - torch.tensor([1.0, 2.0])).square().sum())
    assert torch.allclose(place, torch.tensor([1.0, 2.0]), atol=1e-2)


WARM = """
import sys
from engine import params, render, runtime
where = runtime.Runtime("cpu", "float32", 1)
for network in ("pocket", "lite2"):
    wanted = params.Dream(network=network, size=128, octaves=1, iterations=2)
    print(list(render.render(wanted, None, where))[-1].width, "torch._dynamo" in sys.modules)
"""


@pytest.mark.process
def test_a_warm_engine_has_not_loaded_the_compiler() -> None:
    ran = subprocess.run([sys.executable, "-c", WARM], capture_output=True, text=True, check=False)
    assert ran.stdout.splitlines() == ["128 False", "128 False"], ran.stderr
