"""A soft step: `share => share`, both in [0, 1], flat at both ends (Hermite's cubic, GLSL's `smoothstep`)."""

from __future__ import annotations

from typing import TypeVar

from torch import Tensor

Share = TypeVar("Share", float, Tensor)


def smoothstep(share: Share) -> Share:
    """0 at 0, 1 at 1, and a soft way between."""
    return share * share * (3 - 2 * share)
