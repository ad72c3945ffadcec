"""What a message asks for: `text => wish`, or help.

"High!" => layer:high    "eyes, 🏰 size:256" => subject and size    "/dream layer:high seed:4821" => as it was copied
"make it look like castles please" => castles    "a bit stronger" => stronger    "make it weird" => nothing

A text that is understood as a whole is taken as it stands. In any other, known words are taken and the rest is ignored.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from engine.catalog import subject_sequence, vocabulary
from engine.catalog.catalog import JOINT, MOST, PACKED, Catalog
from engine.catalog.subject_sequence import THEN
from engine.errors import Refusal, UnknownLayer, UnknownSubject
from engine.params import AIM_OPTIONS, SHOWN_NAMES, TEXT_LIMIT, field_name

ADDRESS: Final = re.compile(r"https?://[^\s<>]+", re.IGNORECASE)
OPTIONS: Final = (
    "layer", "subject", "strength", "preset", "size", "variations", "seed", "network", "colours", "keep", "protect",
    "look", "where",
)  # fmt: skip
"""What can be said in a message: what `/dream` takes, but what is attached and who may see it. By the names of the
fields; the names that people see do as well."""
HELP: Final = frozenset(
    {
        "help", "help me", "how", "how to", "how do i use you", "how does this work", "usage", "commands", "options",
        "info", "about", "start", "hi", "hello", "hey", "what can you do", "what do you do", "what is this",
        "who are you",
    }
)  # fmt: skip
GREETINGS: Final = frozenset({"hi", "hello", "hey"})
VERBS: Final = {
    "zoom": "zoom", "zooming": "zoom", "video": "video",
    "deeper": "deeper", "further": "deeper", "continue": "deeper",
    "again": "again", "another": "again", "reroll": "again", "re roll": "again", "once more": "again",
    "one more": "again", "redo": "again", "retry": "again",
    "dream": "dream", "deepdream": "dream", "deep dream": "dream",
}  # fmt: skip
"""What can be done, by the words for it; "dream" is what is done anyway."""
STRENGTHS: Final = {
    "faint": 0.4, "gentle": 0.7, "soft": 0.7, "subtle": 0.7, "strong": 1.6, "intense": 1.6, "wild": 2.5,
}  # fmt: skip
STEP: Final = 1.6
"""How much stronger "stronger" is."""
STEPS: Final = {
    **dict.fromkeys(("stronger", "wilder", "harder"), STEP),
    **dict.fromkeys(("softer", "weaker", "gentler", "subtler", "milder"), 1 / STEP),
}
EVERYDAY: Final = frozenset(
    {
        "auto", "die", "dies", "file", "files", "home", "leave", "light", "lock", "man", "match", "pen", "pick", "plan",
        "rule", "safe", "save", "saves", "scale", "stage", "strip", "suit", "suits", "wall", "watch", "wrap",
    }
)  # fmt: skip
"""Names of things that in a sentence are mostly other words: "watch this", "can you pick one"."""
SHORT_SENTENCE: Final = 6
"""Unknown words of the longest sentence that is looked through for a typo, or taken for a wish where it may as well be
said to somebody else: in a longer one there is always something."""
LONG_WORD: Final = 5
"""Letters of the shortest word in a sentence that may be a typo."""
_OPTION_NAME: Final = re.compile(
    rf"(?:^|(?<=\s))({'|'.join((*OPTIONS, *SHOWN_NAMES.values()))})\s*[:=]\s*", re.IGNORECASE
)
_MENTIONS: Final = re.compile(r"<(?:@[!&]?|#)\d+>|@everyone|@here")
"""People, roles and channels, as Discord writes them."""
_MARKUP: Final = "`*_~| \t\n"
_COMMAND: Final = re.compile(r"/?dream\b\s*", re.IGNORECASE)
_VALUE: Final = re.compile(r"as is\b|\S*", re.IGNORECASE)
"""The value of an option that takes one word; what is behind it belongs to the sentence."""
_EMOJI: Final = re.compile(r"<a?:\w+:\d+>")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a message asks for."""

    options: Mapping[str, str] = field(default_factory=dict)
    """As `/dream` has them; a layer or a subject is among them where one is named."""
    verb: str = ""
    """zoom, video, deeper, again or dream; "" if none of them is said."""
    step: float = 1.0
    """How much stronger it is to be than what is there."""
    unknown: str = ""
    """The words that mean nothing here."""

    @property
    def known(self) -> bool:
        """Whether anything is asked for."""
        return bool(self.options or self.verb or self.step != 1)

    @property
    def certain(self) -> bool:
        """Whether it is a wish whoever it was said to: "what a dream" is none, nor is a long story."""
        asks = self.options or self.verb not in ("", "dream") or self.step != 1
        return bool(asks) and len(self.unknown.split()) <= SHORT_SENTENCE

    @property
    def aimed(self) -> bool:
        """Whether it says what to dream towards."""
        return not AIM_OPTIONS.isdisjoint(self.options)

    def dream_options(self) -> dict[str, str]:
        """The options of a dream that begins with this: stronger than usual where it is to be stronger."""
        usual = {"strength": f"{self.step:.2f}"} if self.step != 1 else {}
        return {**usual, **self.options}


