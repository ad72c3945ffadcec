"""Constants that are said in the language that is spoken when they are read: `wording.OPENING => "Dein Bild …"`.

A module of sentences calls `install(__name__)`. Whoever reads an upper-case name of it from outside is given it in that
language; inside the module the same name is the English, which takes `gettext` first. In tuples of choices (a label and
the value that stands for it) only the label is translated, in dictionaries only the values; `UNTRANSLATED` of a module
has the names of constants that are no sentences.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

from bot.languages.catalogs import ENGLISH
from bot.languages.current import spoken
from bot.languages.translation import gettext


class SentenceModule(ModuleType):
    """A module whose constants are translated when they are read."""

    def __getattribute__(self, name: str) -> Any:
        value = super().__getattribute__(name)
        if not name.isupper() or spoken() == ENGLISH or name in _names_left_alone(self):
            return value
        return translate(value, gettext)


def install(name: str) -> None:
    """Make a module one of those."""
    sys.modules[name].__class__ = SentenceModule


def translate(value: Any, say: Callable[[str], str]) -> Any:
    """A constant with `say` of all in it that people read."""
    if isinstance(value, str):
        return say(value)
    if isinstance(value, dict):
        return {key: translate(one, say) for key, one in value.items()}
    if isinstance(value, tuple):
        return tuple((say(one[0]), *one[1:]) if isinstance(one, tuple) else translate(one, say) for one in value)
    return value


def sentences(module: ModuleType) -> Iterator[str]:
    """All that people read in the constants of a module, in English."""
    found: list[str] = []
    for name, value in vars(module).items():
        if name.isupper() and name not in _names_left_alone(module):
            translate(value, lambda text: found.append(text) or text)  # type: ignore[func-returns-value]
    yield from (text for text in found if any(one.isalpha() for one in text))


def _names_left_alone(module: ModuleType) -> frozenset[str]:
    named: frozenset[str] = vars(module).get("UNTRANSLATED", frozenset())
    return named
