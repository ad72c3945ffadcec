"""What `/zoom` can be asked for."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import (
    Field,
)

from engine.catalog import subject_sequence, weighted_terms
from engine.errors import TwoAims
from engine.params.params import AnimatedParams, AscentParams, Phase, Term


class Zoom(AscentParams, AnimatedParams):
    """An endless zoom into a dream, as an animation. Mordvintsev et al. 2015, "Inceptionism"."""

    CHAT_FRAMES: ClassVar[int] = 90
    """The most that the chat makes; the command line has more time."""

    recipe: Literal["zoom"] = "zoom"
    octaves: int = Field(2, ge=1, le=8, description="sizes each frame is dreamed at")
    iterations: int = Field(4, ge=1, le=100, description="gradient steps per octave of a frame")
    size: int = Field(480, ge=128, le=640, description="long side of the result, in pixels")
    frames: int = Field(30, ge=8, le=18_000, description="pictures in the animation")
    speed: float = Field(2.0, ge=1, le=8, description="how many times as close after a second; 1 stays where it is")
    rotate: float = Field(0.0, ge=-180, le=180, description="degrees that it turns in a second, clockwise")
    drift_x: float = Field(0.0, ge=-1, le=1, description="widths that it moves to the right in a second")
    drift_y: float = Field(0.0, ge=-1, le=1, description="heights that it moves down in a second")
    motion: Literal["once", "boomerang", "loop"] = Field(
        "once", description="once, boomerang (in and back out) or loop (the end leads into the beginning)"
    )
    continued: bool = Field(False, description="it goes on from the last frame of another")

    @classmethod
    def _rename(cls, options: dict[str, Any]) -> dict[str, Any]:
        """Rows and files from before have a factor for each frame."""
        factor = options.get("factor")
        if not isinstance(factor, int | float) or not 1 <= factor <= 2:
            return options
        fps = options.get("fps", cls.model_fields["fps"].default)
        speed = round(factor ** min(float(fps), 25.0), 1) if isinstance(fps, int | float) else cls.default_speed()
        kept = {name: value for name, value in options.items() if name != "factor"}
        return {"speed": min(speed, 8.0), **kept}

    @classmethod
    def default_speed(cls) -> float:
        """The usual speed."""
        return float(cls.model_fields["speed"].default)

    def _canonical(self) -> dict[str, Any]:
        """Its network, and a layer or subjects, which may follow one another."""
        network = self._canonical_network(self.subject)
        subject = subject_sequence.canonical(self.catalog, network, self.subject)
        if subject and self.layer and "layer" in self.model_fields_set:
            raise TwoAims
        layer = "" if subject else weighted_terms.canonical(self.catalog, network, self.layer)
        return {"network": network, "layer": layer, "subject": subject}

    def _network_for(self, subject: str, default: str) -> str:
        return subject_sequence.network_for(self.catalog, subject, default)

    def stages(self) -> tuple[Zoom, ...]:
        """The same towards one subject after another."""
        if not self.subject:
            return (self,)
        return tuple(self.model_copy(update={"subject": one}) for one in subject_sequence.split(self.subject))

    def stage(self, frame: int) -> int:
        """Which of the stages a dreamed frame belongs to; each takes the same time."""
        return frame * len(subject_sequence.split(self.subject)) // self.dreamed

    def terms(self) -> tuple[Term, ...]:
        """What is dreamed towards in the whole of it."""
        stages = self.stages()
        return super().terms() if len(stages) == 1 else tuple(term for stage in stages for term in stage.terms())

    @property
    def dreamed(self) -> int:
        """Frames that are dreamed: what comes back out was seen before."""
        return self.frames // 2 + 1 if self.motion == "boomerang" else self.frames

    def phases(self) -> tuple[Phase, ...]:
        """The first frame, and the further ones as a whole."""
        further, times = super().phases(), self.dreamed - 1
        whole = Phase(times * sum(one.steps for one in further), times * sum(one.work for one in further))
        return (*AscentParams.phases(self.first()), whole)

    def first(self) -> Zoom:
        """How the first frame is dreamed: for longer, so that the film begins in the dream, unless it is in one."""
        if self.continued:
            return self
        return self.model_copy(update={"octaves": self.octaves + 2, "iterations": 2 * self.iterations})