def strip_mentions(text: str) -> str:
    """What is said beside mentions, links and markup."""
    said = _MENTIONS.sub(" ", ADDRESS.sub(" ", unicodedata.normalize("NFKC", text)))
    return said.strip(_MARKUP)


def is_help(said: str) -> bool:
    """Whether somebody asks what to ask."""
    return (bool(said) and not said.strip("?")) or vocabulary.plain(said) in HELP


@cache
def _spoken_words() -> re.Pattern[str]:
    """What is said of how to dream. Made when something is first read: that takes 6 ms."""
    words = sorted({*VERBS, *STRENGTHS, *STEPS}, key=len, reverse=True)
    return re.compile(rf"\b({'|'.join(words)})\b")


def is_greeting(said: str) -> bool:
    """Whether nothing but a greeting is said, which is no question where a picture comes with it."""
    return vocabulary.plain(said) in GREETINGS


def read(said: str, catalog: Catalog) -> Wish:
    """The wish in a text. Raises `UnknownNetwork` if one is named that there is not."""
    sentence, named = _split_options(said)
    network = catalog.match_network(named["network"]) if "network" in named else ""
    sentence = sentence[:TEXT_LIMIT]  # whoever writes a novel must not keep us from everybody else
    if len(named.get("subject", "")) in range(1, TEXT_LIMIT):
        named["subject"] = _subject(named["subject"], network, catalog)
    towards, rest = _aim(_without_command(sentence), network, catalog)
    spoken = _spoken_words().findall(rest)
    strength = next(({"strength": f"{STRENGTHS[word]:g}"} for word in spoken if word in STRENGTHS), {})
    return Wish(
        {**strength, **towards, **named},
        min((VERBS[word] for word in spoken if word in VERBS), key=lambda verb: verb == "dream", default=""),
        next((STEPS[word] for word in spoken if word in STEPS), 1.0),
        " ".join(_spoken_words().sub(" ", rest).split()),
    )


def suggestion(wish: Wish, catalog: Catalog) -> str:
    """What a word of a wish that asks for nothing may have been mistyped for; "" if nothing is near."""
    words = wish.unknown.split()
    if len(words) > SHORT_SENTENCE:
        return ""
    long = [word for word in words if len(word) >= LONG_WORD and word not in EVERYDAY]
    near = (catalog.suggestion(name, text) for text in (wish.unknown, *long) for name in _networks("", catalog))
    return next(filter(None, near), "")


def unknown_emoji(text: str, catalog: Catalog) -> list[str]:
    """The custom emoji in a message whose names mean nothing: they are pictures, and no words."""
    return [one for one in _EMOJI.findall(text[:TEXT_LIMIT]) if not _pick_out(one, "", catalog)[0]]


def _split_options(said: str) -> tuple[str, dict[str, str]]:
    """The sentence, and the options that are named in it."""
    bare, *pairs = _OPTION_NAME.split(said)
    named, sentence = {}, [bare]
    for name, text in zip(map(field_name, map(str.lower, pairs[::2])), pairs[1::2], strict=True):
        value, rest = (text, "") if name in (*AIM_OPTIONS, "preset") else _split_value(text)
        named[name] = value.strip(_MARKUP)
        sentence.append(rest)
    return " ".join(filter(None, map(str.strip, sentence))), named


