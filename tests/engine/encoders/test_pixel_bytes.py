"""Bytes to tensors and back."""

from __future__ import annotations

import pytest
import torch

from engine.encoders import encode
from engine.encoders.pixel_bytes import to_tensor


@pytest.mark.parametrize("limit", [None, 6_000])
def test_a_result_can_be_dreamed_again_even_if_it_had_to_fit_a_limit(limit: int | None) -> None:
    made = encode(torch.rand(3, 40, 60, generator=torch.Generator().manual_seed(0)), "png", limit)
    assert (made.mime == "image/png") == (limit is None)
    again = to_tensor(made.data)
    assert again.shape == (3, made.height, made.width)
    assert 0 <= float(again.min()) < float(again.max()) <= 1
