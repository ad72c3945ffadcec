import copy
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from engine.networks import fused_convolution, fused_stages, small_index_pool
from engine.networks.first_convolution import FirstConv
from engine.networks.frugal import fuse, make_frugal
from engine.networks.fused_convolution import FusedConvs, looking_at
from engine.networks.fused_stages import FusedStages
from engine.networks.network import Network
from engine.networks.part_strips import Part
from engine.networks.pooled_convolution import PooledConv
from engine.networks.sequential_blocks import Residual, SamePadding
from engine.networks.small_index_pool import SmallIndexPool
from engine.networks.usual_statistics import UsualStatistics, measured_moments


def with_gradient(run: Callable[[Tensor], Tensor], x: Tensor) -> tuple[Tensor, Tensor]:
    """What it makes, and the gradient of something that looks at every value differently."""
    leaf = x.clone().requires_grad_()
    found = run(leaf)
    weights = torch.linspace(-1, 1, found.numel()).view(found.shape)
    return found.detach(), torch.autograd.grad((found * weights).sum(), leaf)[0]


def freeze(*modules: nn.Module) -> nn.Sequential:
    with torch.random.fork_rng():
        torch.manual_seed(3)
        block = nn.Sequential(*modules).requires_grad_(False)
        for weight in block.parameters():
            nn.init.normal_(weight)
    return block.to(memory_format=torch.channels_last)


BLOCKS = {
    "3x3": lambda: freeze(nn.Conv2d(6, 8, 3, 1, 1), nn.ReLU()),
    "without a bias, without padding": lambda: freeze(nn.Conv2d(6, 8, 3, 1, 0, bias=False), nn.ReLU6()),
    "strided, wide, uneven": lambda: freeze(nn.Conv2d(6, 8, (5, 3), (2, 1), (2, 1)), nn.ReLU()),
    "in groups": lambda: freeze(nn.Conv2d(6, 8, 3, 1, 1, groups=2), nn.ReLU()),
    "padded by more than it reaches": lambda: freeze(nn.Conv2d(6, 8, 1, 1, 1), nn.ReLU()),
    "an inverted bottleneck": lambda: freeze(
        nn.Conv2d(6, 18, 1), nn.ReLU6(), nn.Conv2d(18, 18, 5, 1, 2, groups=18), nn.ReLU6(), nn.Conv2d(18, 6, 1)
    ),
    "padded as TensorFlow does": lambda: freeze(
        nn.Conv2d(6, 12, 1), nn.ReLU6(), SamePadding(nn.Conv2d(12, 12, 5, 2, 2, groups=12)), nn.ReLU6()
    ),
    "the first, padded as TensorFlow does": lambda: freeze(
        nn.Conv2d(6, 3, 1), SamePadding(FirstConv(nn.Conv2d(3, 8, 3, 2, 1).requires_grad_(False))), nn.ReLU6()
    ),
    "two activations": lambda: freeze(nn.Conv2d(6, 8, 1), nn.ReLU(), nn.Conv2d(8, 8, 1), nn.ReLU6()),
}


