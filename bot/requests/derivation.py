"""Options that follow from other options: `params of a job => params of the next, or a preset's`."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

from bot.store.presets import SHARED_OPTIONS
from engine import params as engine_params
from engine.catalog import subject_sequence
from engine.catalog.catalog import Catalog
from engine.errors import Gone
from engine.params import (
    AIM_OPTIONS,
    Animate,
    AnyParams,
    Channel,
    Dream,
    DreamedOn,
    Morph,
    PastDream,
    See,
    Upscale,
    Zoom,
    bounds,
    draw_seed,
    upscale_of,
)
from engine.queue.job import JobRow


def with_new_seed(params: AnyParams, **changes: Any) -> AnyParams:
    """The same with another seed. Raises `BadOption` on changes that are out of range."""
    options = {**params.model_dump(exclude=set(AIM_OPTIONS)), **_aims(params), "seed": draw_seed()}
    return engine_params.make(type(params), params.catalog, **engine_params.override(options, changes))


def animation(dreams: Sequence[PastDream]) -> Animate:
    """A film of how the last of several dreams came about; it is too small for what Upscale has added to that."""
    while len(dreams) > 1 and isinstance(dreams[-1].params, Upscale):
        dreams = dreams[:-1]
    return engine_params.make(Animate, dreams[-1].params.catalog, dreams=dreams)


def enlargement(row: JobRow) -> Upscale:
    """What makes a job's result twice as large. Raises `LargestAlready` and, where there is none, `Gone`."""
    if row.result is None or not isinstance(row.job.params, DreamedOn):
        raise Gone
    return upscale_of(row.job.params, max(row.result.width, row.result.height))


def still_params(params: AnyParams) -> AnyParams:
    """The params of a picture; of a film of dreams, those of the dream at its end."""
    return params.last if isinstance(params, Animate) else params


def preset_options(params: AnyParams) -> dict[str, Any]:
    """What a preset keeps of params: the network and what it dreams towards, and what differs from the defaults; not
    the seed."""
    params = still_params(params)
    shared = set(SHARED_OPTIONS.get(type(params), ()))
    kept = params.model_dump(exclude_defaults=True, include=shared - AIM_OPTIONS)
    return {**next_deeper(params), **kept}


def next_deeper(params: AnyParams) -> dict[str, Any]:
    """The options of a dream or a zoom that goes where these params went: a channel's picture, towards the channel; of
    subjects one after another, and of a morph, towards the last."""
    if isinstance(params, Channel) and params.channel is not None:
        return {"network": params.network, "layer": f"{params.layer}:{params.channel}"}
    if isinstance(params, Morph):
        return {"network": params.network, **dict([params.last])}
    aims = _aims(params)
    if "subject" in aims:
        aims["subject"] = subject_sequence.split(aims["subject"])[-1]
    return {"network": params.network, **aims}


def _aims(params: AnyParams) -> dict[str, Any]:
    """The layer or the subject that these params have, if any."""
    return {name: word for name, word in params.model_dump(include=set(AIM_OPTIONS)).items() if word}


def zoom_into(params: AnyParams, **changes: Any) -> Zoom:
    """A zoom that goes where these params went, as strong, with changes. Raises `BadOption` on what is out of range."""
    kept = {**next_deeper(params), **params.model_dump(include={"strength"}), "seed": draw_seed()}
    return engine_params.make(Zoom, params.catalog, **engine_params.override(kept, changes))


def next_zoom(params: Zoom, **changes: Any) -> Zoom:
    """A zoom that goes on where one ended, with changes. Raises `BadOption` on what is out of range."""
    options = {**params.model_dump(exclude=set(AIM_OPTIONS)), **dict([params.aim]), "seed": draw_seed()}
    return engine_params.make(Zoom, params.catalog, **engine_params.override(options, changes) | {"continued": True})


def dream_like(params: AnyParams, seed: int) -> Dream:
    """A dream that goes where these params went, of their size where a dream can be so large."""
    size = min(params.size, int(bounds(Dream, "size")["le"]))
    return engine_params.make(Dream, params.catalog, **next_deeper(params), size=size, seed=seed)


def surprise(params: AnyParams) -> Dream:
    """A dream of something that the network dreams well, of the same size where that is one of a dream."""
    usual = int(Dream.model_fields["size"].default) if isinstance(params, See) else params.size
    drawn = draw_surprise(params.catalog, {"network": params.network}, guided=False)
    size = min(usual, int(bounds(Dream, "size")["le"]))
    return engine_params.make(Dream, params.catalog, network=params.network, size=size, seed=draw_seed(), **drawn)


def draw_surprise(catalog: Catalog, options: Mapping[str, Any], *, guided: bool) -> dict[str, str]:
    """Something that the network dreams well; a layer where a guide, or the look of 2015, leaves no room for a subject.

    Raises `UnknownNetwork`.
    """
    network = catalog.match_network(str(options.get("network") or catalog.default_network()))
    one_layer = guided or options.get("look") == "2015"
    return random.choice([one for one in catalog.surprises(network) if not one_layer or _is_one_layer(one)])


def _is_one_layer(options: Mapping[str, str]) -> bool:
    return "+" not in options.get("layer", "+")
