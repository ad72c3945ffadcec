"""Files of weights: `path <=> tensors by key`, never anything that could run.

safetensors is read as it is. A state dict of PyTorch is a pickle, so it is read by torch's restricted reader, which
refuses everything but tensors in plain containers.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from engine.catalog.catalog import Package
from engine.catalog.catalog import read_package as read_bytes
from engine.errors import NotWeights, PackageDamaged
from engine.platform import atomic_file


def read_package(package: Package, path: Path, name: str) -> dict[str, Tensor]:
    """The weights of a package, compared with their sha256 first. Raises `PackageDamaged`, `NotWeights`."""
    try:
        data = read_bytes(package, path)
    except (OSError, ValueError) as error:
        raise PackageDamaged(name=name, problem=str(error), distribution=package.distribution) from None
    try:
        return _state_dict(io.BytesIO(data))
    except _Foreign:
        raise NotWeights(file=path.name, name=name) from None


def read(path: Path, name: str) -> dict[str, Tensor]:
    """The weights in a file, for the network of that name. Raises `NotWeights`, or `FileNotFoundError`."""
    path.stat()
    try:
        found = load_file(path) if path.suffix == ".safetensors" else _state_dict(path)
    except (SafetensorError, _Foreign):
        raise NotWeights(file=path.name, name=name) from None
    return found


def write(weights: Mapping[str, Tensor], path: Path) -> None:
    """Write safetensors; the file is there whole or not at all."""
    with atomic_file.replacing(path, durable=True) as part:
        save_file({key: weight.clone(memory_format=torch.contiguous_format) for key, weight in weights.items()}, part)


class _Foreign(Exception):
    """Something in the file is no tensor."""


def _state_dict(path: Path | io.BytesIO) -> dict[str, Tensor]:
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a stranger's file: torch has a dozen ways to say no, and all of them mean the same
        raise _Foreign from error
    if not isinstance(found, dict) or not all(isinstance(value, Tensor) for value in found.values()):
        raise _Foreign
    return {str(key): value.detach() for key, value in found.items()}