@pytest.mark.parametrize("name", BLOCKS)
@pytest.mark.parametrize("size", [(12, 14), (13, 11), (14, 13)])
def test_outputs_and_gradients_are_those_of_the_modules(name: str, size: tuple[int, int]) -> None:
    plain = BLOCKS[name]()
    fused = copy.deepcopy(plain)
    fuse(fused)
    assert [type(module) for module in fused] == [FusedConvs]
    x = torch.randn(2, 6, *size, generator=torch.Generator().manual_seed(1)).to(memory_format=torch.channels_last)
    for got, wanted in zip(with_gradient(fused, x), with_gradient(plain, x), strict=True):
        torch.testing.assert_close(got, wanted, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("channels", [slice(0, 6), slice(2, 8)])
def test_what_comes_in_may_be_part_of_something_larger(channels: slice) -> None:
    plain = BLOCKS["3x3"]()
    fused = copy.deepcopy(plain)
    fuse(fused)
    x = torch.randn(1, 8, 9, 9, generator=torch.Generator().manual_seed(1)).to(memory_format=torch.channels_last)
    wanted = with_gradient(lambda wide: torch.cat([plain(wide[:, channels])] * 2, 1), x)
    got = with_gradient(lambda wide: torch.cat([fused(wide[:, channels])] * 2, 1), x)
    for one, other in zip(got, wanted, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-4)


def test_the_gradient_that_comes_back_is_not_changed() -> None:
    """Both branches of a sum are given the same one."""
    plain = Residual(*BLOCKS["two activations"](), nn.Conv2d(8, 6, 1), nn.ReLU()).requires_grad_(False)
    fused = copy.deepcopy(plain)
    fuse(fused)
    assert [type(module) for module in fused] == [FusedConvs]
    x = torch.randn(1, 6, 9, 9, generator=torch.Generator().manual_seed(1))
    for got, wanted in zip(with_gradient(fused, x), with_gradient(plain, x), strict=True):
        torch.testing.assert_close(got, wanted, rtol=1e-4, atol=1e-4)


def test_bfloat16_is_as_near_as_that_can_be() -> None:
    plain = BLOCKS["an inverted bottleneck"]()
    fused = copy.deepcopy(plain)
    fuse(fused)
    x = torch.randn(1, 6, 16, 16, generator=torch.Generator().manual_seed(1))
    got, wanted = fused.bfloat16()(x.bfloat16()), plain(x)
    assert (got.float() - wanted).norm() < 0.03 * wanted.norm()


@pytest.mark.parametrize("dtype", [torch.float64, torch.float16])
def test_other_number_types_run_as_they_always_did(dtype: torch.dtype) -> None:
    plain = BLOCKS["two activations"]().to(dtype)
    fused = copy.deepcopy(plain)
    fuse(fused)
    x = torch.randn(1, 6, 9, 9, generator=torch.Generator().manual_seed(1)).to(dtype)
    assert torch.equal(fused(x), plain(x))


def test_statistics_before_an_activation_are_taken_when_they_are_asked_for() -> None:
    usual = UsualStatistics(nn.BatchNorm2d(8))
    usual.measures = True
    plain = freeze(nn.Conv2d(6, 8, 1), usual, nn.ReLU())
    fused = copy.deepcopy(plain)
    fuse(fused)
    assert [type(module) for module in fused] == [FusedConvs]
    x = torch.randn(1, 6, 9, 9, generator=torch.Generator().manual_seed(1))
    with measured_moments() as wanted:
        plain(x)
    with measured_moments() as got:
        fused(x)
    torch.testing.assert_close(got, wanted)


def test_statistics_behind_everything_stay_outside() -> None:
    block = freeze(nn.Conv2d(6, 8, 1), nn.ReLU(), nn.Conv2d(8, 4, 1), UsualStatistics(nn.BatchNorm2d(4)))
    fuse(block)
    assert [type(module) for module in block] == [FusedConvs, UsualStatistics]


def test_what_does_not_fit_stays_where_it_is() -> None:
    others = [nn.ReLU(), nn.Conv2d(6, 6, 3, dilation=2), nn.Conv2d(6, 6, 3, padding="same"), nn.SiLU()]
    block = freeze(*others, nn.Conv2d(6, 6, 1), nn.SiLU(), nn.Conv2d(6, 6, 1), nn.ReLU())
    fuse(block)
    assert [type(one) for one in block] == [*map(type, others), FusedConvs, nn.SiLU, FusedConvs]


POOLS = [
    nn.MaxPool2d(3, 2, ceil_mode=True), nn.MaxPool2d(3, 1, 1), nn.MaxPool2d(2), nn.MaxPool2d(2, 3),
    nn.MaxPool2d(3, 2, 1, ceil_mode=True), nn.MaxPool2d(3, 1, 1, 2), nn.MaxPool2d((5, 2), (3, 1), (2, 1)),
]  # fmt: skip


@pytest.mark.parametrize("pool", POOLS)
@pytest.mark.parametrize("size", [(16, 18), (190, 177)])
@pytest.mark.parametrize("worked", [1, 20_000, 10**7])
def test_pools_have_the_same_values_and_gradients(
    pool: nn.MaxPool2d, size: tuple[int, int], worked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(small_index_pool, "WORKED", worked)
    block = nn.Sequential(copy.deepcopy(pool))
    make_frugal(block)
    assert isinstance(block[0], SmallIndexPool)
    x = torch.randn(2, 3, *size, generator=torch.Generator().manual_seed(1)).to(memory_format=torch.channels_last)
    for got, wanted in zip(with_gradient(block, x), with_gradient(pool, x), strict=True):
        torch.testing.assert_close(got, wanted)


def test_weights_go_with_their_module_when_it_has_dreamed_already() -> None:
    """What was turned for a gradient is turned again where the module goes."""
    block = BLOCKS["an inverted bottleneck"]()
    fuse(block)
    x = torch.randn(1, 6, 16, 16, generator=torch.Generator().manual_seed(1))
    wanted = with_gradient(block, x)[1]
    for one in (block, copy.deepcopy(block)):
        got = with_gradient(one.bfloat16(), x.bfloat16())[1]
        assert (got.float() - wanted).norm() < 0.2 * wanted.norm()


def test_a_byte_is_kept_of_a_value_behind_a_relu() -> None:
    block = BLOCKS["3x3"]()
    fuse(block)
    kept: list[Tensor] = []

    def keep(tensor: Tensor) -> Tensor:
        kept.append(tensor)
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        found = block(torch.randn(1, 6, 9, 9, requires_grad=True))
    assert [(one.shape, one.element_size()) for one in kept] == [(found.shape, 1)]


def test_small_pictures_are_left_to_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fused_convolution, "FEWEST", 100)
    ran: list[torch.Size] = []

    def apply(x: Tensor, _parts: list[Part], _measures: bool) -> tuple[Tensor]:
        ran.append(x.shape)
        return (x,)

    monkeypatch.setattr(fused_convolution._Fused, "apply", apply)
    block = BLOCKS["3x3"]()
    fuse(block)
    for size in ((9, 11), (10, 10)):
        with looking_at(torch.zeros(1, 3, *size)):
            block(torch.zeros(1, 6, 5, 5))
    assert ran == [torch.Size((1, 6, 5, 5))]


def residual_stages() -> dict[str, nn.Module]:
    """A stem, and blocks of which two add what comes in, one of them behind an activation."""
    with torch.random.fork_rng():
        torch.manual_seed(5)
        return {
            "stem": nn.Sequential(SamePadding(nn.Conv2d(3, 8, 3, 2, 1)), nn.ReLU6()),
            "block0": Residual(
                nn.Conv2d(8, 16, 1), nn.BatchNorm2d(16), nn.ReLU6(), nn.Conv2d(16, 8, 1), nn.BatchNorm2d(8)
            ),
            "block1": nn.Sequential(nn.Conv2d(8, 6, 1), nn.BatchNorm2d(6)),
            "block2": Residual(nn.Conv2d(6, 6, 3, 1, 1), nn.ReLU()),
            "top": nn.Sequential(nn.Conv2d(6, 9, 1), nn.ReLU6()),
        }


@pytest.mark.parametrize(
    "wanted", [{"top"}, {"block0", "top"}, {"stem"}, {"block2"}, {"block2", "statistics"}, {"top", "statistics"}]
)
def test_stages_that_run_as_one_find_what_each_finds(wanted: set[str], monkeypatch: pytest.MonkeyPatch) -> None:
    network = Network(residual_stages(), mean=(0.5,) * 3, std=(0.25,) * 3)
    picture = torch.rand(2, 3, 147, 150, generator=torch.Generator().manual_seed(1))

    def summed(x: Tensor) -> Tensor:
        return torch.cat([one.flatten() for _, one in sorted(network.activations(x, wanted).items())])

    got = with_gradient(summed, picture)
    monkeypatch.setattr(FusedConvs, "is_faster", lambda _self, _x: False)
    for one, other in zip(got, with_gradient(summed, picture), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)


def test_all_that_nobody_looks_at_between_runs_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    network = Network(residual_stages(), mean=(0.5,) * 3, std=(0.25,) * 3)
    runs: list[int] = []
    run = fused_convolution.run_parts

    def count(x: Tensor, parts: list[Part]) -> Tensor:
        runs.append(len(parts))
        return run(x, parts)

    monkeypatch.setattr(fused_stages, "run_parts", count)
    for wanted, expected in (
        ({"top"}, [5]),
        ({"block0", "top"}, [2, 3]),
        ({"block0"}, [2]),
        ({"top", "statistics"}, [5]),
    ):
        runs.clear()
        network.activations(torch.rand(1, 3, 150, 150), wanted)
        assert runs == expected


def test_a_convolution_with_a_pool_behind_it_runs_with_that() -> None:
    """Else what comes out of it, the largest map of a network, would be kept."""
    stages = {
        "conv1": nn.Sequential(nn.Conv2d(3, 8, 1), nn.ReLU()),
        "conv2": nn.Sequential(nn.Conv2d(8, 8, 1), nn.ReLU()),
        "conv3": nn.Sequential(nn.Conv2d(8, 8, 3, 1, 1), nn.ReLU()),
        "pool": nn.MaxPool2d(3, 2),
        "conv4": nn.Sequential(nn.Conv2d(8, 8, 1), nn.ReLU()),
    }
    network = Network(stages, mean=(0.5,) * 3, std=(0.25,) * 3)
    kinds = {
        wanted: [(name, type(run)) for name, run in network._runs(frozenset({wanted}))] for wanted in ("conv4", "conv3")
    }
    whole = ("conv4", type(network.stages["conv4"]))
    assert kinds["conv4"] == [("conv2", FusedStages), ("pool", PooledConv), whole]
    assert kinds["conv3"] == [("conv3", FusedStages)]
