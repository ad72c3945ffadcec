"""How much memory a dream will need: `(network, layers, pictures) => bytes`, before it starts."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, TypeAlias
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from engine.errors import TooMuchMemory
from engine.networks.network import Network
from engine.platform.units import MEGABYTE

PROBE_SIDES: Final = (64, 128)
"""Sides of the pictures that are looked at to learn what a pixel costs."""
WORKING_TENSORS: Final = 3
"""Tensors of the largest size that a backward pass has beside what was kept for it: two gradients, and workspace."""

_Asked: TypeAlias = tuple[frozenset[str], torch.device, torch.dtype]
_PROBED: Final[WeakKeyDictionary[Network, dict[_Asked, tuple[int, float]]]] = WeakKeyDictionary()
"""What was measured: recipes ask for each picture, octave and frame, and two pictures go through a network for it."""


def check_memory(network: Network, layers: Collection[str], pictures: Tensor, budget: int) -> None:
    """Raises `TooMuchMemory` if dreaming [..., 3, h, w], all at once, would need more bytes than the budget."""
    bytes_needed = estimate_bytes(network, layers, pictures)
    if bytes_needed > budget:
        raise TooMuchMemory(needed=round(bytes_needed / MEGABYTE), limit=round(budget / MEGABYTE))


def estimate_bytes(network: Network, layers: Collection[str], pictures: Tensor) -> int:
    """Bytes that one step takes for pictures [..., 3, h, w] in one piece.

    A network keeps the activations that lead to a layer until their gradients are known. That is counted for two
    small pictures: what differs grows with the area, megapixels times layers; what does not are weights. Those that
    are packed for a CPU's convolutions come on top.
    """
    small, a_pixel = _probe(network, layers, pictures.device)
    return round(network.packed_bytes(layers) + small + a_pixel * (pictures.numel() / 3 - PROBE_SIDES[0] ** 2))


def bytes_a_pixel(network: Network, layers: Collection[str], device: torch.device) -> float:
    """Bytes that each further pixel of a picture takes."""
    return _probe(network, layers, device)[1]


def _probe(network: Network, layers: Collection[str], device: torch.device) -> tuple[int, float]:
    """Bytes for the smaller picture, and for each further pixel; measured once, for as long as there is the network."""
    known = _PROBED.setdefault(network, {})
    asked = frozenset(layers), device, network.mean.dtype
    if asked not in known:
        small, large = (_measure_bytes(network, layers, side, device) for side in PROBE_SIDES)
        known[asked] = small, (large - small) / (PROBE_SIDES[1] ** 2 - PROBE_SIDES[0] ** 2)
    return known[asked]


def _measure_bytes(network: Network, layers: Collection[str], side: int, device: torch.device) -> int:
    """Bytes for a square of that side."""
    kept: dict[int, int] = {}

    def keep(tensor: Tensor) -> Tensor:
        kept[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor.detach()  # with its graph it would hold itself, and never be freed

    probe = torch.full((1, 3, side, side), 0.5, device=device, requires_grad=True)
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        found = network.activations(probe, layers)
    for activation in found.values():
        keep(activation)
    return sum(kept.values()) + WORKING_TENSORS * max(kept.values())
