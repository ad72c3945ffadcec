"""What a user asked for: `(options) => frozen, validated params`.

Every recipe has one class here, of the recipe's name. Params validate themselves (ranges here, names against the
catalogue that they are made with, and keep) and say how much `work` they are, so that the queue can estimate before
anything starts.

Longer than most files: recipes inherit options from one another, and old names of all of them are read in one place.
"""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, Self, TypeVar, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PlainSerializer,
    PrivateAttr,
    TypeAdapter,
    ValidationError,
    field_validator,
    model_validator,
)

from engine.catalog import weighted_terms
from engine.catalog.catalog import Catalog, Meaning, shipped_catalog
from engine.errors import BadOption, NothingNamed, TwoAims

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


MOST_DREAMS = 16
"""Dreams in a row, each made of the one before, that are remembered."""


CROP_PIXELS, FINDING_PIXELS, PAINT_SHARE = 2 * 208**2, 2 * 160**2, 0.06
"""Pixels a step by crops looks at, and one in search of a thing; the share of a pixel's work that painting takes."""


class Phase(NamedTuple):
    """A part of the work in which every step takes about as long as another."""

    steps: int
    """As many as are reported; none where something is done after the last one."""
    work: float
    """Megapixel-iterations of all of them, for a square result."""


class Params(BaseModel, ABC):
    """What all recipes have in common."""

    model_config = ConfigDict(frozen=True, extra="forbid")

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
            return self.catalog.network_for(subject, default) if subject else default
        name = self.catalog.match_network(self.network) if len(self.network) <= TEXT_LIMIT else self.network
        self.catalog.network(name)
        return name

    @property
    @abstractmethod
    def aim(self) -> tuple[str, str]:
        """The option that says what it is about, and its word: ("layer", "high")."""

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


class AscentParams(Params):
    """What recipes have in common that climb towards something, octave by octave."""

    layer: str = Field(
        "high", max_length=TEXT_LIMIT,
        description="low, mid, high, the exact name of a layer, or several: high*0.7 + mid:21; empty beside a subject",
    )  # fmt: skip
    subject: str = Field(
        "",
        max_length=TEXT_LIMIT,
        description="what to dream towards, in place of a layer: a subject, a class or an emoji",
    )
    octaves: int = Field(4, ge=1, le=8, description="sizes the picture is dreamed at, small to large")
    ratio: float = Field(1.6, ge=1.1, le=2.5, description="how much larger each octave is")
    iterations: int = Field(12, ge=1, le=100, description="gradient steps per octave")
    strength: float = Field(1.0, ge=0.1, le=4.0, description="size of a step; 1 is normal")
    jitter: int = Field(16, ge=0, le=64, description="random shift per step, in pixels")

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
            return (Phase(self.steps, self.steps * (CROP_PIXELS + self.size**2 * PAINT_SHARE) / 1e6),)
        areas = (self.size**2 / self.ratio ** (2 * k) for k in reversed(range(self.octaves)))
        return tuple(Phase(self.iterations, area * self.iterations / 1e6) for area in areas)


class VariedParams(Params):
    """What recipes have in common that can make several different answers."""

    variations: int = Field(1, ge=1, le=9, description="different answers, side by side; the chat offers 1, 2 and 4")

    def variation(self, at: int) -> Self:
        """The params of one of them, counted from 0: they differ by their seeds."""
        return self.model_copy(update={"variations": 1, "seed": (self.seed + at) % 2**31})


