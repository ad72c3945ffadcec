"""Steps with wide maps between them find in strips of rows what they find whole."""

import copy
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from engine.networks import part_strips
from engine.networks.first_convolution import FirstConv
from engine.networks.frugal import fuse
from engine.networks.fused_convolution import FusedConvs
from engine.networks.network import Network
from engine.networks.part_strips import Part, Strip
from engine.networks.sequential_blocks import Residual, SamePadding
from tests.engine.networks.test_fused_convolution import freeze, with_gradient

BLOCKS: dict[str, Callable[[], nn.Sequential]] = {
    "an inverted bottleneck": lambda: freeze(
        nn.Conv2d(6, 18, 1), nn.ReLU6(), nn.Conv2d(18, 18, 5, 1, 2, groups=18), nn.ReLU6(), nn.Conv2d(18, 6, 1)
    ),
    "one that ends with an activation": lambda: freeze(
        nn.Conv2d(6, 18, 1), nn.ReLU(), nn.Conv2d(18, 18, 3, 1, 1, groups=18), nn.Conv2d(18, 6, 1), nn.ReLU()
    ),
    "padded as TensorFlow does, 3x3": lambda: freeze(
        nn.Conv2d(6, 24, 1), nn.ReLU6(), SamePadding(nn.Conv2d(24, 24, 3, 2, 1, groups=24)), nn.ReLU6()
    ),
    "padded as TensorFlow does, 5x5": lambda: freeze(
        nn.Conv2d(6, 24, 1), nn.ReLU6(), SamePadding(nn.Conv2d(24, 24, 5, 2, 2, groups=24)), nn.ReLU6()
    ),
    "strided, wide, uneven": lambda: freeze(
        nn.Conv2d(6, 30, 3, 1, 1), nn.ReLU(), nn.Conv2d(30, 20, (5, 3), (3, 1), (2, 1)), nn.Conv2d(20, 6, 3)
    ),
    "the first, padded as TensorFlow does": lambda: freeze(
        nn.Conv2d(6, 24, 1),
        nn.Conv2d(24, 3, 1),
        SamePadding(FirstConv(nn.Conv2d(3, 8, 3, 2, 1).requires_grad_(False))),
        nn.ReLU6(),
    ),
}


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many strips each part ran in, of all that have wide maps."""
    run, found = part_strips.run, list[int]()

    def count(
        x: Tensor, part: Part, sizes: list[torch.Size], strips: list[Strip], marks: list[Tensor] | None
    ) -> Tensor:
        found.append(len(strips))
        return run(x, part, sizes, strips, marks)

    monkeypatch.setattr(part_strips, "LEAST", 1)
    monkeypatch.setattr(part_strips, "run", count)
    return found


@pytest.mark.parametrize("name", BLOCKS)
@pytest.mark.parametrize("size", [(12, 14), (13, 11), (14, 13), (37, 8)])
@pytest.mark.parametrize("worked", [1, 700, 10**6])
def test_outputs_and_gradients_are_those_of_the_modules(
    name: str, size: tuple[int, int], worked: int, runs: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(part_strips, "WORKED", worked)
    plain = BLOCKS[name]()
    x = torch.randn(2, 6, *size, generator=torch.Generator().manual_seed(1)).to(memory_format=torch.channels_last)
    blocks = [plain, Residual(*plain)] if plain(x).shape == x.shape else [plain]
    for block in blocks:
        fused = Residual() if isinstance(block, Residual) else nn.Sequential()
        fused.extend(copy.deepcopy(block))
        fuse(fused)
        part = fused if isinstance(fused, Residual) else fused[0]
        wanted = with_gradient(block, x)
        for got, whole in zip(with_gradient(part, x), wanted, strict=True):
            torch.testing.assert_close(got, whole, rtol=1e-4, atol=1e-6 * float(whole.abs().max()))
    assert runs
    assert (runs[0] > 2) == (worked < 10**6)


def inverted(adds: bool) -> nn.Sequential:
    """An inverted bottleneck of three channels."""
    kind = Residual if adds else nn.Sequential
    return kind(nn.Conv2d(3, 24, 1), nn.ReLU6(), nn.Conv2d(24, 24, 3, 1, 1, groups=24), nn.ReLU6(), nn.Conv2d(24, 3, 1))


def test_blocks_that_add_what_comes_in_run_in_strips_one_after_another(
    runs: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(part_strips, "WORKED", 2**16)
    stages = {f"block{at}": freeze(inverted(at < 2))[0] for at in range(3)}
    network = Network(stages, mean=(0.5,) * 3, std=(0.25,) * 3)
    picture = torch.rand(2, 3, 147, 150, generator=torch.Generator().manual_seed(1))

    def look(x: Tensor) -> Tensor:
        return network.activations(x, {"block2"})["block2"]

    got = with_gradient(look, picture)
    assert runs == [18] * 3
    monkeypatch.setattr(part_strips, "LEAST", 10**9)
    for one, other in zip(got, with_gradient(look, picture), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-6 * float(other.abs().max()))
    assert runs == [18] * 3


def test_what_is_no_wider_between_runs_whole() -> None:
    block = freeze(nn.Conv2d(6, 8, 1), nn.ReLU(), nn.Conv2d(8, 6, 3, 1, 1))
    fuse(block)
    (steps,) = (one.steps for one in block if isinstance(one, FusedConvs))
    part = Part(steps, adds=False)
    assert part_strips.cut(part, part.sizes(torch.Size((1, 6, 1000, 1000)))) == []
