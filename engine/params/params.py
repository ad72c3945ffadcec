"""What all recipes have in common: options, `(options) => frozen, validated params`, and words for what is wrong."""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from typing import Any, ClassVar, Literal, NamedTuple, Self, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    ValidationError,
    model_validator,
)

from engine.catalog import weighted_terms
from engine.catalog.catalog import Catalog, Meaning, shipped_catalog
from engine.errors import BadOption, TwoAims

SHOWN_NAMES = {"network": "model", "colours": "palette", "keep": "original"}
"""Options that have another name where people see them; rows, presets and files keep those of the fields for good."""


Term = tuple[float, tuple[Meaning, ...]]
"""A weight, and what pulls with it."""


SEED_COUNT = 10_000
"""Seeds drawn for people are below this: four digits that can be read out and typed."""


TEXT_LIMIT = 200
"""Characters of what can be typed for a layer or a subject."""


AIM_OPTIONS = frozenset({"layer", "subject"})
"""The options that say what is dreamed towards; a dream has one of them."""


CROP_PIXELS, FINDING_PIXELS, PAINT_SHARE = 2 * 208**2, 2 * 160**2, 0.06
"""Pixels that a step by crops looks at, and one in search of a thing; painting's share of a pixel's work."""


class Phase(NamedTuple):
    """A part of the work in which every step takes about as long as another."""

    steps: int
    """As many as are reported; none where something is done after the last one."""
    work: float
    """Megapixel-iterations of all of them, for a square result."""


class Params(BaseModel, ABC):
    """What all recipes have in common."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    network: str = Field("", description="the network that dreams")
    seed: int = Field(0, ge=0, le=2**31 - 1, description="same seed, same picture")
    size: int = Field(512, ge=128, le=1024, description="long side of the result, in pixels")
    _catalog: Catalog = PrivateAttr(default_factory=shipped_catalog)

    def model_post_init(self, context: Any, /) -> None:
        """Keep the catalogue that these params are made with, which is pydantic's validation context."""
        if context is not None:
            self._catalog = context

    def __eq__(self, other: object) -> bool:
        """Whether the same is asked for; with which catalogue is none of it."""
        return isinstance(other, Params) and type(self) is type(other) and self.__dict__ == other.__dict__

    @property
    def catalog(self) -> Catalog:
        """What knows the words in these params."""
        return self._catalog

    @model_validator(mode="wrap")
    @classmethod
    def _complete(cls, options: Any, validate: ModelWrapValidatorHandler[Self]) -> Self:
        """Read twice: as typed, for types and ranges, and again with the words that follow from all of it. What is
        filled in does not count as given."""
        if not isinstance(options, dict):
            return validate(options)
        options = cls._rename(options)
        typed = validate(options)
        follows = {name: value for name, value in typed._canonical().items() if value != getattr(typed, name)}
        if not follows:
            return typed
        complete = validate(options | follows)
        complete.model_fields_set.intersection_update(options)
        return complete

    @classmethod
    def _rename(cls, options: dict[str, Any]) -> dict[str, Any]:
        """Options by their names of today."""
        return options

    def _canonical(self) -> dict[str, Any]:
        """What these options are in the catalogue's words, and what is taken where an option was not given. Raises
        what the catalogue raises."""
        return {"network": self._canonical_network()}

    def _canonical_network(self, subject: str = "") -> str:
        """The network that was named; else the one that knows the subject best, or the default."""
        if "network" not in self.model_fields_set:
            default = self.catalog.default_network()
            return self._network_for(subject, default) if subject else default
        name = self.catalog.match_network(self.network) if len(self.network) <= TEXT_LIMIT else self.network
        self.catalog.network(name)
        return name

    def _network_for(self, subject: str, default: str) -> str:
        """The network that should dream a subject where none was named. Raises what the catalogue raises."""
        return self.catalog.network_for(subject, default)

    @property
    @abstractmethod
    def aim(self) -> tuple[str, str]:
        """The option that says what it is about, and its word: ("layer", "high")."""

    @property
    def source_size(self) -> int:
        """The long side at which its picture is opened, in pixels."""
        return self.size

    @property
    def timed_as(self) -> str:
        """The kind of dream by which it is timed: those of one kind take the same course."""
        return str(getattr(self, "recipe", ""))

    @abstractmethod
    def phases(self) -> tuple[Phase, ...]:
        """Its parts, in the order in which they are done."""

    def work(self) -> float:
        """Estimated megapixel-iterations, for a square result."""
        return sum(phase.work for phase in self.phases())