class Dream(VariedParams, AscentParams):
    """Enhance what a layer sees in a picture. Mordvintsev et al. 2015, "Inceptionism"."""

    NOTEBOOK: ClassVar[dict[str, Any]] = {"octaves": 4, "ratio": 1.4, "iterations": 10, "strength": 1.0, "jitter": 32}
    """What the DeepDream notebook uses; the look of 2015 does, too, for every option that is not given."""
    NOTEBOOK_LAYER: ClassVar[str] = "inception_4c"

    recipe: Literal["dream"] = "dream"
    smoothing: int = Field(2, ge=0, le=8, description="how far a step is smoothed, in pixels; 0: not at all")
    colours: Literal["as is", "keep", "match"] = Field(
        "as is",
        description="as is, keep (the picture's own, only light and shade are dreamed) or match (its histogram)",
    )
    keep: float = Field(0.0, ge=0, le=1, description="how much of the original stays: 0 none, 1 all")
    protect: Literal["nothing", "centre", "edges"] = Field(
        "nothing", description="what is not dreamed over: nothing, centre or edges"
    )
    guide_by: Literal["match", "average"] = Field(
        "match", description="how a guide guides: match (each place by what suits it) or average (by all of it)"
    )
    look: Literal["natural", "vivid", "2015"] = Field(
        "natural",
        description="natural, vivid (rainbow edges) or 2015 (exactly as Google's DeepDream notebook did)",
    )

    @classmethod
    def _rename(cls, options: dict[str, Any]) -> dict[str, Any]:
        return rename_options(options)

    def phases(self) -> tuple[Phase, ...]:
        """Those of each variation."""
        return super().phases() * self.variations

    @property
    def by_crops(self) -> bool:
        """The notebook looks at all pixels at once."""
        return super().by_crops and self.look != "2015"

    def _canonical(self) -> dict[str, Any]:
        """With the look of 2015, what the notebook has for every option that was not given, too."""
        words = super()._canonical()
        if self.look != "2015":
            return words
        network, given = words["network"], self.model_fields_set
        if words["subject"] or len(weighted_terms.read(self.catalog, network, words["layer"])) > 1:
            raise BadOption(option="look", problem="2015 climbs one layer: name one layer and no subject")
        if "layer" not in given and self.NOTEBOOK_LAYER in self.catalog.network(network).layers:
            words["layer"] = self.NOTEBOOK_LAYER
        return words | {name: value for name, value in self.NOTEBOOK.items() if name not in given}


class Zoom(AscentParams):
    """An endless zoom into a dream, as an animation. Mordvintsev et al. 2015, "Inceptionism"."""

    recipe: Literal["zoom"] = "zoom"
    octaves: int = Field(2, ge=1, le=8, description="sizes each frame is dreamed at")
    iterations: int = Field(4, ge=1, le=100, description="gradient steps per octave of a frame")
    size: int = Field(480, ge=128, le=640, description="long side of the result, in pixels")
    frames: int = Field(30, ge=8, le=90, description="pictures in the animation")
    factor: float = Field(1.06, ge=1.01, le=1.3, description="how much closer each frame is")
    fps: int = Field(12, ge=4, le=25, description="frames shown per second")

    def phases(self) -> tuple[Phase, ...]:
        """The first frame, and the further ones as a whole."""
        further, times = super().phases(), self.frames - 1
        whole = Phase(times * sum(one.steps for one in further), times * sum(one.work for one in further))
        return (*AscentParams.phases(self.first()), whole)

    def first(self) -> Zoom:
        """How the first frame is dreamed: for longer, so that the film begins in the dream."""
        return self.model_copy(update={"octaves": self.octaves + 2, "iterations": 2 * self.iterations})


class Concept(VariedParams):
    """What the network imagines, alone or grown out of a picture. Olah et al. 2017, "Feature Visualization"."""

    FINISHING: ClassVar[int] = 6
    """Steps at each of three sizes, up to the full one, that draw contours and surfaces."""
    COLOURING: ClassVar[int] = 36
    """Steps that give details and surroundings to what was found, where the network looks at whole crops."""

    recipe: Literal["concept"] = "concept"
    subject: str = Field(
        "",
        max_length=TEXT_LIMIT,
        description="what to imagine: a subject, a class or an emoji, or several: banana + eye",
    )
    iterations: int = Field(
        64, ge=16, le=512, description="steps of painting; three times as many on networks that have no sketches"
    )

    def _canonical(self) -> dict[str, Any]:
        network = self._canonical_network(self.subject)
        subject = self.catalog.aim(network, self.subject)
        if not subject:
            raise NothingNamed
        return {"network": network, "subject": subject}

    @property
    def aim(self) -> tuple[str, str]:
        """("subject", "banana + eye")."""
        return ("subject", self.subject)

    def meanings(self) -> tuple[Meaning, ...]:
        """What is imagined, all of it at once, as the network's layers and channels."""
        return self.catalog.meanings(self.network, self.subject)

    @property
    def by_crops(self) -> bool:
        """Whether the network looks at whole crops in place of all pixels at once."""
        return self.catalog.network(self.network).crops

    @property
    def steps(self) -> int:
        """Steps of each variation by crops."""
        return self.finding + self.COLOURING

    @property
    def finding(self) -> int:
        """Steps that find the thing, by crops: seen smaller, they are cheaper than others."""
        return round(1.25 * self.iterations)

    @property
    def view(self) -> int:
        """Pixels at which the network looks at each: so few that one thing fills what it sees."""
        return round(self.catalog.network(self.network).side * 0.65)

    @property
    def painting(self) -> int:
        """Steps of painting: a picture that begins with grey takes longer than one over a sketch."""
        return self.iterations * (1 if self.catalog.network(self.network).sketches else 3)

    def phases(self) -> tuple[Phase, ...]:
        """By crops finding and colouring, for each variation; else painting, then details at three sizes."""
        if not self.by_crops:
            painting = 1.3 * self.variations * self.painting * self.view**2
            details = 1.6 * self.variations * self.FINISHING * self.size**2
            return (Phase(self.painting, painting / 1e6), Phase(self.variations * 3 * self.FINISHING, details / 1e6))
        paint = PAINT_SHARE * self.size**2
        finding = Phase(self.finding, self.finding * (FINDING_PIXELS + paint) / 1e6)
        colouring = Phase(self.COLOURING, self.COLOURING * (CROP_PIXELS + paint) / 1e6)
        return (finding, colouring) * self.variations


