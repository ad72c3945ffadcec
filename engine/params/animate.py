"""What the button Animate asks for."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import (
    Field,
)

from engine.params.params import AnimatedParams, Phase
from engine.params.past_dreams import DreamedOn, PastDreams


class Animate(AnimatedParams):
    """How a dream came about, from the first picture on, as an animation."""

    SNAPSHOT_SHARE: ClassVar[float] = 0.03
    """The share of a pixel's work that looking at each step takes."""

    recipe: Literal["animate"] = "animate"
    size: int = Field(480, ge=128, le=640, description="long side of the result, in pixels")
    frames: int = Field(32, ge=8, le=90, description="different pictures in the animation")
    dreams: PastDreams = Field(min_length=1, description="what was dreamed, the first one first")

    def _canonical(self) -> dict[str, Any]:
        """The network and the seed of the last dream, which is where it goes."""
        return {"network": self.last.network, "seed": self.last.seed}

    @property
    def last(self) -> DreamedOn:
        """The params of the dream at its end."""
        return self.dreams[-1].params

    @property
    def aim(self) -> tuple[str, str]:
        """What the dream at its end is about."""
        return self.last.aim

    def phases(self) -> tuple[Phase, ...]:
        """Those of the dreams, which are dreamed again."""
        phases = ((dream.params.size, phase) for dream in self.dreams for phase in dream.params.phases())
        return tuple(
            Phase(phase.steps, phase.work + phase.steps * self.SNAPSHOT_SHARE * size**2 / 1e6) for size, phase in phases
        )
