"""The functions of gettext, in the language that is spoken now: `English => what is said`.

Sentences are written in place, in English, which is how catalogues name them. They are whole, with names in braces for
what is filled in, for other languages put it elsewhere: `_("{count} of {total}").format(count=3, total=9)`.
"""

from __future__ import annotations

from bot.languages.catalogs import catalog
from bot.languages.current import spoken


def gettext(message: str) -> str:
    """A message in the language that is spoken now; as it is where that does not know it."""
    return catalog(spoken()).gettext(message) if message else ""


def pgettext(context: str, message: str) -> str:
    """The same of a message that means different things, or is part of a sentence; `context` says which."""
    return catalog(spoken()).pgettext(context, message)


def ngettext(one: str, several: str, number: int) -> str:
    """The form of a message for a number, which is filled in as `{number}`."""
    return catalog(spoken()).ngettext(one, several, number).format(number=number)
