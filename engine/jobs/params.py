"""What a user asked for: `(options) => frozen, validated params`.

Every recipe has one class here, of the recipe's name. Params validate themselves (ranges here, names against the
catalogue) and say how much `work` they are, so that the queue can estimate before anything starts.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from engine.jobs import catalog
from engine.jobs.errors import BadOption

SEEDS = 10_000
"""Seeds drawn for people are below this: four digits that can be read out and typed."""


class Params(BaseModel):
    """What all recipes have in common."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    network: str = Field("pocket", description="the network that dreams")
    layer: str = Field("high", description="low, mid, high, or the exact name of a layer")
    octaves: int = Field(4, ge=1, le=8, description="sizes the picture is dreamed at, small to large")
    ratio: float = Field(1.6, ge=1.1, le=2.5, description="how much larger each octave is")
    iterations: int = Field(12, ge=1, le=100, description="gradient steps per octave")
    strength: float = Field(1.0, ge=0.1, le=4.0, description="size of a step")
    jitter: int = Field(16, ge=0, le=64, description="random shift per step, in pixels")
    seed: int = Field(0, ge=0, le=2**31 - 1, description="same seed, same picture")
    size: int = Field(512, ge=128, le=1024, description="long side of the result, in pixels")

    @model_validator(mode="after")
    def _names_are_in_the_catalogue(self) -> Self:
        layer = catalog.friendly(self.network, self.layer)
        if layer != self.layer:  # "High " and "high · faces, animals" are "high"
            object.__setattr__(self, "layer", layer)
        return self

    def work(self) -> float:
        """Estimated megapixel-iterations of one picture, for a square result."""
        areas = (self.size**2 / self.ratio ** (2 * k) for k in range(self.octaves))
        return sum(areas) * self.iterations / 1e6


class Dream(Params):
    """Enhance what a layer sees in a picture. Mordvintsev et al. 2015, "Inceptionism"."""

    recipe: Literal["dream"] = "dream"


class Zoom(Params):
    """An endless zoom into a dream, as a GIF. Mordvintsev et al. 2015, "Inceptionism"."""

    recipe: Literal["zoom"] = "zoom"
    octaves: int = Field(2, ge=1, le=8, description="sizes each frame is dreamed at")
    iterations: int = Field(4, ge=1, le=100, description="gradient steps per octave of a frame")
    size: int = Field(320, ge=128, le=640, description="long side of the result, in pixels")
    frames: int = Field(30, ge=8, le=90, description="pictures in the animation")
    factor: float = Field(1.06, ge=1.01, le=1.3, description="how much closer each frame is")
    fps: int = Field(12, ge=4, le=25, description="frames shown per second")

    def work(self) -> float:
        """Estimated megapixel-iterations of all frames."""
        return Params.work(self.first()) + super().work() * (self.frames - 1)

    def first(self) -> Zoom:
        """How the first frame is dreamed: for longer, so that the film begins in the dream."""
        return self.model_copy(update={"octaves": self.octaves + 2, "iterations": 2 * self.iterations})


AnyParams = Annotated[Dream | Zoom, Field(discriminator="recipe")]
P = TypeVar("P", bound=Params)
_ADAPTER: TypeAdapter[Dream | Zoom] = TypeAdapter(AnyParams)


def parse(options: dict[str, Any] | str) -> Dream | Zoom:
    """Params from a dict with `recipe` in it, or from its JSON. Raises `BadOption` or what the catalogue raises."""
    try:
        if isinstance(options, str):
            return _ADAPTER.validate_json(options)
        return _ADAPTER.validate_python(options)
    except ValidationError as error:
        raise _bad_option(error) from None


def make(kind: type[P], **options: Any) -> P:
    """Params of one kind; options that are None keep their default. Raises `BadOption` or what the catalogue raises."""
    try:
        return kind(**{name: value for name, value in options.items() if value is not None})
    except ValidationError as error:
        raise _bad_option(error) from None


def _bad_option(error: ValidationError) -> BadOption:
    first = error.errors()[0]
    where = [str(part) for part in first["loc"]]
    message = first["msg"]
    problem = f"is not known: {message.lower()}" if first["type"] == "extra_forbidden" else message.lower()
    return BadOption(option=where[-1] if where else "recipe", problem=problem.replace("input should", "should"))