def _split_value(text: str) -> tuple[str, str]:
    """A number or a word without what stands around it, and what comes after: "256! please" => "256", "please"."""
    found = _VALUE.match(text)
    end = found.end() if found else len(text)
    bare = vocabulary.strip_marks(vocabulary.tidy(text[:end]))
    return re.sub(r"^(\d+),(\d+)$", r"\1.\2", bare), text[end:].strip(_MARKUP)


def _aim(text: str, network: str, catalog: Catalog) -> tuple[dict[str, str], str]:
    """What words ask for, as an option, and the plain words beside it: a layer, also after a minus, or a subject.

    `network` is the one that was chosen, or "". Raises `UnknownNetwork`.
    """
    if not vocabulary.plain(text):
        return {}, ""
    if _is_mixture(text, network or catalog.default_network(), catalog):
        return {"layer": text}, ""
    if _is_subject(text, network, catalog):
        return {"subject": text}, ""
    found, rest = _pick_out(text, network, catalog)
    if "zoom" in rest and (followed := _sequence(text, network, catalog)):
        return {"subject": followed}, " ".join(rest)
    if found:
        return {"subject": JOINT.join(found[:MOST])}, " ".join(rest)
    layers = {word.lower() for _, word in catalog.choices(network or catalog.default_network())}
    layer = next((word for word in rest if word in layers), "")
    return ({"layer": layer} if layer else {}), " ".join(word for word in rest if word != layer)


def _subject(text: str, network: str, catalog: Catalog) -> str:
    """What was named as a subject, without the words beside it where there are any."""
    if not vocabulary.plain(text) or _is_subject(text, network, catalog):
        return text
    if followed := _sequence(text, network, catalog):
        return followed
    return JOINT.join(_pick_out(text, network, catalog)[0][:MOST]) or text


def _sequence(text: str, network: str, catalog: Catalog) -> str:
    """The names in "dogs, then > castles", where there are some before and behind each arrow; else ""."""
    parts = [_pick_out(part, network, catalog)[0] for part in subject_sequence.split(text)]
    return THEN.join(JOINT.join(found[:MOST]) for found in parts) if len(parts) > 1 and all(parts) else ""


def _is_mixture(text: str, network: str, catalog: Catalog) -> bool:
    """Whether a text begins with a layer's name and nothing else before its first sign."""
    try:
        catalog.friendly(network, next(filter(str.strip, re.split(r"[-+:*]", text))))
    except UnknownLayer:
        return False
    return True


def _is_subject(text: str, network: str, catalog: Catalog) -> bool:
    """Whether a text is understood as it stands, if only to be asked back."""
    try:
        catalog.aim(network, text) if network else catalog.network_for(text, catalog.default_network())
    except UnknownSubject:
        return False
    except Refusal:
        return True
    return True


def _pick_out(text: str, network: str, catalog: Catalog) -> tuple[list[str], list[str]]:
    """The names in a sentence and the words beside them, by the network that knows most of them."""
    picked = [_without_everyday(*catalog.pick_out(name, text)) for name in _networks(network, catalog)]
    return max(picked, key=lambda one: len(one[0]))


def _without_everyday(found: list[str], rest: list[str]) -> tuple[list[str], list[str]]:
    kept = [word for word in dict.fromkeys(found) if word not in EVERYDAY]
    return kept, [*rest, *(word for word in found if word in EVERYDAY)]


def _networks(chosen: str, catalog: Catalog) -> Iterator[str]:
    """Where words are looked up: in the network that was chosen, else in the default, and in what is always there."""
    yield from [chosen] if chosen else dict.fromkeys((catalog.default_network(), PACKED))


def _without_command(bare: str) -> str:
    """Without the command that somebody copied or says."""
    said = bare.strip(_MARKUP)
    found = _COMMAND.match(said)
    return said[found.end() :] if found and (said.startswith("/") or found.end() == len(said)) else said
