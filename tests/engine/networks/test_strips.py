"""Rows that windows look at, and strips that are added up."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.functional import unfold

from engine.networks.strips import RowSums, Windows, strips


@given(st.integers(1, 7), st.integers(1, 4), st.integers(0, 3), st.integers(7, 40), st.integers(1, 9))
def test_strips_of_windows_see_what_all_of_them_see(
    side: int, stride: int, padding: int, length: int, rows: int
) -> None:
    padding = min(padding, side // 2)

    def look(x: torch.Tensor, padding: int) -> torch.Tensor:
        """What each window sees, [windows, side]."""
        return unfold(x.view(1, 1, -1, 1), (side, 1), 1, (padding, 0), (stride, 1))[0].T

    x = torch.arange(1.0, length + 1)
    whole = look(x, padding)
    for begin, end in strips(len(whole), rows):
        seen = Windows(side, stride, padding).seen(begin, end, length)
        part = look(x[seen.begin : seen.end], seen.padding)[seen.spare : seen.spare + end - begin]
        assert torch.equal(part, whole[begin:end])


@given(st.integers(1, 50), st.integers(0, 60))
def test_strips_cover_a_length(length: int, rows: int) -> None:
    parts = [*strips(length, rows)]
    assert [at for begin, end in parts for at in range(begin, end)] == list(range(length))
    assert all(begin < end <= begin + max(1, rows) for begin, end in parts)


@pytest.mark.parametrize(
    "parts",
    [
        [(0, 9)],
        [(-2, 5), (2, 9)],
        [(0, 3), (1, 2), (2, 7)],
        [(1, 3), (5, 8)],
        [(-1, 12)],
        [(-3, -1), (0, 4)],
        [(6, 8), (7, 14), (11, 15)],
    ],
)
def test_sums_of_strips_are_those_of_whole_maps(parts: list[tuple[int, int]]) -> None:
    sums, wanted = RowSums(torch.Size((2, 3, 9, 4)), torch.float32), torch.zeros(2, 3, 9, 4)
    generator = torch.Generator().manual_seed(0)
    for begin, end in parts:
        part = torch.rand(2, 3, end - begin, 4, generator=generator)
        sums.add(part, begin)
        for at in range(max(0, begin), min(9, end)):
            wanted[:, :, at] += part[:, :, at - begin]
    torch.testing.assert_close(sums.total(), wanted)
