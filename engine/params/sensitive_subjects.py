"""Subjects that not every server wants to see: `params => the categories they belong to`.

By the labels of classes, which ImageNet's networks share, and pocket's. A group of classes belongs to a category where
at least half of them do: of `clothes` some are underwear, and all the others are not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from engine.catalog.catalog import Catalog
from engine.catalog.vocabulary import Meaning
from engine.errors import Refusal
from engine.params.animate import Animate
from engine.params.params import Params

WEAPONS, UNDERWEAR, APES, SPIDERS = "weapons", "underwear", "apes", "spiders"
"""The categories, by their names in the rows of servers: frozen."""

LABELS: dict[str, frozenset[str]] = {
    WEAPONS: frozenset({
        "assault rifle", "rifle", "revolver", "cannon", "missile", "projectile", "guillotine", "holster", "bow",
        "scabbard", "cleaver", "hatchet", "tank", "bulletproof vest", "bomb", "dagger", "crossed swords", "pistol",
        "water pistol", "kitchen knife",
    }),
    UNDERWEAR: frozenset({
        "bikini", "brassiere", "maillot", "maillot tank suit", "swimming trunks", "diaper", "miniskirt", "briefs",
        "one-piece swimsuit",
    }),
    APES: frozenset({
        "orangutan", "gorilla", "chimpanzee", "gibbon", "siamang", "guenon", "patas", "baboon", "macaque", "langur",
        "colobus", "proboscis monkey", "marmoset", "capuchin", "howler monkey", "titi", "spider monkey",
        "squirrel monkey", "monkey face", "monkey",
    }),
    SPIDERS: frozenset({
        "black and gold garden spider", "barn spider", "garden spider", "black widow", "tarantula", "wolf spider",
        "harvestman", "scorpion", "tick", "centipede", "spider web", "spider",
    }),
}  # fmt: skip
"""What belongs to each."""
SHARE = 0.5
"""Of the classes of a group, so many have to belong to a category."""
WORD_OPTIONS = ("search",)
"""Options that hold words of subjects, beside those that are called so."""


def categories(params: Params) -> dict[str, str]:
    """The categories that something asked for belongs to, each with the word that does."""
    found: dict[str, str] = {}
    for one, words in _words(params):
        for word, meaning in _meanings(one, words):
            found |= dict.fromkeys(categories_of(meaning), word)
    return found


def is_hidden(catalog: Catalog, network: str, words: str, hidden: Collection[str]) -> bool:
    """Whether canonical words mean anything of these categories to a network."""
    try:
        return any(set(categories_of(one)) & set(hidden) for one in catalog.meanings(network, words))
    except Refusal:
        return False


def categories_of(meaning: Meaning) -> list[str]:
    """The categories that most of the classes of a meaning belong to."""
    classes = set(meaning.classes)
    return [name for name, labels in LABELS.items() if classes and len(classes & labels) >= SHARE * len(classes)]


def _words(params: Any) -> Iterator[tuple[Any, str]]:
    """The words of every option that holds some, with the params whose network they are for."""
    if isinstance(params, Animate):
        for dream in params.dreams:
            yield from _words(dream.params)
        return
    for name in type(params).model_fields:
        if "subject" in name or name in WORD_OPTIONS:
            value = getattr(params, name)
            yield from ((params, word) for word in ([value] if isinstance(value, str) else value or ()) if word)


def _meanings(params: Any, words: str) -> Iterator[tuple[str, Meaning]]:
    try:
        for meaning in params.catalog.meanings(params.network, words):
            yield meaning.about if len(meaning.classes) == 1 else words, meaning
    except Refusal:  # a word of an older version, which nothing is made of any more
        return
