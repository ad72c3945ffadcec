"""What a round of Guess the dream is about: `(network, level) => four subjects, of which one is grown`.

How far apart they are makes a round easy or hard. Groups say what is of one kind; within one, ImageNet's classes stand
in the order of WordNet's tree, so that neighbours are near relatives.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping, Sequence
from typing import Final, NamedTuple

from engine.catalog.catalog import Catalog
from engine.params.sensitive_subjects import LABELS, is_hidden

EASY, MEDIUM, HARD = "easy", "medium", "hard"
LEVELS: Final = (EASY, MEDIUM, HARD)
"""Four kinds of things; four things of one kind; four near relatives. The words stand in rows: frozen."""
NOT_THINGS: Final = frozenset(("fur", "music", "ornaments", "scales", "spirals", "spots", "stripes"))
"""Groups that are no things: patterns, coats and an art. What is of them may be grown, never they."""
COUNT: Final = 4
NEIGHBOURS: Final = 8
"""So many classes that stand side by side are near relatives."""


class Draw(NamedTuple):
    """What is offered, and which of it is grown, from 0 on."""

    choices: tuple[str, ...]
    answer: int


def draw(catalog: Catalog, network: str, level: str, recent: Collection[str], chance: random.Random) -> Draw:
    """Four different subjects of that level, none of them one that servers may hide; what was grown lately is not,
    unless nothing else is left. Raises `UnknownNetwork`."""
    kinds = _kinds(catalog, network)
    large = [kind for kind in kinds.values() if len(kind) >= COUNT]
    if level == EASY or not large:
        choices = _four_kinds(kinds, chance)
    else:
        choices = _of_one_kind(chance.choice(large), level, chance)
    answers = [at for at, name in enumerate(choices) if name not in recent] or range(COUNT)
    return Draw(choices, chance.choice(answers))


def draw_word(catalog: Catalog, network: str, recent: Collection[str], chance: random.Random) -> str:
    """One thing of any kind, none that servers may hide, nor, unless nothing else is left, one of late. Raises
    `UnknownNetwork`."""
    kinds = [[name for name in names if name not in recent] or names for names in _kinds(catalog, network).values()]
    return chance.choice(chance.choice(kinds))


def _kinds(catalog: Catalog, network: str) -> Mapping[str, tuple[str, ...]]:
    """The classes of each group that may be asked for, in the order of the network's answers."""
    named = dict(zip(catalog.labels(network), catalog.names(network), strict=True))
    order = {label: at for at, label in enumerate(named)}
    kinds = {
        group: tuple(
            named[label]
            for label in sorted(set(subject.classes) & named.keys(), key=order.__getitem__)
            if not is_hidden(catalog, network, named[label], LABELS)
        )
        for group, subject in catalog.subjects(network).items()
        if not is_hidden(catalog, network, group, LABELS)
    }
    return {group: names for group, names in kinds.items() if names}


def _four_kinds(kinds: Mapping[str, tuple[str, ...]], chance: random.Random) -> tuple[str, ...]:
    """Four groups of things that share nothing: an owl is a bird, too."""
    chosen: list[str] = []
    seen: set[str] = set()
    things = [group for group in kinds if group not in NOT_THINGS]
    for group in chance.sample(things, len(things)):
        if seen.isdisjoint(kinds[group]) and len(chosen) < COUNT:
            chosen.append(group)
            seen.update(kinds[group])
    return tuple(chosen)


def _of_one_kind(names: Sequence[str], level: str, chance: random.Random) -> tuple[str, ...]:
    if level == HARD:
        first = chance.randrange(max(1, len(names) - NEIGHBOURS + 1))
        names = names[first : first + NEIGHBOURS]
    return tuple(chance.sample(list(names), COUNT))
