"""What `pareidolia poster` can be asked for."""

from __future__ import annotations

from typing import Literal

from pydantic import (
    Field,
)

from engine.params.dream import Dream
from engine.params.params import AscentParams, Phase, make
from engine.params.upscale import detail_phase

LARGEST_DREAM = 1024
"""Pixels of the long side at which a poster is dreamed at most, as a whole; what is larger than that is detail."""


class Poster(AscentParams):
    """A dream that is large enough to be printed: dreamed as a whole, then made larger and larger with new detail."""

    recipe: Literal["poster"] = "poster"
    size: int = Field(4096, ge=1024, le=8192, description="long side of the result, in pixels")
    look: Literal["natural", "vivid"] = Field("natural", description="natural or vivid (rainbow edges)")
    detail_steps: int = Field(8, ge=1, le=60, description="steps over the whole picture that add detail, at each size")
    dpi: int = Field(300, ge=30, le=1200, description="dots per inch, written into the file")

    @property
    def source_size(self) -> int:
        """The size at which it is dreamed as a whole."""
        return self.sizes[0]

    @property
    def sizes(self) -> tuple[int, ...]:
        """Its long side as it grows, each twice the one before but for rounding; the first is dreamed as a whole."""
        doublings = max(0, (self.size - 1) // LARGEST_DREAM).bit_length()
        return tuple(round(self.size / 2**times) for times in reversed(range(doublings + 1)))

    @property
    def timed_as(self) -> str:
        """As a dream."""
        return f"{super().timed_as} {len(self.sizes)}"

    def dream(self) -> Dream:
        """The dream of which it is made."""
        kept = self.model_dump(include=set(AscentParams.model_fields) | {"look"}) | {"size": self.source_size}
        return make(Dream, self.catalog, **{name: value for name, value in kept.items() if value != ""})

    def phases(self) -> tuple[Phase, ...]:
        """The dream; then detail at each size."""
        return (*self.dream().phases(), *(detail_phase(size, self.detail_steps) for size in self.sizes[1:]))
