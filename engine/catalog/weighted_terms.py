"""Several layers and channels at once: `(catalog, network, "high*0.7 + mixed3b:21") => terms`.

    mixture = ["-"] term {("+" | "-") term}
    term    = NAME [":" CHANNEL] ["*" WEIGHT]

NAME is a layer as people type it anywhere: low, mid, high, or its exact name. A channel counts from 0; which ones a
layer has is known where its network is. A weight is how much a term pulls beside the others, 1 if that is not said;
after a minus the dream goes away from it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from engine.catalog.catalog import Catalog, Meaning
from engine.errors import BadMixture, UnknownLayer

MOST: Final = 8
"""Terms of one mixture: each costs a further look at the picture."""
WEIGHTS: Final = (0.01, 100.0)
"""The smallest and the largest weight."""
LONGEST: Final = 200
"""Characters of a mixture in its canonical spelling."""
_TYPED: Final = str.maketrans("\u2212\u2013\u2014×", "---*")
"""What keyboards of phones make of a minus and of a star."""
_SIGNS: Final = re.compile(r"[+-]")
_CHANNEL: Final = re.compile(r"[0-9]{1,5}")
_WEIGHT: Final = re.compile(r"[0-9]{1,3}(\.[0-9]{0,9})?|\.[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Term:
    """A layer, or one channel of it, and how much it pulls."""

    name: str
    """The canonical word for the layer."""
    channel: int | None = None
    weight: float = 1.0
    """Below 0 after a minus."""

    def __str__(self) -> str:
        """As it is written, without the sign."""
        channel = "" if self.channel is None else f":{self.channel}"
        return f"{self.name}{channel}" + ("" if abs(self.weight) == 1 else f"*{abs(self.weight):g}")

    def meaning(self, catalog: Catalog, network_name: str) -> Meaning:
        """What it means to its network."""
        whole = catalog.meaning(network_name, self.name)
        if self.channel is None:
            return whole
        one = {"about": f"channel {self.channel}", "channels": (self.channel,), "classes": ()}
        return whole.model_copy(update=one)


def read(catalog: Catalog, network_name: str, text: str) -> tuple[Term, ...]:
    """The terms of a text, in its order. A text that is one layer's name is that layer, whatever signs are in it.

    Raises `UnknownLayer` for one name, and for anything longer `BadMixture`, which names the character.
    """
    text = unicodedata.normalize("NFKC", text).translate(_TYPED)
    try:
        return (Term(catalog.friendly(network_name, text)),)
    except UnknownLayer:
        if not re.search(r"[-+:*]", text):
            raise
    pieces = _pieces(text)
    if len(pieces) > MOST:
        raise _error_at(
            pieces[MOST][0], f"this is one layer more than the {MOST} that a dream may have; leave some out"
        )
    return tuple(_term(catalog, network_name, *piece) for piece in pieces)


def canonical(catalog: Catalog, network_name: str, text: str) -> str:
    """The same in one spelling: "High*.7+low : 3" => "high*0.7 + low:3". Raises as `read`."""
    first, *others = read(catalog, network_name, text)
    joined = "".join(f" {'-' if term.weight < 0 else '+'} {term}" for term in others)
    spelled = f"{'-' if first.weight < 0 else ''}{first}{joined}"
    if len(spelled) > LONGEST:
        raise _error_at(LONGEST, f"this is longer than the {LONGEST} characters that I read; leave a layer out")
    return spelled


def _pieces(text: str) -> list[tuple[int, int, str]]:
    """(where it begins, its sign, its text) of every term."""
    signs = [found.start() for found in _SIGNS.finditer(text)]
    if not (signs and not text[: signs[0]].strip()):  # nothing stands before the first term's own sign
        signs.insert(0, -1)
    ends = [*signs[1:], len(text)]
    return [
        (at + 1, -1 if at >= 0 and text[at] == "-" else 1, text[at + 1 : end])
        for at, end in zip(signs, ends, strict=True)
    ]


def _term(catalog: Catalog, network_name: str, at: int, sign: int, piece: str) -> Term:
    """One term, whose text begins at that index of the whole."""
    front, star, factor = piece.partition("*")
    name, colon, number = front.partition(":")
    channel = weight = None
    word = _layer(catalog, network_name, at, name)
    if colon:
        at_number = at + len(name) + 1
        channel = int(_require(_CHANNEL, at_number, number, "a channel, which is a whole number such as 21"))
        catalog.check_channel(network_name, word, channel)
    if star:
        at_factor = at + len(front) + 1
        weight = float(_require(_WEIGHT, at_factor, factor, "a weight, which is a number such as 0.7"))
        if not WEIGHTS[0] <= weight <= WEIGHTS[1]:
            raise _error_at(at_factor + _indent(factor), "a weight is from {:g} to {:g}".format(*WEIGHTS))
    return Term(word, channel, sign * float(f"{1.0 if weight is None else weight:g}"))


def _layer(catalog: Catalog, network_name: str, at: int, name: str) -> str:
    where = at + _indent(name)
    if not name.strip():
        raise _error_at(where, "a layer is missing")
    try:
        return catalog.friendly(network_name, name)
    except UnknownLayer as error:
        near = error.facts["nearest"]
        problem = f"no layer {error.facts['name']}" + (f"; the nearest is {near}" if near else "")
        raise _error_at(where, problem) from None


def _require(pattern: re.Pattern[str], at: int, text: str, expected: str) -> str:
    if not pattern.fullmatch(text.strip()):
        raise _error_at(at + _indent(text), f"expected {expected}")
    return text.strip()


def _indent(text: str) -> int:
    """Where the first visible character is; the end if there is none."""
    return len(text) - len(text.lstrip())


def _error_at(at: int, problem: str) -> BadMixture:
    return BadMixture(at=at + 1, problem=problem)