class Channel(Params):
    """What channels of a layer respond to, drawn from nothing. Olah et al. 2017, "Feature Visualization".

    One channel is one large picture. Without a channel it is an atlas: the channels that fire most over a picture, or
    those that speak most for what is searched.
    """

    SEARCHING: ClassVar[int] = 48
    """Steps in which what is searched is imagined."""
    FINISHING: ClassVar[int] = 8
    """Steps at full size that give a single picture its surfaces."""

    recipe: Literal["channel"] = "channel"
    layer: str = Field("mid", max_length=TEXT_LIMIT, description="low, mid, high, or the exact name of a layer")
    channel: int | None = Field(None, ge=0, le=99_999, description="which channel, from 0; without it, the atlas")
    search: str = Field(
        "", max_length=TEXT_LIMIT, description="the channels that speak most for a subject, a class or an emoji"
    )
    top: int = Field(12, ge=1, le=36, description="channels in an atlas")
    iterations: int = Field(96, ge=1, le=512, description="steps of painting")
    size: int = Field(768, ge=128, le=1024, description="long side of the result, in pixels")

    def _canonical(self) -> dict[str, Any]:
        network = self._canonical_network()
        words = {"layer": self.catalog.friendly(network, self.layer), "search": self.catalog.aim(network, self.search)}
        if self.channel is not None and self.search:
            raise BadOption(option="channel", problem="and `search` are one too many: leave one of them out")
        if self.channel is not None:
            self.catalog.check_channel(network, words["layer"], self.channel)
        return {"network": network, **words}

    @property
    def aim(self) -> tuple[str, str]:
        """("layer", "mid")."""
        return ("layer", self.layer)

    @property
    def pictures(self) -> int:
        """How many feature pictures are painted."""
        return self.top if self.channel is None else 1

    @property
    def view(self) -> int:
        """Pixels at which the network looks at each: one picture has more to tell than a tile of an atlas."""
        return round(self.catalog.network(self.network).side * (0.7 if self.channel is None else 1.5))

    @property
    def steps(self) -> int:
        """Steps from beginning to end: what is searched is imagined first, and a single picture is finished finely."""
        finishing = 0 if self.channel is None else self.FINISHING
        return self.iterations + finishing + (self.SEARCHING if self.search else 0)

    @property
    def timed_as(self) -> str:
        """A single picture is finished at full size, an atlas is many small ones."""
        return f"{super().timed_as}{' atlas' if self.channel is None else ''}{' search' if self.search else ''}"

    def phases(self) -> tuple[Phase, ...]:
        """Searching, painting, finishing: what is asked for of them."""
        searching = self.SEARCHING if self.search else 0
        finishing = 0 if self.channel is None else self.FINISHING
        return (
            Phase(searching, 3 * searching * self.catalog.network(self.network).side ** 2 / 1e6),
            Phase(self.iterations, self.pictures * self.iterations * self.view**2 / 1e6),
            Phase(finishing, finishing * self.size**2 / 1e6),
        )


