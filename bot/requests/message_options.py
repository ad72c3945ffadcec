"""What a message asks for: `text => options of /dream, or help`.

"High!" => layer:high    "eyes, 🏰 size:256" => subject and size    "/dream layer:high seed:4821" => as it was copied
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from engine.catalog import vocabulary
from engine.catalog.catalog import Catalog
from engine.errors import UnknownLayer
from engine.params import AIM_OPTIONS

ADDRESS: Final = re.compile(r"https?://[^\s<>]+", re.IGNORECASE)
OPTIONS: Final = (
    "layer", "subject", "strength", "preset", "size", "seed", "network", "colours", "keep", "protect", "look",
)  # fmt: skip
"""What can be said in a message: what `/dream` takes, but what is attached and who may see it."""
HELP: Final = frozenset(
    {
        "help", "help me", "how", "how to", "how do i use you", "how does this work", "usage", "commands", "options",
        "info", "about", "start", "hi", "hello", "hey", "what can you do", "what do you do", "what is this",
        "who are you",
    }
)  # fmt: skip
_OPTION_NAME: Final = re.compile(rf"(?:^|(?<=\s))({'|'.join(OPTIONS)})\s*[:=]\s*", re.IGNORECASE)
_MENTIONS: Final = re.compile(r"<(?:@[!&]?|#)\d+>|@everyone|@here")
"""People, roles and channels, as Discord writes them."""
_MARKUP: Final = "`*_~| \t\n"
_COMMAND: Final = re.compile(r"/?dream\b\s*", re.IGNORECASE)


def strip_mentions(text: str) -> str:
    """What is said beside mentions, links and markup."""
    said = _MENTIONS.sub(" ", ADDRESS.sub(" ", unicodedata.normalize("NFKC", text)))
    return said.strip(_MARKUP)


def is_help(said: str) -> bool:
    """Whether somebody asks what to ask."""
    return (bool(said) and not said.strip("?")) or vocabulary.plain(said) in HELP


def options(said: str, catalog: Catalog) -> dict[str, str]:
    """The options that are named, and what the words before them are: a layer, or a subject.

    Raises `UnknownNetwork` if one is named that there is not.
    """
    bare, *pairs = _OPTION_NAME.split(said)
    named = {name.lower(): value.strip(_MARKUP) for name, value in zip(pairs[::2], pairs[1::2], strict=True)}
    tidied = {name: value if name in (*AIM_OPTIONS, "preset") else _value(value) for name, value in named.items()}
    network = catalog.match_network(tidied.get("network", "")) or catalog.default_network()
    return {**aim(_without_command(bare), network, catalog), **tidied}


def aim(text: str, network: str, catalog: Catalog) -> dict[str, str]:
    """What words ask for: the words of a layer, also after a minus, or of a subject. Raises `UnknownNetwork`."""
    if not vocabulary.plain(text):
        return {}
    try:
        catalog.friendly(network, next(filter(str.strip, re.split(r"[-+:*]", text))))
    except UnknownLayer:
        return {"subject": text}
    return {"layer": text}


def _without_command(bare: str) -> str:
    """Without the command that somebody copied or says."""
    said = bare.strip(_MARKUP)
    found = _COMMAND.match(said)
    return said[found.end() :] if found and (said.startswith("/") or found.end() == len(said)) else said


def _value(text: str) -> str:
    """A number or a word without what stands around it: "256!" => "256", "1,5" => "1.5"."""
    bare = vocabulary.strip_marks(vocabulary.tidy(text))
    return re.sub(r"^(\d+),(\d+)$", r"\1.\2", bare)
