"""Weights that lie as oneDNN wants them, for every size of input that comes."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from engine.networks import onednn, packed_weights
from engine.networks.onednn import convolve
from engine.networks.packed_weights import LAYOUTS, SIZES, PackedWeights

WEIGHT = torch.randn(8, 6, 1, 1, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def packings(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Of which side inputs were for which weights were packed; every other side wants a layout of its own."""
    made: list[int] = []
    of: dict[int, int] = {}
    pack = onednn.pack

    def note(weight: Tensor, x: Tensor, *how: object) -> Tensor:
        made.append(x.shape[3])
        packed: Tensor = pack(weight, x, *how)  # type: ignore[arg-type]
        of[id(packed)] = x.shape[3]
        kept.append(packed)
        return packed

    kept: list[Tensor] = []
    monkeypatch.setattr(packed_weights, "pack", note)
    monkeypatch.setattr(packed_weights, "layout", lambda packed: bytes([of[id(packed)] // 10]))
    return made


def weights() -> PackedWeights:
    return PackedWeights(lambda: WEIGHT, (0, 0), [1, 1], 1)


def rows(width: int) -> Tensor:
    return torch.randn(1, 6, 2, width, generator=torch.Generator().manual_seed(2))


def test_a_size_is_packed_for_once_and_those_of_one_layout_share_it(packings: list[int]) -> None:
    packed = weights()
    found = [packed.pack_for(rows(width)) for width in (10, 11, 20, 10, 11, 20)]
    assert packings == [10, 11, 20]
    assert found[0] is found[1] is found[3] is found[4]
    assert found[2] is found[5] is not found[0]


def test_threads_may_want_another_layout(packings: list[int]) -> None:
    packed, threads = weights(), torch.get_num_threads()
    packed.pack_for(rows(10))
    torch.set_num_threads(threads + 1)
    try:
        packed.pack_for(rows(10))
    finally:
        torch.set_num_threads(threads)
    assert packings == [10, 10]


def test_no_more_is_kept_than_is_counted(packings: list[int]) -> None:
    packed = weights()
    for width in range(10, 10 * (LAYOUTS + 4), 10):
        packed.pack_for(rows(width))
        kept = {id(one) for one in (*packed._by_layout.values(), *packed._by_size.values())}
        assert len(kept) <= LAYOUTS
    for width in range(1, 3 * SIZES):
        packed.pack_for(rows(width))
        assert len(packed._by_size) <= SIZES


@pytest.mark.parametrize("width", [3, 40, 200])
def test_what_was_packed_is_the_same_convolution(width: int) -> None:
    packed, x = weights(), rows(width).to(memory_format=torch.channels_last)
    packed.pack_for(rows(7))
    found = convolve(x, packed.pack_for(x), None, (0, 0), [1, 1], 1, "none")
    torch.testing.assert_close(found, torch.nn.functional.conv2d(x, WEIGHT), rtol=1e-4, atol=1e-4)