class See(Params):
    """What the network sees in a picture, and why, on one page. Olah et al. 2018, "Building Blocks"."""

    FEATURES: ClassVar[int] = 12
    """Channels of a layer whose feature pictures the page may show, where they have to be painted."""
    LOOKS: ClassVar[int] = 16
    """Looks at all of the picture, as large as what the network learned."""
    NAMING: ClassVar[int] = 8
    """Those of them that it takes to say what is there."""
    PAGE_SHARE: ClassVar[float] = 0.6
    """The share of a pixel's work that the page takes for each of its pixels."""

    recipe: Literal["see"] = "see"
    iterations: int = Field(56, ge=1, le=256, description="steps of painting what the channels respond to")
    size: int = Field(1280, ge=640, le=2048, description="width of the page, in pixels")

    @property
    def aim(self) -> tuple[str, str]:
        """("network", "lite2"): whose eyes these are."""
        return ("network", self.network)

    @property
    def view(self) -> int:
        """Pixels at which the network looks at each feature picture."""
        return round(self.catalog.network(self.network).side * 0.7)

    def phases(self) -> tuple[Phase, ...]:
        """Naming what is there; then looking closer, and painting at most `FEATURES` feature pictures a layer."""
        entry = self.catalog.network(self.network)
        look = entry.side**2 / 1e6
        layers = 0 if entry.thumbnails else len(self.catalog.perception_layers(self.network))
        painted = layers * self.iterations * self.FEATURES * self.view**2 / 1e6
        page = self.PAGE_SHARE * self.size**2 / 1e6
        closer = (self.LOOKS - self.NAMING) * look + page
        return (Phase(1, self.NAMING * look), Phase(layers * self.iterations, closer + painted))


RENAMED_RECIPES = {"neuron": "channel"}
"""Recipes as old rows, presets and files call them, and as they are called now."""


def _rename_recipe(options: Any) -> Any:
    """Options with the recipe's name of today."""
    recipe = options.get("recipe") if isinstance(options, dict) else None
    return (
        options | {"recipe": RENAMED_RECIPES[recipe]}
        if isinstance(recipe, str) and recipe in RENAMED_RECIPES
        else options
    )


class PastDream(BaseModel):
    """A dream of which another was made: everything that it takes to make it again, but pictures."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    params: Annotated[Dream | Concept | Channel, Field(discriminator="recipe"), BeforeValidator(_rename_recipe)]
    others: tuple[Literal["guide", "mask"], ...] = Field((), max_length=2)
    """Further pictures that were used, by what they were for."""
    stopped: int = Field(0, ge=0, le=100_000)
    """The step at which it was stopped and kept; 0 where it was finished."""

    @field_validator("params")
    @classmethod
    def _check_single(cls, params: Dream | Concept | Channel) -> Dream | Concept | Channel:
        if not is_dreamed_on(params):
            raise ValueError("should be one picture, and no sheet of several")
        return params


def is_dreamed_on(params: Params) -> bool:
    """Whether the result of these params is one picture that can be dreamed on: no film, no sheet and no page."""
    if isinstance(params, VariedParams):
        return params.variations == 1
    return isinstance(params, Channel) and params.channel is not None


def pack_dreams(dreams: Iterable[PastDream]) -> list[dict[str, Any]]:
    """As JSON, oldest first: the params of each, or, after one of its recipe, only what differs from that."""
    packed: list[dict[str, Any]] = []
    before: dict[str, Any] = {}
    for dream in dreams:
        whole = dream.params.model_dump(mode="json")
        follows = whole["recipe"] == before.get("recipe")
        changed = {name: value for name, value in whole.items() if not follows or value != before[name]}
        packed.append({"params": changed, **dream.model_dump(mode="json", exclude={"params"}, exclude_defaults=True)})
        before = whole
    return packed


def _unpack_dreams(entries: Any) -> Any:
    """What `pack_dreams` left out, filled in again; whatever else it is stays as it is."""
    whole: list[Any] = []
    before: dict[str, Any] = {}
    for entry in entries if isinstance(entries, list | tuple) else ():
        options = entry.get("params") if isinstance(entry, dict) else None
        if isinstance(options, dict):
            before = options if "recipe" in options else {**before, **options}
            entry = entry | {"params": before}
        whole.append(entry)
    return whole if isinstance(entries, list | tuple) else entries


PastDreams = Annotated[
    tuple[PastDream, ...], Field(max_length=MOST_DREAMS), BeforeValidator(_unpack_dreams), PlainSerializer(pack_dreams)
]
_PAST_DREAMS: TypeAdapter[tuple[PastDream, ...]] = TypeAdapter(PastDreams)


def read_dreams(packed: Any, catalog: Catalog) -> tuple[PastDream, ...]:
    """What `pack_dreams` made. Raises `BadOption` or what the catalogue raises."""
    try:
        return _PAST_DREAMS.validate_python(packed, context=catalog)
    except ValidationError as error:
        raise _bad_option(error) from None


class Animate(Params):
    """How a dream came about, from the first picture on, as an animation."""

    SNAPSHOT_SHARE: ClassVar[float] = 0.03
    """The share of a pixel's work that looking at each step takes."""

    recipe: Literal["animate"] = "animate"
    size: int = Field(480, ge=128, le=640, description="long side of the result, in pixels")
    frames: int = Field(32, ge=8, le=90, description="different pictures in the animation")
    fps: int = Field(12, ge=4, le=25, description="frames shown per second")
    dreams: PastDreams = Field(min_length=1, description="what was dreamed, the first one first")

    def _canonical(self) -> dict[str, Any]:
        """The network and the seed of the last dream, which is where it goes."""
        return {"network": self.last.network, "seed": self.last.seed}

    @property
    def last(self) -> Dream | Concept | Channel:
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


