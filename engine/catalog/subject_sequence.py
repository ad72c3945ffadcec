"""Subjects one after another: `"dogs > castles + owls > coral" => ("dogs", "castles + owls", "coral")`.

    sequence = subject {">" subject}

A subject is what is dreamed towards at one time, as people type it anywhere: one word, or several at once. For whatever
changes while it lasts: a zoom, a morph. `->` and `→` do as well as `>`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Final

from engine.catalog import vocabulary
from engine.catalog.catalog import PACKED, Catalog
from engine.errors import BadOption, UnknownSubject

THEN: Final = " > "
"""Between two subjects, in the canonical spelling."""
MOST: Final = 6
"""Subjects of one sequence."""
_ARROW: Final = re.compile(r"[-=]*>|[→➜➡⇒»›]")
_CUSTOM_EMOJI: Final = re.compile(r"<a?:\w+:\d+>")
"""Discord writes a sign into these that stands for no arrow."""


def split(text: str) -> tuple[str, ...]:
    """The subjects of a text, as they were typed; one where there is no arrow."""
    text = unicodedata.normalize("NFKC", text)
    arrows = [found.span() for found in _ARROW.finditer(_CUSTOM_EMOJI.sub(lambda one: "_" * len(one[0]), text))]
    starts, ends = [0, *(end for _, end in arrows)], [*(start for start, _ in arrows), len(text)]
    return tuple(text[start:end].strip() for start, end in zip(starts, ends, strict=True))


def canonical(catalog: Catalog, network_name: str, text: str) -> str:
    """The same in one spelling: "Dog->🏰 , owl" => "dogs > castles + owls"; "" for nothing.

    Raises as `Catalog.aim`, and `BadOption` for more than `MOST`, and for an arrow with nothing beside it.
    """
    return THEN.join(catalog.aim(network_name, one) for one in _check(text))


def network_for(catalog: Catalog, text: str, default: str) -> str:
    """The network that should dream all of them, where nobody chose one. Raises as `Catalog.network_for`.

    The one that dreams each of them best, if it is the same; else the default, or pocket where it alone knows one.
    """
    subjects = _check(text)
    best = {catalog.network_for(one, default) for one in subjects}
    if len(best) == 1:
        return best.pop()
    return default if _knows_all(catalog, default, subjects) else PACKED


def choices(complete: Callable[[str], list[tuple[str, str]]], typed: str) -> list[tuple[str, str]]:
    """(label, words) of what completes the last subject of a sequence that is being typed; `complete` does of one."""
    *before, last = split(typed)
    kept = "".join(f"{one}{THEN}" for one in before)
    return [(f"{kept}{label}", f"{kept}{words}") for label, words in complete(last)] if all(before) else []


def _check(text: str) -> tuple[str, ...]:
    """Raises `BadOption`."""
    found = split(text)
    if len(found) > MOST:
        raise BadOption(option="subject", problem=f"takes at most {MOST} with > between them, not {len(found)}")
    if len(found) > 1 and not all(map(vocabulary.tidy, found)):
        raise BadOption(option="subject", problem="needs a word before and behind each >, as in dogs > castles")
    return found


def _knows_all(catalog: Catalog, network_name: str, subjects: tuple[str, ...]) -> bool:
    try:
        return all(catalog.aim(network_name, one) for one in subjects)
    except UnknownSubject:
        return False
