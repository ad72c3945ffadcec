from pathlib import Path

import pytest
import torch

from engine.errors import NotWeights
from engine.networks import weights


class Bomb:
    """What a malicious file would do when it is opened."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return Path.touch, (self.mark,)  # type: ignore[return-value]


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    shared = torch.rand(4, 4)
    given = {"a": shared, "b": shared.T, "c": torch.tensor(3)}  # storage that two share, and strides
    weights.write(given, tmp_path / "net.safetensors")
    found = weights.read(tmp_path / "net.safetensors", "net")
    assert all(torch.equal(found[key], value) for key, value in given.items())
    assert [path.name for path in tmp_path.iterdir()] == ["net.safetensors"]


@pytest.mark.parametrize("zipped", [True, False])
def test_a_state_dict_of_pytorch_is_read(tmp_path: Path, zipped: bool) -> None:
    given = {"a.weight": torch.rand(2, 3), "a.bias": torch.rand(2)}
    torch.save(given, tmp_path / "net.pth", _use_new_zipfile_serialization=zipped)
    found = weights.read(tmp_path / "net.pth", "net")
    assert all(torch.equal(found[key], value) for key, value in given.items())


def test_code_in_a_file_is_not_run(tmp_path: Path) -> None:
    mark = tmp_path / "it-ran"
    torch.save({"a": torch.zeros(1), "b": Bomb(mark)}, tmp_path / "net.pth")
    with pytest.raises(NotWeights, match=r"net\.pth holds something other than a network's numbers"):
        weights.read(tmp_path / "net.pth", "net")
    assert not mark.exists()


@pytest.mark.parametrize("content", [[torch.zeros(1)], {"a": "text"}, {"state_dict": {"a": torch.zeros(1)}}, 7])
def test_something_else_than_tensors_by_key_is_refused(tmp_path: Path, content: object) -> None:
    torch.save(content, tmp_path / "net.pth")
    with pytest.raises(NotWeights):
        weights.read(tmp_path / "net.pth", "net")


@pytest.mark.parametrize("name", ["net.pth", "net.safetensors"])
@pytest.mark.parametrize("content", [b"", b"PK\3\4 half an archive", b"<html>", bytes(1000)])
def test_a_damaged_file_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(NotWeights):
        weights.read(tmp_path / name, "net")


def test_an_absent_file_is_no_damaged_one(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        weights.read(tmp_path / "net.safetensors", "net")