AnyParams = Dream | Zoom | Concept | Channel | See | Animate
KINDS: tuple[type[Params], ...] = get_args(AnyParams)
P = TypeVar("P", bound=Params)
_ADAPTER: TypeAdapter[AnyParams] = TypeAdapter(
    Annotated[AnyParams, Field(discriminator="recipe"), BeforeValidator(_rename_recipe)]
)


def parse(options: dict[str, Any] | str, catalog: Catalog) -> AnyParams:
    """Params from a dict with `recipe` in it, or from its JSON. Raises `BadOption` or what the catalogue raises."""
    try:
        if isinstance(options, str):
            return _ADAPTER.validate_json(options, context=catalog)
        return _ADAPTER.validate_python(options, context=catalog)
    except ValidationError as error:
        raise _bad_option(error) from None


def make(kind: type[P], catalog: Catalog, /, **options: Any) -> P:
    """Params of one kind; options that are None keep their default. Raises `BadOption` or what the catalogue raises."""
    try:
        given = {name: value for name, value in options.items() if value is not None}
        return kind.model_validate(given, context=catalog)
    except ValidationError as error:
        raise _bad_option(error) from None


def bounds(kind: type[Params], name: str) -> dict[str, float]:
    """The bounds of an option by pydantic's names for them: {"ge": 0.1, "le": 4.0}, or {"max_length": 200}."""
    found = kind.model_fields[name].metadata
    return {bound: getattr(one, bound) for one in found for bound in ("ge", "le", "max_length") if hasattr(one, bound)}


def shown_name(field: str) -> str:
    """How an option is called where people see it: "model" for `network`."""
    return SHOWN_NAMES.get(field, field)


def field_name(name: str) -> str:
    """The field of an option that a person named, by its name of today or by the field's, which it had before."""
    return next((field for field, shown in SHOWN_NAMES.items() if shown == name), name)


def draw_seed() -> int:
    """Four digits that can be read out and typed."""
    return random.randrange(SEED_COUNT)


def rename_options(options: dict[str, Any]) -> dict[str, Any]:
    """Options by their names of today; presets, rows and files from before have `classic` for the look of 2015."""
    if not isinstance(options.get("classic"), bool):
        return options
    kept = {name: value for name, value in options.items() if name != "classic"}
    return kept | {"look": "2015"} if options["classic"] else kept


def override(options: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Options with changes over them. What does not go with a change makes room for it.

    A layer takes the place of a subject, and a subject that of a layer; a channel goes with its layer, and what the
    notebook did with it, and with another look.
    """
    gone = set(AIM_OPTIONS if AIM_OPTIONS & changes.keys() else ())
    if "layer" in changes:
        gone.add("channel")
    if options.get("look") == "2015" and ("subject" in changes or changes.get("look", "2015") != "2015"):
        gone |= {"look", *Dream.NOTEBOOK}
    return {name: value for name, value in options.items() if name not in gone} | changes


def _bad_option(error: ValidationError) -> BadOption:
    first = error.errors()[0]
    where = [str(part) for part in first["loc"]]
    message = first["msg"]
    problem = f"is not known: {message.lower()}" if first["type"] == "extra_forbidden" else message.lower()
    return BadOption(
        option=shown_name(where[-1]) if where else "recipe", problem=problem.replace("input should", "should")
    )
