"""How much memory a request needs at least, known before it runs: `(params, shape of its picture) => bytes`.

The measured bytes of a pixel (`Entry.pixel_bytes`) times the pixels that a network looks at in one step: the same sum
as `engine.ascent.memory_budget`, without torch and without what does not grow with the picture. Never more than what
that finds: an engine that has the room is not to be passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import NamedTuple

from engine.catalog.catalog import LOGITS, Entry
from engine.catalog.vocabulary import Meaning
from engine.files import picture_size
from engine.files.picture_size import THINNEST, Edges
from engine.params import (
    CROP_PIXELS,
    AimedParams,
    Channel,
    Concept,
    Dream,
    Morph,
    Params,
    See,
    Style,
    Video,
    Zoom,
    style_layers,
)  # fmt: skip

SQUARE: Edges = (1, 1)
"""The shape of noise."""
FLOAT_BYTES = 4
"""A number of those in which `pixel_bytes` were measured."""
ENLARGEMENT = 2
"""How many times the side of what a network learned from a layer looks at."""


class Look(NamedTuple):
    """What a network looks at in one step."""

    layers: frozenset[str]
    pixels: int


def least_bytes(
    wanted: Params, edges: Edges | None, others: Collection[str], number_bytes: Callable[[str], int]
) -> int:
    """Bytes for the largest step of a request. `edges`: of its picture, `SQUARE` without one, None where nobody knows.

    `others`: what its further pictures are for. `number_bytes`: of a network's numbers by its name, 2 or 4. 0 where
    nothing was measured.
    """
    entry = wanted.catalog.network(wanted.network)
    found = [one.pixels * entry.bytes_a_pixel(one.layers) for one in _looks(wanted, edges, others)]
    return max(found, default=0) * number_bytes(wanted.network) // FLOAT_BYTES


def _looks(wanted: Params, edges: Edges | None, others: Collection[str]) -> Iterator[Look]:
    match wanted:
        case Dream() | Zoom():
            yield _ascent(wanted, edges, wanted.by_crops and "guide" not in others)
        case Video():
            yield from _looks(wanted.dream(), edges, ())
        case Style():
            if wanted.dreams:
                yield from _looks(wanted.dream(), edges, ())
            has_scores = len(_entry(wanted).pixel_bytes) > len(_entry(wanted).layers)
            styles, content = style_layers((*_entry(wanted).layers, *([LOGITS] if has_scores else [])))
            yield Look(frozenset((*styles, content)), _area(edges, wanted.size))
        case See():
            seen = frozenset((*wanted.catalog.perception_layers(wanted.network), LOGITS))
            yield Look(seen, _area(edges, ENLARGEMENT * _entry(wanted).side))
        case Channel():
            yield from _channel(wanted)
        case Concept() | Morph() if wanted.by_crops:
            subjects = wanted.meanings() if isinstance(wanted, Morph) else (wanted.meanings(),)
            yield Look(_layers(meaning for one in subjects for meaning in one), CROP_PIXELS)
        case Concept():
            yield Look(_layers(wanted.meanings()), wanted.variations * _area(edges, wanted.view))
            yield Look(frozenset(wanted.catalog.perception_layers(wanted.network)[:1]), _area(edges, wanted.size))


def _ascent(wanted: AimedParams, edges: Edges | None, by_crops: bool) -> Look:
    return Look(_layers(wanted.meanings()), CROP_PIXELS if by_crops else _area(edges, wanted.size))


def _channel(wanted: Channel) -> Iterator[Look]:
    """One is finished at full size; of an atlas all are looked at together."""
    meaning = wanted.catalog.meaning(wanted.network, wanted.layer)
    yield Look(_layers([meaning]), wanted.size**2 if wanted.channel is not None else wanted.view**2)


def _layers(meanings: Iterable[Meaning]) -> frozenset[str]:
    return frozenset(one.layer for one in meanings)


def _area(edges: Edges | None, size: int) -> int:
    """Pixels of a picture at a long side of `size`; at least, where nobody knows its shape."""
    if edges is None:
        return size * min(THINNEST, size // 2)
    width, height = picture_size.fit(edges, size)
    return width * height


def _entry(wanted: Params) -> Entry:
    return wanted.catalog.network(wanted.network)
