"""What `/video` can be asked for."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from engine.params.dream import Dream
from engine.params.params import AnimatedParams, AscentParams, Phase


class Video(AscentParams, AnimatedParams):
    """A video, dreamed frame by frame so that what is dreamed moves along. Ruder et al. 2016, "Artistic Style Transfer
    for Videos"."""

    CHAT_SECONDS: ClassVar[int] = 12
    """The longest that the chat makes, ..."""
    CHAT_FRAMES: ClassVar[int] = 150
    """... the most frames, and ..."""
    CHAT_SIZE: ClassVar[int] = 512
    """... the largest."""
    FLOW_SHARE: ClassVar[float] = 0.5
    """What finding out how a frame moved takes, as a share of a step's work."""

    recipe: Literal["video"] = "video"
    octaves: int = Field(2, ge=1, le=8, description="sizes each frame is dreamed at")
    iterations: int = Field(3, ge=1, le=100, description="gradient steps per octave of a frame after the first")
    size: int = Field(384, ge=128, le=1024, description="long side of the result, in pixels")
    start: float = Field(0.0, ge=0, le=86_400, description="second of the video at which it begins")
    seconds: float = Field(10.0, ge=0.1, le=86_400, description="how much of the video is dreamed")
    format: Literal["webp", "gif", "mp4"] = Field(
        "mp4", description="mp4 (small, with its sound), webp (all colours) or gif (plays everywhere)"
    )

    @property
    def frames(self) -> int:
        """Pictures in the result, of a video that is long enough."""
        return max(1, round(self.seconds * self.fps))

    def lasting(self, frames: int) -> Video:
        """The same for a video that has so many frames from its start on, if those are fewer than was asked for."""
        if frames >= self.frames:
            return self
        return self.model_copy(update={"seconds": max(0.1, round(frames / self.fps, 2))})

    def dream(self) -> Dream:
        """How a frame is dreamed that has none before it."""
        options = self.model_dump(include={"network", "layer", "subject", "size", "seed", "strength"})
        aims = {name: value for name, value in options.items() if value != ""}
        return Dream.model_validate(aims, context=self.catalog)

    def phases(self) -> tuple[Phase, ...]:
        """The first frame, and the further ones as a whole."""
        further, times = super().phases(), self.frames - 1
        work = sum(one.work for one in further) + self.FLOW_SHARE * self.size**2 / 1e6
        whole = Phase(times * sum(one.steps for one in further), times * work)
        return (*self.dream().phases(), whole)
