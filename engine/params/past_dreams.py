"""The dreams of which another was made: in a job, a row and a file."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    TypeAdapter,
    ValidationError,
    field_validator,
)

from engine.catalog.catalog import Catalog
from engine.errors import LargestAlready
from engine.params.channel import Channel
from engine.params.concept import Concept
from engine.params.dream import Dream
from engine.params.params import Params, VariedParams, bad_option, make
from engine.params.style import Style
from engine.params.upscale import LARGEST, SMALLEST, Upscale

DreamedOn = Dream | Concept | Channel | Style | Upscale
"""Params of what may be one picture, to be dreamed on."""

MOST_DREAMS = 16
"""Dreams in a row, each made of the one before, that are remembered."""


RENAMED_RECIPES = {"neuron": "channel"}
"""Recipes as old rows, presets and files call them, and as they are called now."""


def rename_recipe(options: Any) -> Any:
    """Options with the recipe's name of today."""
    recipe = options.get("recipe") if isinstance(options, dict) else None
    return (
        options | {"recipe": RENAMED_RECIPES[recipe]}
        if isinstance(recipe, str) and recipe in RENAMED_RECIPES
        else options
    )


class PastDream(BaseModel):
    """A dream of which another was made: everything that it takes to make it again, but pictures."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    params: Annotated[DreamedOn, Field(discriminator="recipe"), BeforeValidator(rename_recipe)]
    others: tuple[Literal["guide", "mask", "painting"], ...] = Field((), max_length=3)
    """Further pictures that were used, by what they were for."""
    stopped: int = Field(0, ge=0, le=100_000)
    """The step at which it was stopped and kept; 0 where it was finished."""

    @field_validator("params")
    @classmethod
    def _check_single(cls, params: DreamedOn) -> DreamedOn:
        if not is_dreamed_on(params):
            raise ValueError("should be one picture, and no sheet of several")
        return params


def is_dreamed_on(params: Params) -> bool:
    """Whether the result of these params is one picture that can be dreamed on: no film, no sheet and no page."""
    if isinstance(params, VariedParams):
        return params.variations == 1
    return isinstance(params, Style | Upscale) or (isinstance(params, Channel) and params.channel is not None)


def upscale_of(dream: DreamedOn, side: int) -> Upscale:
    """What makes a dream twice as large that is so many pixels long, or `LARGEST`. Raises `LargestAlready`.

    A style's strokes are what `low` sees.
    """
    if side >= LARGEST:
        raise LargestAlready(size=side)
    kept = dream.model_dump(include={"network", "seed", "strength", "look"})
    if isinstance(dream, Channel):
        aim = {"layer": f"{dream.layer}:{dream.channel}"}
    elif isinstance(dream, Style) and not (dream.subject or dream.layer):
        aim = {"layer": "low"}
    else:
        name = "subject" if dream.subject else "layer"
        aim = {name: getattr(dream, name)}
    return make(Upscale, dream.catalog, **kept, **aim, size=min(max(2 * side, SMALLEST), LARGEST))


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


@cache
def _past_dreams() -> TypeAdapter[tuple[PastDream, ...]]:
    return TypeAdapter(PastDreams)


def read_dreams(packed: Any, catalog: Catalog) -> tuple[PastDream, ...]:
    """What `pack_dreams` made. Raises `BadOption` or what the catalogue raises."""
    try:
        return _past_dreams().validate_python(packed, context=catalog)
    except ValidationError as error:
        raise bad_option(error) from None
