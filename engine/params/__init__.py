"""What a user asked for: `(options) => frozen, validated params`.

Every recipe has one class here, of the recipe's name, in a file of its own. Params validate themselves (ranges here,
names against the catalogue that they are made with, and keep) and say how much `work` they are, so that the queue can
estimate before anything starts.

params        what all have in common, and how they are made
past_dreams   the dreams of which another was made
"""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, get_args

from pydantic import BeforeValidator, Field, TypeAdapter, ValidationError

from engine.catalog.catalog import Catalog
from engine.params.animate import Animate
from engine.params.channel import Channel
from engine.params.concept import Concept
from engine.params.dream import Dream, rename_options
from engine.params.morph import Morph
from engine.params.params import (
    AIM_OPTIONS,
    CROP_PIXELS,
    FINDING_PIXELS,
    PAINT_SHARE,
    SEED_COUNT,
    SHOWN_NAMES,
    TEXT_LIMIT,
    AimedParams,
    AnimatedParams,
    AscentParams,
    P,
    Params,
    Phase,
    Term,
    VariedParams,
    bad_option,
    bounds,
    describe,
    draw_seed,
    field_name,
    make,
    shown_name,
)
from engine.params.past_dreams import (
    MOST_DREAMS,
    RENAMED_RECIPES,
    DreamedOn,
    PastDream,
    PastDreams,
    is_dreamed_on,
    pack_dreams,
    read_dreams,
    rename_recipe,
    upscale_of,
)
from engine.params.poster import Poster
from engine.params.see import See
from engine.params.style import PAINTINGS, YOURS, Style, style_layers
from engine.params.upscale import Upscale, detail_parts
from engine.params.video import Video
from engine.params.zoom import Zoom

__all__ = [
    "AIM_OPTIONS",
    "CROP_PIXELS",
    "FINDING_PIXELS",
    "KINDS",
    "MOST_DREAMS",
    "PAINTINGS",
    "PAINT_SHARE",
    "RENAMED_RECIPES",
    "SEED_COUNT",
    "SHOWN_NAMES",
    "TEXT_LIMIT",
    "YOURS",
    "AimedParams",
    "Animate",
    "AnimatedParams",
    "AnyParams",
    "AscentParams",
    "Channel",
    "Concept",
    "Dream",
    "DreamedOn",
    "Morph",
    "P",
    "Params",
    "PastDream",
    "PastDreams",
    "Phase",
    "Poster",
    "See",
    "Style",
    "Term",
    "Upscale",
    "VariedParams",
    "Video",
    "Zoom",
    "bounds",
    "describe",
    "detail_parts",
    "draw_seed",
    "field_name",
    "is_animated",
    "is_dreamed_on",
    "make",
    "override",
    "pack_dreams",
    "parse",
    "read_dreams",
    "rename_options",
    "shown_name",
    "style_layers",
    "upscale_of",
]

AnyParams = Dream | Zoom | Concept | Channel | See | Animate | Style | Upscale | Poster | Morph | Video


KINDS: tuple[type[Params], ...] = get_args(AnyParams)


@cache
def _adapter() -> TypeAdapter[AnyParams]:
    """Made when something is first read: that takes longer than everything else of an import of this."""
    return TypeAdapter(Annotated[AnyParams, Field(discriminator="recipe"), BeforeValidator(rename_recipe)])


def is_animated(params: AnyParams) -> bool:
    """Whether what it makes moves."""
    return isinstance(params, AnimatedParams) and not (isinstance(params, Morph) and params.strip)


def parse(options: dict[str, Any] | str, catalog: Catalog) -> AnyParams:
    """Params from a dict with `recipe` in it, or from its JSON. Raises `BadOption` or what the catalogue raises."""
    try:
        if isinstance(options, str):
            return _adapter().validate_json(options, context=catalog)
        return _adapter().validate_python(options, context=catalog)
    except ValidationError as error:
        raise bad_option(error) from None


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
