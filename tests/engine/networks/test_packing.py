"""Weights in fewer bytes: not one bit of them is lost."""

import hashlib
import lzma
from pathlib import Path

import pytest
import torch
from safetensors.torch import save
from torch import Tensor

from engine.networks import packing, pocket, sketches

POCKET = "8e45bd1026afe026529a8e9440db4001fe6a3a4b087792536a8893ce148d56eb"
SKETCHES = "bcb7877c43f4647fbb8b3aa573148cf0f5ab1f676a0536d859adb73e81f6752b"


def drawn_weights(dtype: torch.dtype = torch.float16) -> dict[str, Tensor]:
    chance = torch.Generator().manual_seed(1)
    return {"a": torch.randn(40, 31, generator=chance).to(dtype), "b": torch.randn(7, generator=chance).to(dtype)}


@pytest.mark.parametrize("data", [save(drawn_weights(), {"labels": "[]"}), b"an odd one", b"odd in length"])
def test_what_was_packed_comes_back_bit_by_bit(data: bytes) -> None:
    assert packing.unpack(packing.pack(data)) == data


def test_half_precision_gets_smaller_than_xz_makes_it() -> None:
    data = save({"a": torch.randn(300, 200, generator=torch.Generator().manual_seed(1)).half()})
    assert len(packing.pack(data)) < 0.96 * len(lzma.compress(data))


@pytest.mark.parametrize("packed", [True, False])
def test_a_file_is_read_packed_or_not(packed: bool, tmp_path: Path) -> None:
    data = save(drawn_weights(), {"labels": '["a"]'})
    (tmp_path / "net").write_bytes(packing.pack(data) if packed else data)
    tensors, facts = packing.read(tmp_path / "net")
    assert facts == {"labels": '["a"]'}
    assert all(torch.equal(tensors[name], weight) for name, weight in drawn_weights().items())


def test_a_damaged_file_is_noticed() -> None:
    data = bytearray(packing.pack(save(drawn_weights())))
    data[len(data) // 2] ^= 1
    with pytest.raises(lzma.LZMAError):
        packing.unpack(bytes(data))


@pytest.mark.parametrize(("path", "sha256"), [(pocket.WEIGHTS, POCKET), (sketches.FILE, SKETCHES)])
def test_the_shipped_files_hold_what_was_trained(path: Path, sha256: str) -> None:
    assert hashlib.sha256(packing.unpack(path.read_bytes())).hexdigest() == sha256
