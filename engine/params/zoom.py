"""What `/zoom` can be asked for."""

from __future__ import annotations

from typing import Literal

from pydantic import (
    Field,
)

from engine.params.params import AnimatedParams, AscentParams, Phase


class Zoom(AscentParams, AnimatedParams):
    """An endless zoom into a dream, as an animation. Mordvintsev et al. 2015, "Inceptionism"."""

    recipe: Literal["zoom"] = "zoom"
    octaves: int = Field(2, ge=1, le=8, description="sizes each frame is dreamed at")
    iterations: int = Field(4, ge=1, le=100, description="gradient steps per octave of a frame")
    size: int = Field(480, ge=128, le=640, description="long side of the result, in pixels")
    frames: int = Field(30, ge=8, le=90, description="pictures in the animation")
    factor: float = Field(1.06, ge=1.01, le=1.3, description="how much closer each frame is")

    def phases(self) -> tuple[Phase, ...]:
        """The first frame, and the further ones as a whole."""
        further, times = super().phases(), self.frames - 1
        whole = Phase(times * sum(one.steps for one in further), times * sum(one.work for one in further))
        return (*AscentParams.phases(self.first()), whole)

    def first(self) -> Zoom:
        """How the first frame is dreamed: for longer, so that the film begins in the dream."""
        return self.model_copy(update={"octaves": self.octaves + 2, "iterations": 2 * self.iterations})
