"""A convolution's weights as oneDNN wants them: `input [n, i, h, w] => weights packed for inputs of that size`.

In which layout oneDNN wants weights depends on the size of its input and on the number of threads. Given another layout
it lays them anew in every call, which takes longer than the convolution of a small crop. But there are few layouts: of
123 weights of `lite2` 113 have one for all sizes from 144 to 1024 pixels, the others two. So each is packed once.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

import torch
from torch import Tensor

from engine.networks.onednn import Size, layout, pack

LAYOUTS: Final = 2
"""Layouts in which weights are kept, at most; before a further one all are forgotten."""
SIZES: Final = 64
"""Sizes of inputs of which it is remembered what they want; then they are all forgotten, which costs a few packings."""
Wanted = tuple[torch.Size, int]
"""What a layout depends on: the size of an input, and threads."""
BLOCK: Final = 16
"""Channels that lie together; the last ones are filled up with zeros."""


def most_bytes(weight: Tensor) -> int:
    """Bytes that weights [o, i / groups, h, w] may take in one layout, at most; those of a gradient the same."""
    channels = (BLOCK * math.ceil(count / BLOCK) for count in weight.shape[:2] if count > 1)
    return math.prod((*channels, *weight.shape[2:])) * weight.itemsize


class PackedWeights:
    """The weights of one convolution, in the layouts that were asked for. Only `onednn.convolve` can read them."""

    def __init__(self, weight: Callable[[], Tensor], padding: Size, stride: list[int], groups: int) -> None:
        """`weight` makes them as they are, [o, i / groups, h, w]; it is called for each layout."""
        self._weight = weight
        self._padding, self._stride, self._groups = padding, stride, groups
        self._by_layout: dict[bytes, Tensor] = {}
        self._by_size: dict[Wanted, Tensor] = {}

    def pack_for(self, x: Tensor) -> Tensor:
        """The weights for inputs like `x`. Threads may ask at the same time: at worst both pack them."""
        wanted = x.shape, torch.get_num_threads()
        found = self._by_size.get(wanted)
        if found is None:
            found = self._pack(x)
            self._by_size = {**self._by_size, wanted: found} if len(self._by_size) < SIZES else {wanted: found}
        return found

    def _pack(self, x: Tensor) -> Tensor:
        packed = pack(self._weight(), x, self._padding, self._stride, self._groups)
        key = layout(packed)
        if key not in self._by_layout:
            if len(self._by_layout) == LAYOUTS:
                self._by_layout, self._by_size = {}, {}
            self._by_layout[key] = packed
        return self._by_layout.get(key, packed)