class AimedParams(Params):
    """What recipes have in common that go towards something."""

    layer: str = Field(
        "high", max_length=TEXT_LIMIT,
        description="low, mid, high, the exact name of a layer, or several: high*0.7 + mid:21; empty beside a subject",
    )  # fmt: skip
    subject: str = Field(
        "",
        max_length=TEXT_LIMIT,
        description="what to dream towards, in place of a layer: a subject, a class or an emoji",
    )

    def _canonical(self) -> dict[str, Any]:
        """Its network, and a layer or a subject: "High " and "high · faces, animals" are "high"."""
        network = self._canonical_network(self.subject)
        subject = self.catalog.aim(network, self.subject)
        if subject and self.layer and "layer" in self.model_fields_set:
            raise TwoAims
        layer = "" if subject else weighted_terms.canonical(self.catalog, network, self.layer)
        return {"network": network, "layer": layer, "subject": subject}

    @property
    def aim(self) -> tuple[str, str]:
        """The option that says what is dreamed towards, and its word: ("layer", "high") or ("subject", "eyes")."""
        return ("subject", self.subject) if self.subject else ("layer", self.layer)

    def terms(self) -> tuple[Term, ...]:
        """What is dreamed towards, as weights and the network's layers and channels; of one term, any will do."""
        if self.subject:
            return ((1.0, self.catalog.meanings(self.network, self.subject)),)
        return tuple(
            (term.weight, (term.meaning(self.catalog, self.network),))
            for term in weighted_terms.read(self.catalog, self.network, self.layer)
        )

    def meanings(self) -> tuple[Meaning, ...]:
        """Everything that is dreamed towards."""
        return tuple(meaning for _, meanings in self.terms() for meaning in meanings)


class AscentParams(AimedParams):
    """What recipes have in common that climb towards something, octave by octave."""

    octaves: int = Field(4, ge=1, le=8, description="sizes the picture is dreamed at, small to large")
    ratio: float = Field(1.6, ge=1.1, le=2.5, description="how much larger each octave is")
    iterations: int = Field(12, ge=1, le=100, description="gradient steps per octave")
    strength: float = Field(1.0, ge=0.1, le=4.0, description="size of a step; 1 is normal")
    jitter: int = Field(16, ge=0, le=64, description="random shift per step, in pixels")

    def pace(self) -> float:
        """The size of a step: `strength`, as what is dreamed towards takes it."""
        pulls = [(abs(weight), meaning.strength) for weight, meanings in self.terms() for meaning in meanings]
        return self.strength * sum(weight * share for weight, share in pulls) / sum(weight for weight, _ in pulls)

    @property
    def by_crops(self) -> bool:
        """Whether the network looks at whole crops in place of all pixels at once."""
        return self.catalog.network(self.network).crops

    @property
    def steps(self) -> int:
        """Steps of a dream by crops; a thing takes longer than what a layer sees anywhere."""
        return round(self.octaves * self.iterations * (1.5 if self.subject else 1))

    @property
    def timed_as(self) -> str:
        """A subject is scored by more of the network than a layer, and all pixels at once are not crops."""
        way = "" if self.by_crops or not self.catalog.network(self.network).crops else " by pixels"
        return f"{super().timed_as}{' of a subject' if self.subject else ''}{way}"

    def phases(self) -> tuple[Phase, ...]:
        """Crops, or octave by octave, small to large."""
        if self.by_crops:
            return (Phase(self.steps, self.steps * (CROP_PIXELS + PAINT_SHARE * self.size**2) / 1e6),)
        areas = (self.size**2 / self.ratio ** (2 * k) for k in reversed(range(self.octaves)))
        return tuple(Phase(self.iterations, area * self.iterations / 1e6) for area in areas)


