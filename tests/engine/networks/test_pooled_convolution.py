"""A convolution, its ReLU and its pool in strips: the same values and slopes as one after another."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import Tensor, nn

from engine.networks import pooled_convolution
from engine.networks.first_convolution import FirstConv
from engine.networks.frugal import make_frugal
from engine.networks.fused_convolution import looking_at
from engine.networks.network import LOGITS, Network
from engine.networks.pooled_convolution import PooledConv
from engine.networks.sequential_blocks import SamePadding
from tests.engine.networks.test_fused_convolution import freeze

CONVOLUTIONS = {
    "the first of GoogLeNet": lambda: nn.Conv2d(3, 8, 7, 2, 3),
    "the first, small": lambda: nn.Conv2d(3, 8, 3, 2, 1),
    "strided, not padded": lambda: nn.Conv2d(3, 8, 3, 2),
    "strided, wide": lambda: nn.Conv2d(3, 8, 11, 4, 2),
    "3x3": lambda: nn.Conv2d(3, 8, 3, 1, 1),
    "1x1": lambda: nn.Conv2d(3, 8, 1),
    "padded by more than it reaches": lambda: nn.Conv2d(3, 8, 1, 1, 1),
    "uneven": lambda: nn.Conv2d(3, 8, (5, 3), 1, (2, 1)),
    "in groups": lambda: nn.Conv2d(3, 9, 3, 1, 1, groups=3),
}
POOLS = {
    "hanging over": lambda: nn.MaxPool2d(3, 2, ceil_mode=True),
    "of the same size": lambda: nn.MaxPool2d(3, 1, 1),
    "padded": lambda: nn.MaxPool2d(3, 2, 1),
    "side by side": lambda: nn.MaxPool2d(2),
    "with gaps": lambda: nn.MaxPool2d(2, 3),
}


def joined(block: nn.Sequential, pool: nn.Module) -> PooledConv:
    block = copy.deepcopy(block)
    if FirstConv.fits(block[0]):
        block[0] = FirstConv(block[0])
    stages = nn.ModuleList([block, copy.deepcopy(pool)])
    make_frugal(stages)
    found = PooledConv.of(*stages)
    assert found
    return found


def view(height: int = 46, width: int = 41) -> Tensor:
    x = torch.randn(2, 3, height, width, generator=torch.Generator().manual_seed(1))
    return x.to(memory_format=torch.channels_last).requires_grad_()


@pytest.mark.parametrize("worked", [1, 6000, 10**7])
@pytest.mark.parametrize("pool", POOLS)
@pytest.mark.parametrize("convolution", CONVOLUTIONS)
def test_values_and_slopes_are_those_of_the_modules(
    convolution: str, pool: str, worked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pooled_convolution, "WORKED", worked)
    block, last = freeze(CONVOLUTIONS[convolution](), nn.ReLU()), POOLS[pool]()
    one = joined(block, last)
    for height in (46, 49):
        x = view(height)
        got, wanted = one(x), last(block(x))
        torch.testing.assert_close(got, wanted, rtol=1e-4, atol=1e-4)
        behind = torch.linspace(-1, 1, got.numel()).view(got.shape)
        slopes = [torch.autograd.grad((found * behind).sum(), x)[0] for found in (got, wanted)]
        torch.testing.assert_close(*slopes, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("convolution", ["the first of GoogLeNet", "3x3"])
def test_bfloat16_is_as_near_as_that_can_be(convolution: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first convolution looks at float32, so that only what comes out of it is rounded."""
    monkeypatch.setattr(pooled_convolution, "WORKED", 6000)
    block, pool = freeze(CONVOLUTIONS[convolution](), nn.ReLU()), nn.MaxPool2d(3, 2, ceil_mode=True)
    one, x = joined(block, pool), view()
    wanted = pool(block(x))
    one.convolution.bfloat16()
    got = one(x)
    assert got.dtype == torch.bfloat16
    if convolution == "3x3":
        assert (got.float() - wanted).norm() < 0.01 * wanted.norm()
    else:
        assert (got.float() - wanted).norm() < 0.002 * wanted.norm()
    slope = torch.autograd.grad(got.float().square().sum(), x)[0]
    real = torch.autograd.grad(wanted.square().sum(), x)[0]
    assert slope.dtype == torch.float32
    assert torch.nn.functional.cosine_similarity(slope.flatten(), real.flatten(), dim=0) > 0.99


def test_little_is_kept() -> None:
    """Behind the pool a byte that says whether a slope goes through, and two that say where to."""
    one, kept = joined(freeze(nn.Conv2d(3, 8, 3, 1, 1), nn.ReLU()), nn.MaxPool2d(2)), 0

    def keep(tensor: Tensor) -> Tensor:
        nonlocal kept
        kept += tensor.nbytes
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        found = one(view(40, 40))
    assert kept == 3 * found.numel()


def test_other_modules_are_left_alone() -> None:
    def of(*modules: nn.Module, pool: nn.Module | None = None) -> PooledConv | None:
        stages = nn.ModuleList([freeze(*modules), pool or nn.MaxPool2d(2)])
        make_frugal(stages)
        return PooledConv.of(*stages)

    assert of(nn.Conv2d(3, 4, 3), nn.ReLU())
    assert not of(nn.Conv2d(3, 4, 3))
    assert not of(nn.Conv2d(3, 4, 3), nn.ReLU6())
    assert not of(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(4, 4, 3), nn.ReLU())
    assert not of(SamePadding(nn.Conv2d(3, 4, 3, 2, 1)), nn.ReLU())
    assert not of(nn.Conv2d(3, 4, 3), nn.ReLU(), pool=nn.AvgPool2d(2))
    assert not PooledConv.of(nn.ReLU(), nn.MaxPool2d(2))


def test_a_network_gives_the_same_whether_or_not_the_layer_between_is_asked_for() -> None:
    stages = {
        "first": freeze(nn.Conv2d(3, 8, 7, 2, 3), nn.ReLU()),
        "pool": nn.MaxPool2d(3, 2, ceil_mode=True),
        "last": freeze(nn.Conv2d(8, 4, 3, 1, 1), nn.ReLU()),
    }
    network = Network(stages, mean=(0.5,) * 3, std=(0.25,) * 3, head=nn.Linear(8, 2), behind="first")
    picture = torch.rand(1, 3, 240, 250, generator=torch.Generator().manual_seed(2))
    ran: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pooled_convolution._Pooled, "forward", _noting(ran))
        both = network.activations(picture, ["first", "last"])
        scored = network.activations(picture, [LOGITS, "last"])
        assert not ran
        for name in ("pool", "last"):
            alone = network.activations(picture, [name])[name]
            wanted = network.activations(picture, ["first", name])[name]
            torch.testing.assert_close(alone, wanted, rtol=1e-4, atol=1e-5)
        assert len(ran) == 2
        with looking_at(picture[:, :, :100, :100]):
            network.activations(picture[:, :, :100, :100], ["last"])
        assert len(ran) == 2, "small pictures are left to torch"
    assert set(both) == {"first", "last"}
    assert set(scored) == {LOGITS, "last"}


def _noting(ran: list[str]) -> object:
    forward = pooled_convolution._Pooled.forward

    def run(ctx: object, *arguments: object) -> Tensor:
        ran.append("pooled")
        return forward(ctx, *arguments)  # type: ignore[arg-type]

    return staticmethod(run)
