"""Options that follow from other options: `params of a job => params of the next one, or of a preset`."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from bot.requests.submission import Source
from engine import params as engine_params
from engine.catalog import catalog
from engine.errors import BadOption, NetworkMissing
from engine.params import AIMS, SEEDS, AnyParams, Channel, Dream, See, Zoom

PAINTING = ("network", "layer", "subject", "strength", "size", "colours", "keep", "protect", "guide_by", "look")
SHARED = {Dream: PAINTING, Zoom: ("network", "layer", "subject", "strength")}
"""The options that a preset carries into each recipe. A dream's size is too large for a zoom."""


def draw_seed() -> int:
    """Four digits that can be read out and typed."""
    return random.randrange(SEEDS)


def reseeded(params: AnyParams, **changes: Any) -> AnyParams:
    """The same with another seed. Raises `BadOption` on changes that are out of range."""
    aim = {} if isinstance(params, See) else dict([params.aim])
    options = {**params.model_dump(exclude=set(AIMS)), **aim, "seed": draw_seed()}
    return engine_params.make(type(params), **engine_params.override(options, changes))


def preset_options(params: AnyParams) -> dict[str, Any]:
    """What a preset keeps of params: the network and what it dreams towards, and what differs from the defaults; not
    the seed."""
    shared = set(SHARED.get(type(params), ()))
    kept = params.model_dump(exclude_defaults=True, include=shared - AIMS)
    return {**onwards(params), **kept}


def onwards(params: AnyParams) -> dict[str, Any]:
    """The options of a dream or a zoom that goes where these params went: a channel's picture, towards the channel."""
    if isinstance(params, See):
        return {"network": params.network}
    if isinstance(params, Channel) and params.channel is not None:
        return {"network": params.network, "layer": f"{params.layer}:{params.channel}"}
    return {"network": params.network, **dict([params.aim])}


def dreamed_like(params: AnyParams, seed: int) -> Dream:
    """A dream that goes where these params went, of their size."""
    return engine_params.make(Dream, **onwards(params), size=params.size, seed=seed)


def check_ready(params: engine_params.Params) -> None:
    """Refuse a network that is not installed. Raises `NetworkMissing`."""
    if not catalog.is_ready(params.network):
        raise NetworkMissing(name=params.network)


def check_others(params: AnyParams, others: Mapping[str, Source]) -> None:
    """Refuse pictures that do not go with the options. Raises `BadOption`."""
    if "guide" in others and isinstance(params, Dream) and params.subject:
        raise BadOption(option="guide", problem="takes the place of a subject: leave one of them out")
