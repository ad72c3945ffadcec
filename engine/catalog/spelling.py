"""Which word was mistyped: `(word, known names) => the name that is near, or nothing`.

A guess that is far off is worse than none, so that little counts as near: two letters that changed places, one too many
or too few, in longer words also another letter or a second slip. People hardly ever miss how a word begins or ends.
That keeps ordinary words apart which differ from a name in one letter: "funny" is no bunny, "time" no timer.

    "castel" => castle    "towrs" => towers    "elefant" => elephant    "weird" => nothing
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Final

SHORTEST: Final = 4
"""Letters below which every word is near some other; in words of so many, a letter may only be doubled or swapped."""
LONG: Final = 7
"""Letters from which on one letter may be another ..."""
LONGEST: Final = 8
"""... and from which on two slips are forgiven."""


def nearest(word: str, names: Iterable[str]) -> str:
    """The name that a plain word was most likely typed for, the first of several as near; "" if nothing is near."""
    near = ((slips, name) for name in names if (slips := _slips(word, name)) is not None)
    return min(near, key=lambda one: one[0], default=(0, ""))[1]


def _slips(word: str, name: str) -> int | None:
    """How many slips of the finger make the one of the other; None where they are more than are forgiven."""
    shorter, longer = sorted((len(word), len(name)))
    most = 2 if longer >= LONGEST else 1
    if shorter < SHORTEST or longer - shorter > most:
        return None
    if are_swapped(word, name):
        return 1
    if word[0] != name[0] or word[-1] != name[-1]:
        return None
    if (shorter == SHORTEST and not _differ_by_a_double(word, name)) or (longer < LONG and shorter == longer):
        return None
    slips = _distance(word, name)
    return slips if slips <= most else None


def are_swapped(word: str, name: str) -> bool:
    """Whether at most two neighbours changed places: "hgih" for "high"."""
    unlike = [at for at, (one, other) in enumerate(zip(word, name, strict=False)) if one != other]
    if len(word) != len(name) or not unlike:
        return word == name
    at = unlike[0]
    return word[at : at + 2] == name[at : at + 2][::-1] and unlike == [at, at + 1]


def _differ_by_a_double(word: str, name: str) -> bool:
    """Whether they are the same where no letter is said twice: "doggs" and "dogs"."""
    once, again = ([letter for letter, _ in groupby(text)] for text in (word, name))
    return once == again


def _distance(one: str, other: str) -> int:
    """The optimal string alignment distance: letters put in, left out, replaced, or swapped with the next."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        row = [at]
        for to, wanted in enumerate(other, 1):
            cost = min(last[to] + 1, row[to - 1] + 1, last[to - 1] + (letter != wanted))
            swapped = at > 1 and to > 1 and one[at - 2 : at] == other[to - 2 : to][::-1]
            row.append(min(cost, before[to - 2] + 1) if swapped else cost)
        before, last = last, row
    return last[-1]
