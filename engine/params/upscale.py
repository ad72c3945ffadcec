"""What the button Upscale asks for."""

from __future__ import annotations

import math
from typing import Literal

from pydantic import (
    Field,
)

from engine.params.params import AimedParams, Phase

SMALLEST, LARGEST = 256, 2048
"""Pixels of the longest side that an upscaled dream can have."""
PART_SIDE = 368
"""Sides of the squares of which a step is told, in pixels: about four windows, so that a stop is heard soon."""
WINDOW_SHARE = (208 / 184) ** 2
"""Pixels that a network looks at for each one of the picture, because windows overlap."""


class Upscale(AimedParams):
    """A dream at twice the size, with detail that was not there before."""

    recipe: Literal["upscale"] = "upscale"
    size: int = Field(1024, ge=SMALLEST, le=LARGEST, description="long side of the result, in pixels")
    iterations: int = Field(10, ge=1, le=60, description="steps over the whole picture that add detail")
    strength: float = Field(1.0, ge=0.1, le=4.0, description="how much detail is added; 1 is normal")
    look: Literal["natural", "vivid", "2015"] = Field(
        "natural", description="natural, vivid (rainbow edges) or 2015, as the dream was"
    )

    @property
    def source_size(self) -> int:
        """Half of it."""
        return self.size // 2

    @property
    def timed_as(self) -> str:
        """A subject is scored by more of the network than a layer."""
        return f"{super().timed_as}{' of a subject' if self.subject else ''}"

    def phases(self) -> tuple[Phase, ...]:
        """Step after step, all alike."""
        return (detail_phase(self.size, self.iterations),)


def detail_parts(size: int) -> int:
    """In how many parts a step over a picture of that long side is told of."""
    return math.ceil(size / PART_SIDE) ** 2


def detail_phase(size: int, steps: int) -> Phase:
    """Steps that add detail to a picture of that long side."""
    return Phase(steps * detail_parts(size), steps * WINDOW_SHARE * size**2 / 1e6)