class VariedParams(Params):
    """What recipes have in common that can make several different answers."""

    variations: int = Field(1, ge=1, le=9, description="different answers, side by side; the chat offers 1, 2 and 4")

    def variation(self, at: int) -> Self:
        """The params of one of them, counted from 0: they differ by their seeds."""
        return self.model_copy(update={"variations": 1, "seed": (self.seed + at) % 2**31})


class ThingParams(Params):
    """What recipes have in common that grow things by crops, from several starts of which the best goes on."""

    STARTS: ClassVar[int] = 4
    """How often a thing is begun; half of them go on, and then the best."""
    START_SHARE: ClassVar[float] = 0.0875
    """The share of the steps that find a thing after which half of the starts go on."""
    SHARPENING: ClassVar[int] = 6
    """Steps that make edges sharp."""

    @property
    @abstractmethod
    def finding(self) -> int:
        """Steps that find a thing, of all starts: seen smaller, they are cheaper than others."""

    @property
    @abstractmethod
    def detailing(self) -> int:
        """Steps that give details to what was found."""

    @property
    def starts(self) -> int:
        """How often a thing is begun: once, if there are not enough steps for more."""
        return self.STARTS if self.finding >= 2 * self.STARTS else 1

    @property
    def start(self) -> int:
        """Steps after which half of the starts go on."""
        return max(1, round(self.START_SHARE * self.finding))

    def _thing_phases(self) -> tuple[Phase, Phase, Phase]:
        """Finding, detailing and sharpening, in a picture of `size`."""
        return (
            self._crop_phase(self.finding, FINDING_PIXELS),
            self._crop_phase(self.detailing, CROP_PIXELS),
            Phase(self.SHARPENING, 1.7 * self.SHARPENING * self.size**2 / 1e6),
        )

    def _crop_phase(self, steps: int, pixels: int) -> Phase:
        """Steps by crops in which so many pixels are looked at."""
        return Phase(steps, steps * (pixels + PAINT_SHARE * self.size**2) / 1e6)


class AnimatedParams(Params):
    """What recipes have in common that make a film."""

    fps: int = Field(12, ge=4, le=25, description="frames shown per second")
    format: Literal["webp", "gif", "mp4"] = Field(
        "webp", description="webp (all colours), gif (plays everywhere) or mp4 (small, plays once)"
    )


P = TypeVar("P", bound=Params)


def make(kind: type[P], catalog: Catalog, /, **options: Any) -> P:
    """Params of one kind; options that are None keep their default. Raises `BadOption` or what the catalogue raises."""
    try:
        given = {name: value for name, value in options.items() if value is not None}
        return kind.model_validate(given, context=catalog)
    except ValidationError as error:
        raise bad_option(error) from None


def bounds(kind: type[Params], name: str) -> dict[str, float]:
    """The bounds of an option by pydantic's names for them: {"ge": 0.1, "le": 4.0}, or {"max_length": 200}."""
    found = kind.model_fields[name].metadata
    return {bound: getattr(one, bound) for one in found for bound in ("ge", "le", "max_length") if hasattr(one, bound)}


def describe(kind: type[Params], option: str) -> str:
    """What an option is, in words."""
    return kind.model_fields[option].description or ""


def shown_name(field: str) -> str:
    """How an option is called where people see it: "model" for `network`."""
    return SHOWN_NAMES.get(field, field)


def field_name(name: str) -> str:
    """The field of an option that a person named, by its name of today or by the field's, which it had before."""
    return next((field for field, shown in SHOWN_NAMES.items() if shown == name), name)


def draw_seed() -> int:
    """Four digits that can be read out and typed."""
    return random.randrange(SEED_COUNT)


def bad_option(error: ValidationError) -> BadOption:
    """The first of what is wrong, as a refusal that people understand."""
    first = error.errors()[0]
    where = [str(part) for part in first["loc"]]
    message = first["msg"]
    problem = f"is not known: {message.lower()}" if first["type"] == "extra_forbidden" else message.lower()
    return BadOption(
        option=shown_name(where[-1]) if where else "recipe", problem=problem.replace("input should", "should")
    )
