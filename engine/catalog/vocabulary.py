"""The words of one network: `what a person typed => subjects and classes`, and what completes it.

A name is found as it stands; without an article, in the singular, written in one; an emoji also by its name in Unicode,
and a compound one as a whole before its parts. Words need no sign between them:

    "Owls!" => owls    "a golden retriever" => golden retriever    "hot dogs" => hotdog    "🦩" => flamingo
    "ｏｗｌ" => owls    "owl castle" => owls + castle    "🐻‍❄️" => polar bear    "<:cat_jam:1234>" => cats

A subject goes before a class of the same name. What may be either of two things is asked back: `crane`.

Longer than most files: what is typed is found, completed and suggested by the same reading of it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Final, NamedTuple, Self

from pydantic import BaseModel, ConfigDict

from engine.catalog import spelling
from engine.errors import AmbiguousSubject, BadOption, UnknownSubject

LOGITS: Final = "evidence"
"""The layer behind all others, in which every class has a channel: its index among the labels."""
MOST: Final = 4
"""Words that one dream may go towards."""
JOINT: Final = " + "
READ: Final = 40
"""Characters of a word that are looked at; no word is that long."""
_ELSEWHERE: Final = 4
"""The rank of an offer that has the typed text in none of its names."""

_PICTURE: Final = "[\u2300-\u23ff\u25a0-\u27bf\u2b00-\u2bff\u3030\u303d\U0001f000-\U0001faff]"
_JOINER: Final = "\u200d"
_SEQUENCE: Final = f"{_PICTURE}(?:{_JOINER}{_PICTURE})+|[\U0001f1e6-\U0001f1ff]{{2}}"
"""Several code points that are one emoji: joined ones, and the flags of countries."""
_LOOSE: Final = re.compile(f"(?<!{_PICTURE}){_JOINER}|{_JOINER}(?!{_PICTURE})")
# Presentation selectors, skin tones, the joiner of graphemes: the same word or emoji to whoever types it.
_TRIMMINGS: Final = re.compile("[\ufe00-\ufe0f\u034f\U0001f3fb-\U0001f3ff]")
_ATTRIBUTES: Final = re.compile(f"{_JOINER}[♀♂⬛🟩🟫🗨🦰🦱🦲🦳]")
"""What is joined to an emoji and changes only its gender, its hair, its colour, or where it is shown."""
_PEOPLE: Final = "👦👧👨👩👱👴👵👶🧑🧒🧓🧔"
_FAMILY: Final = re.compile(f"[{_PEOPLE}](?:{_JOINER}[{_PEOPLE}❤💋🤝])+")
_FACES: Final = "🙂"
_HEARTS: Final = "♥♡❥❣💓💖💗💘💙💚💛💜💝💟🖤🤍🤎🧡🩵🩶🩷"
_ALIKE: Final = {
    **dict.fromkeys(_HEARTS, "❤"),
    **dict.fromkeys(f"{_PEOPLE}👪👫👬👭💏💑", _FACES),
    **dict.fromkeys("👋🖐🤚", "✋"),
}
"""Emoji that stand for another one where they are not known themselves."""
_CUSTOM: Final = re.compile(r"<a?:(\w+):\d+>")
_SHORTCODE: Final = r":[\w~'-]+:"
_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_BETWEEN: Final = "[+,&;|/、\n]"
"""Signs between words."""
_LINKS: Final = frozenset({"and", "or", "with", "plus"})
"""Words between words."""
_PHRASE: Final = 5
"""Words that the longest name has."""
_PHRASES: Final = 12
"""Words of the longest text that is taken apart without signs."""
_PUNCTUATION: Final = re.compile(r"""[!?.'’‘"“”`()#*]""")
_DASHES: Final = re.compile("[-_:\u2010-\u2015]")
_ARTICLE: Final = re.compile("(a|an|the|some|my) ")
_IRREGULAR: Final = {"geese": "goose", "mice": "mouse", "oxen": "ox", "feet": "foot", "teeth": "tooth", "men": "man"}
_ENDINGS: Final = (("ies", "y"), ("ves", "f"), ("ves", "fe"), ("es", ""), ("s", ""))


class Meaning(BaseModel):
    """What a word means to a network: channels of a layer, any of them at every position; without any, all of it."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
    layer: str
    about: str
    """What one will see, in a few words for a menu."""
    classes: tuple[str, ...] = ()
    """Labels that show what is meant. In the layer of evidence they are its channels, unless others are given."""
    channels: tuple[int, ...] = ()
    strength: float = 1.0
    """Size of a step that looks right, as a share of the usual: lower layers answer to contours, and burn them in."""


class Subject(Meaning):
    """Something to dream towards, with the measurements that it was found by."""

    emoji: str
    also: tuple[str, ...] = ()
    """Further names and emoji; they go before a class of the same name."""
    typical: tuple[str, ...] = ()
    """The labels that most people picture at the word; without any, all are as good."""
    evidence: dict[str, float] = {}

    @property
    def best_known(self) -> Self:
        """As if its typical classes alone were meant."""
        if not self.typical:
            return self
        channels = dict(zip(self.classes, self.channels, strict=True))
        kept = {label: channels[label] for label in self.typical if label in channels}
        return self.model_copy(update={"classes": tuple(kept), "channels": tuple(kept.values())})


class Thing(NamedTuple):
    """A class as people speak of it: label "ice bear", name "polar bear"."""

    label: str
    name: str
    emoji: str = ""
    also: tuple[str, ...] = ()
    """Further names and emoji; its label is always one."""
    offered: bool = True

    @property
    def further(self) -> tuple[str, ...]:
        """What else it is found by."""
        return (self.label, *self.also) if self.label != self.name else self.also


class _Offer(NamedTuple):
    label: str
    word: str
    names: tuple[str, ...]
    """The word and its further names, as they are shown."""
    plain: tuple[str, ...]
    """The same, plainly."""
    rest: str
    """What else is looked through, plainly: the label, and the groups that a class is in."""


@dataclass(frozen=True)
class Vocabulary:
    """What can be said to one network."""

    subjects: dict[str, Subject]
    """By name, in the order in which they are offered."""
    things: dict[str, Thing]
    """The classes by name, in the order of the network's answers."""
    doubtful: dict[str, dict[str, str]]
    """What is asked back: {"crane": {"a bird": "crane bird", "a machine": "crane machine"}}."""
    layers: tuple[str, ...] = ()
    """Words for layers, which some will take for subjects."""

    def aim(self, text: str) -> str:
        """Canonical words joined by `JOINT`: "owl, 🏰" => "owl + castle".

        Raises `UnknownSubject`, `AmbiguousSubject`, and `BadOption` for more than `MOST`.
        """
        words = dict.fromkeys(self._resolve(part) for part in self._parts(text.split("·")[0]))
        if text.strip() and not words:
            raise self._unknown(text.strip())
        if len(words) > MOST:
            raise BadOption(option="subject", problem=f"takes at most {MOST} words, and those were {len(words)}")
        return JOINT.join(words)

    def find(self, part: str) -> str | None:
        """The canonical word for one plain part, if there is one."""
        return next((self._words[form] for form in _forms(part) if form in self._words), None)

    def pick_out(self, text: str) -> tuple[list[str], list[str]]:
        """The names in a text, plainly, and what else is said: "make it owls, please" => owls; make, it, please."""
        found: list[str] = []
        rest: list[str] = []
        for piece in filter(None, self._pieces.split(tidy(text))):
            spelled = piece[0].isalnum() or " " in piece
            for part in self._names_within(plain(piece).split()) if spelled else self._apart(piece):
                (found if self._means(part) else rest).append(part)
        return found, rest

    def _names_within(self, words: list[str]) -> Iterator[str]:
        """The longest names that stand there, from left to right, and word by word what is between them."""
        while words:
            lengths = range(min(_PHRASE, len(words)), 0, -1)
            length = next((one for one in lengths if self._means(" ".join(words[:one]))), 1)
            if words[0] not in _LINKS:
                yield " ".join(words[:length])
            words = words[length:]

    def suggestion(self, word: str) -> str:
        """The canonical word that a word may have been mistyped for; "" if nothing is near."""
        return self._suggestions.get(spelling.nearest(plain(word)[:READ], self._suggestions), "")

    def lacks(self, text: str) -> bool:
        """Whether `aim` raises `UnknownSubject`; told without looking for what is near."""
        parts = self._parts(text)
        return not all(map(self.find, parts)) and not any(
            self._doubtful_word(part) for part in parts if not self.find(part)
        )

    def emoji(self, word: str) -> str:
        """The emoji of a canonical word. Raises `KeyError`."""
        return self.subjects[word].emoji if word in self.subjects else self.things[word].emoji

    def matching(self, typed: str) -> list[tuple[str, str]]:
        """(label, word) of what completes one plain part: subjects, then classes; first what begins with it.

        Last come those that only say it otherwise: subjects of which it grows, and the classes of a subject.
        """
        found = (_match_offers(self._offers, form) for form in _forms(typed))
        return next(filter(None, found), [])

    @cached_property
    def _words(self) -> dict[str, str]:
        """Everything that is understood, plainly: {"ladybird": "ladybug", "🐞": "ladybug", ...}."""
        subjects, things = self.subjects.items(), self.things.items()
        wins = [(said, name) for name, one in subjects for said in (name, one.emoji)]
        wins += [(said, name) for name, one in subjects for said in one.also]
        wins += [(said, name) for name, one in things for said in (name, one.emoji)]
        wins += [(one.label, name) for name, one in things]
        wins += [(said, name) for name, one in things for said in one.also]
        wins += [(said, name) for name, _one in subjects for said in _singulars(plain(name))]
        names = (*self.subjects, *self.things)
        emoji = _plainly(tuple(map(self.emoji, names)))
        wins += [(_emoji_name(sign), name) for sign, name in zip(emoji, names, strict=True)]
        plainly = _plainly(tuple(said for said, _name in wins))
        spelled = [(said, name) for said, (_said, name) in zip(plainly, wins, strict=True)]
        joined = [(said.replace(" ", ""), name) for said, name in spelled]
        return {said: name for said, name in reversed(spelled + joined) if said and said not in self.doubtful}

    @cached_property
    def _pieces(self) -> re.Pattern[str]:
        """Splits at signs between words, and keeps emoji apart from whatever they stand beside."""
        pictures = sorted((word for word in self._words if not word[0].isalnum()), key=len, reverse=True)
        kept = [_SEQUENCE, *map(re.escape, pictures), _PICTURE, _SHORTCODE]
        return re.compile(f"({'|'.join(kept)})|{_BETWEEN}")

    def _parts(self, text: str) -> list[str]:
        """Words and emoji one by one: "🦉🏰, eyes" => ["🦉", "🏰", "eyes"], without an emoji before its own name."""
        split = (piece for piece in self._pieces.split(tidy(text)) if piece)
        parts = [part for piece in split for part in self._apart(piece) if part]
        doubled = {at for at, (one, other) in enumerate(pairwise(parts)) if self._belongs(one, other)}
        return [part for at, part in enumerate(parts) if at not in doubled]

    def _apart(self, piece: str) -> list[str]:
        """The words of what stands between two signs: "owl castle" => ["owl", "castle"]."""
        part = plain(piece)
        if part in _LINKS or self._means(part):
            return [] if part in _LINKS else [part]
        if _JOINER in part:
            return self._split_sequence(part)
        return (
            self._known_words(part) if re.fullmatch(_SHORTCODE, piece) else self._phrases(part) or part.split(" and ")
        )

    def _split_sequence(self, sequence: str) -> list[str]:
        """The parts of an emoji that is not known as a whole, if all of them are."""
        parts = _ATTRIBUTES.sub("", sequence).split(_JOINER)
        return parts if all(map(self.find, parts)) else [sequence]

    def _known_words(self, name: str) -> list[str]:
        """The words in an emoji's name that are known, if any is: "cat jam" => ["cat"]."""
        bare = name.rstrip("~0123456789")
        return self._phrases(bare) or [word for word in bare.split() if self._means(word)] or [name]

    def _phrases(self, part: str) -> list[str]:
        """The fewest known names that make up a text; nothing if some of it is not known."""
        words = part.split()
        if len(words) > _PHRASES:
            return []
        best: list[list[str] | None] = [[], *(None for _ in words)]
        for end in range(1, len(words) + 1):
            best[end] = min(self._endings(words[:end], best), key=len, default=None)
        return best[-1] or []

    def _endings(self, words: list[str], best: list[list[str] | None]) -> Iterator[list[str]]:
        """What the words can be made up of, by the name that is their end."""
        for start in range(max(0, len(words) - _PHRASE), len(words)):
            before, last = best[start], " ".join(words[start:])
            if before is not None and (last in _LINKS or self._means(last)):
                yield before if last in _LINKS else [*before, last]

    def _means(self, part: str) -> bool:
        """Whether a plain part is a word, or one that is asked back."""
        return self.find(part) is not None or self._doubtful_word(part) != ""

    def _doubtful_word(self, part: str) -> str:
        """The word of two meanings that a plain part may be; "" if it is none."""
        forms = _forms(part) if part[:1].isalnum() else ()
        return next((form for form in forms if form in self.doubtful), "")

    def _belongs(self, picture: str, word: str) -> bool:
        name = self.find(word)
        return name is not None and plain(self.emoji(name)) == picture

    def _resolve(self, part: str) -> str:
        found = self.find(part)
        if found:
            return found
        if asked := self._doubtful_word(part):
            raise _ambiguous(asked, self.doubtful[asked])
        raise self._unknown(part)

    def _unknown(self, part: str) -> UnknownSubject:
        nearest = self._nearest(part[:READ])
        hint = f" Did you mean {nearest}?" if nearest else ""
        return UnknownSubject(name=part[:READ], hint=hint, nearest=nearest)

    def _nearest(self, part: str) -> str:
        """The word that was most likely meant, or the one that a longer text ends with; "" if nothing is near."""
        near = spelling.nearest(part, self._suggestions)
        ends = (self.find(word) for word in reversed(_emoji_name(part).split()))
        return self._suggestions[near] if near else next(filter(None, ends), "")

    @cached_property
    def _suggestions(self) -> dict[str, str]:
        """What may be suggested, by the plain words that it is near to."""
        said = [(word, name) for name, one in self.subjects.items() for word in (name, *one.also)]
        said += [(word, name) for name, one in self.things.items() if one.offered for word in (name, *one.further)]
        plainly = _plainly(tuple(word for word, _name in said))
        known = {word: self._words.get(word, name) for word, (_word, name) in zip(plainly, said, strict=True)}
        return known | {word: f"layer:{word}" for word in self.layers}

    @cached_property
    def _offers(self) -> list[_Offer]:
        subjects = [_offer(f"{one.emoji} {name} · {one.about}", name, one.also) for name, one in self.subjects.items()]
        shown = [one for one in self.things.values() if one.offered and one.name not in self.subjects]
        return subjects + [
            _offer(f"{one.emoji} {one.name}".strip(), one.name, one.further, self._kinds[one.label]) for one in shown
        ]

    @cached_property
    def _kinds(self) -> dict[str, str]:
        """The subjects that a class is one of, by its label: {"beagle": "dogs"}."""
        evident = [(name, one) for name, one in self.subjects.items() if one.layer == LOGITS]
        found = defaultdict[str, str](str)
        for label, name in ((label, name) for name, one in evident for label in one.classes):
            found[label] += f" {name}"
        return found


def things(labels: dict[str, str], spoken: dict[str, list[str]], shy: frozenset[str]) -> dict[str, Thing]:
    """Classes by name, of {label: emoji} and of what is said of some: {label: [emoji, name, further names...]}."""
    said = {label: spoken.get(label, [emoji, label]) for label, emoji in labels.items()}
    found = (Thing(label, name, emoji, tuple(also), label not in shy) for label, (emoji, name, *also) in said.items())
    return {one.name: one for one in found}


def tidy(text: str) -> str:
    """Without what keyboards put there: width, case, presentation, skin, signs without width, an emoji's number."""
    named = _CUSTOM.sub(r":\1:", unicodedata.normalize("NFKC", text))
    named = re.sub(_SHORTCODE, lambda found: _HUMP.sub("_", found[0]), named)
    bare = _TRIMMINGS.sub("", "".join(map(_without_format_character, named)))
    return _LOOSE.sub("", bare).casefold()


def plain(text: str) -> str:
    """Without what makes no difference: the same as `tidy`, and hyphens, colons, punctuation, spaces, gray."""
    bare = _DASHES.sub(" ", _PUNCTUATION.sub("", tidy(text)))
    return re.sub(r"\bgray\b", "grey", " ".join(filter(None, map(strip_marks, bare.split()))))


@lru_cache(maxsize=32)
def _plainly(words: tuple[str, ...]) -> tuple[str, ...]:
    """All the words of a network plainly: the same in every catalogue of a process."""
    return tuple(map(plain, words))


def strip_marks(text: str) -> str:
    """Without quotes, punctuation and spaces at its ends; emoji stay."""
    return text.strip("".join(filter(_is_mark, text)))


def split_typed(typed: str) -> tuple[str, str]:
    """What stands before the last sign between words, and the word that is being typed, plainly."""
    *before, last = re.split(_BETWEEN, tidy(typed.split("·")[0]))
    return "+".join(before), plain(last)


def _without_format_character(letter: str) -> str:
    return "" if unicodedata.category(letter) == "Cf" and letter != _JOINER else letter


def _is_mark(letter: str) -> bool:
    kind = unicodedata.category(letter)
    return (kind[0] in "PZC" or kind in ("Sk", "Sm", "Sc")) and not re.fullmatch(_PICTURE, letter) and letter != _JOINER


def _forms(part: str) -> Iterator[str]:
    """What a plain part may have been typed for, likeliest first."""
    if _JOINER in part or part in _ALIKE:
        bare = _ATTRIBUTES.sub("", part)
        yield from (part, bare, _FACES if _FAMILY.fullmatch(part) else _ALIKE.get(bare, bare))
        return
    for bare in dict.fromkeys(
        (part, _ARTICLE.sub("", part, count=1) if _ARTICLE.match(part) else part, _emoji_name(part))
    ):
        forms = (bare, *_singulars(bare))
        yield from forms
        yield from (form.replace(" ", "") for form in forms)


def _singulars(part: str) -> list[str]:
    """What a plain part may be the plural of; most of it is no word: "foxes" => "fox", "foxe"."""
    *before, last = part.rsplit(" ", 1)
    found = [last.removesuffix(end) + start for end, start in _ENDINGS if last.endswith(end) and last != end]
    irregular = [last.removesuffix(many) + one for many, one in _IRREGULAR.items() if last.endswith(many)]
    return [" ".join([*before, word]) for word in irregular + found]


def _emoji_name(part: str) -> str:
    """An emoji by its name in Unicode, "🧀" => "cheese wedge"; other text as it is."""
    pictured = len(part) == 1 and unicodedata.category(part) == "So"
    return unicodedata.name(part, part).lower().replace("-", " ") if pictured else part


def _ambiguous(name: str, kinds: dict[str, str]) -> AmbiguousSubject:
    asks = " or ".join(f"`{word}`" for word in kinds.values())
    return AmbiguousSubject(name=name, kinds=" or ".join(kinds), asks=asks, words=[*kinds.values()])


def _offer(label: str, word: str, further: tuple[str, ...], kinds: str = "") -> _Offer:
    names = (word, *further)
    return _Offer(label, word, names, tuple(map(plain, names)), plain(label + kinds))


def _match_offers(offers: list[_Offer], typed: str) -> list[tuple[str, str]]:
    """(label, word) of the offers with the typed text in them, each kind of them with the likeliest first."""
    ranked = [(rank, at) for at, offer in enumerate(offers) if (rank := _rank(offer, typed)) is not None]
    ranked.sort(key=lambda one: (one[0] == _ELSEWHERE, not _is_subject(offers[one[1]]), one))
    return [(_label_for(offers[at], typed), offers[at].word) for _, at in ranked]


def _is_subject(offer: _Offer) -> bool:
    return " · " in offer.label


def _rank(offer: _Offer, typed: str) -> int | None:
    """0 if its word begins with the typed text, 1 if another name does, 2 if a word of any does, 3 if it is in any."""
    if offer.plain[0].startswith(typed):
        return 0
    if any(name.startswith(typed) for name in offer.plain):
        return 1
    if any(f" {typed}" in name for name in offer.plain):
        return 2
    if any(typed in name for name in offer.plain):
        return 3
    return _ELSEWHERE if typed in offer.rest else None


def _label_for(offer: _Offer, typed: str) -> str:
    """The label; with the name that was typed, where the label does not have it: "🎷 sax · saxophone"."""
    said = next((name for name, bare in zip(offer.names, offer.plain, strict=True) if typed in bare), offer.word)
    return offer.label if typed in offer.rest else f"{offer.label.split(' · ')[0]} · {said}"
