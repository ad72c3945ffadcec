"""The catalogue of networks: `name => what is known of it without torch`, and the words that people use for it.

The data is `catalog.toml` (networks and layers), `labels.toml` or `labels/` (classes, some with emoji) and
`subjects.toml`; this file reads them and finds words in them. Users add networks of their own: see `include`.

    layer    "low", "mid", "high", or a layer's exact name
    subject  "eyes", a class such as "fox", an emoji of either, or several: "eyes + castle"
"""

from __future__ import annotations

import difflib
import re
import tomllib
import unicodedata
from functools import cache
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from engine.jobs import shelf
from engine.jobs.errors import BadOption, SettingsError, UnknownLayer, UnknownNetwork, UnknownSubject
from engine.jobs.shelf import Input as Input
from engine.jobs.shelf import Package as Package
from engine.jobs.shelf import Source as Source
from engine.jobs.shelf import opened as opened

EVIDENCE: Final = "evidence"
"""The layer behind all others, in which every class has a channel: its index among the labels."""
UNUSED = "unused "
"""How labels begin that nothing was trained for: they count, and are not offered."""
MOST: Final = 4
"""Words that one dream may go towards."""
JOINT: Final = " + "
_READ: Final = 40
"""Characters of a word that are looked at; no word is that long."""

# Presentation selectors, the joiner of compound emoji, skin tones: the same emoji to whoever types it.
_TRIMMINGS: Final = re.compile("[\ufe0e\ufe0f\u200d\U0001f3fb-\U0001f3ff]")


class Meaning(BaseModel):
    """What a word means to a network: channels of a layer, any of them at every position; without any, all of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")
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
    evidence: dict[str, float] = {}


class Entry(BaseModel):
    """One network of the catalogue."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    title: str
    about: str
    licence: str
    architecture: str = "pocket"
    classes: int = Field(0, ge=0)
    """Answers that it gives, with or without labels for them."""
    labels: str = ""
    """The file with its labels, one a line; pocket's are in labels.toml."""
    effort: float = Field(1.0, gt=0)
    """How much work a step towards `high` is, compared with pocket."""
    side: int = Field(224, ge=32)
    """About the long side, in pixels, of the pictures that it was trained with."""
    layers: tuple[str, ...]
    seen: tuple[str, ...] = Field((), max_length=3)
    """Layers that show best how a picture is perceived; without any, those of low, mid and high."""
    friendly: dict[str, Meaning]
    classic: dict[str, str] = {}
    """Names that layers have elsewhere: {"inception_4c/output": "inception_4c"}."""
    input: Input = Input()
    source: Source | None = None
    """What `pareidolia networks fetch` downloads."""
    package: Package | None = None
    """The Python package that brings its weights; we depend on it."""
    file: str = ""
    """The weights of a network that users brought, in the folder of its description."""

    @property
    def sketches(self) -> bool:
        """Whether it comes with sketches of its classes, where `concept` begins: only the one that is shipped does."""
        return self.architecture == "pocket"

    @model_validator(mode="after")
    def _names_exist(self) -> Self:
        if missing := {"low", "mid", "high"} - set(self.friendly):
            raise ValueError(f"needs [friendly.{min(missing)}], a layer with what it sees")
        named = {word.layer for word in self.friendly.values()} | {*self.classic.values(), *self.seen}
        if unknown := named - {*self.layers, EVIDENCE}:
            raise ValueError(f"names the layer {min(unknown)!r}, which is not among its `layers`")
        return self


# what there is

_folder: Path | None = None
_own: dict[str, Entry] = {}


def include(folder: Path) -> None:
    """Look into this folder for fetched networks and for those that users brought. Raises `SettingsError`.

    Settings call it when they are read, so that every process knows the same networks.
    """
    global _folder, _own
    own = {name: _described(folder, name, text) for name, text in shelf.descriptions(folder)}
    if (folder, own) != (_folder, _own):
        _folder, _own = folder, own
        for reader in (networks, labels, subjects, _words, _pictures, _pieces):
            reader.cache_clear()


def _described(folder: Path, name: str, text: dict[str, Any]) -> Entry:
    """A network that a user brought. Raises `SettingsError` naming what is wrong with its description."""
    path = folder / f"{name}.toml"
    if name in _read("catalog.toml"):
        raise SettingsError(problem=f"There is a network {name} already. Rename {path}.")
    try:
        entry = Entry.model_validate(text)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "it"
        raise SettingsError(problem=f"{path}: `{key}`: {first['msg']}. See docs/networks.md.") from None
    if problem := _unfit(entry, shelf.labels(entry.labels, folder)):
        raise SettingsError(problem=f"{path} {problem}. See docs/networks.md.")
    return entry


def _unfit(entry: Entry, labels: list[str]) -> str:
    """What an own network's description lacks or has wrong, or nothing."""
    if entry.architecture == "pocket" or not entry.file or not entry.classes or entry.source or entry.package:
        return "needs `architecture`, `file` and `classes`, and neither `source` nor `package`"
    if len(set(labels)) not in (0, entry.classes):
        return f"says {entry.classes} classes, and {entry.labels} names {len(set(labels))}"
    unknown = {name for word in entry.friendly.values() for name in word.classes} - set(labels)
    return f"names the class {min(unknown)!r}, which {entry.labels or '`labels`'} does not" if unknown else ""


@cache
def networks() -> dict[str, Entry]:
    """All entries by name."""
    entries = {name: Entry.model_validate(entry) for name, entry in _read("catalog.toml").items()}
    entries |= _own
    return {name: entry.model_copy(update={"friendly": _friendly(name, entry)}) for name, entry in entries.items()}


def weights_file(network_name: str) -> Path | None:
    """Where the weights of a network lie, if it is installed; None for those inside the package.

    Raises `UnknownNetwork`.
    """
    entry = network(network_name)
    if entry.architecture == "pocket":
        return None
    if entry.package:
        return shelf.packaged(entry.package, _folder) or Path(entry.package.file)
    return (_folder or Path()) / (entry.file or f"{network_name}.safetensors")


def is_ready(network_name: str) -> bool:
    """Whether a network can dream at once; looks for its file only. Raises `UnknownNetwork`."""
    file = weights_file(network_name)
    return file is None or file.exists()


def ready() -> list[str]:
    """The networks that can dream at once."""
    return [name for name in networks() if is_ready(name)]


@cache
def labels(network_name: str) -> dict[str, str]:
    """The classes of a network in the order of its answers: {"dog face": "🐶", ...}. Raises `UnknownNetwork`.

    Most networks have no emoji, only pocket was trained on them; one without labels has classes nobody can name.
    """
    return _labels(network_name, network(network_name))


@cache
def subjects(network_name: str) -> dict[str, Subject]:
    """The subjects of a network by name, in the order in which they are offered. Raises `UnknownNetwork`."""
    network(network_name)
    found = _read("subjects.toml").get(network_name, {})
    return {name: Subject.model_validate(subject) for name, subject in found.items()}


def network(name: str) -> Entry:
    """One entry. Raises `UnknownNetwork`."""
    try:
        return networks()[name]
    except KeyError:
        raise UnknownNetwork(name=name[:40], known=", ".join(networks())) from None


def _read(file: str) -> dict[str, Any]:
    return tomllib.loads(resources.files("engine.jobs").joinpath(file).read_text("utf-8"))


def _labels(network_name: str, entry: Entry) -> dict[str, str]:
    if entry.labels:
        return dict.fromkeys(shelf.labels(entry.labels, _folder), "")
    return {label: str(emoji) for label, emoji in _read("labels.toml").get(network_name, {}).items()}


def _friendly(network_name: str, entry: Entry) -> dict[str, Meaning]:
    """The layers' words, with the channels that their classes have."""
    order = list(_labels(network_name, entry))
    meant = entry.friendly.items()
    return {
        word: meaning.model_copy(update={"channels": meaning.channels or tuple(map(order.index, meaning.classes))})
        for word, meaning in meant
    }


# layers


def friendly(network_name: str, text: str) -> str:
    """The canonical word for a layer as a person typed it: a friendly name, or an exact layer's name.

    "High", "high · faces, animals, eyes" => "high". Raises `UnknownLayer`, which names the nearest.
    """
    entry = network(network_name)
    word = text.split("·")[0].strip().lower()
    names = {alias.lower(): name for alias, name in entry.classic.items()}
    names |= {name.lower(): name for name in (*entry.friendly, *entry.layers)}
    if word in names:
        return names[word]
    subjects = {word: f"subject:{found}" for word, found in _words(network_name).items()}
    raise UnknownLayer(name=word[:_READ], nearest=_nearest(word, {**names, **subjects}))


def meaning(network_name: str, text: str) -> Meaning:
    """What a layer's word means: a friendly name's entry, or an exact layer as a whole. Raises `UnknownLayer`."""
    word = friendly(network_name, text)
    return network(network_name).friendly.get(word) or Meaning(layer=word, about=word)


def seen(network_name: str) -> tuple[str, ...]:
    """Layers from shallow to deep that show how a picture is perceived. Raises `UnknownNetwork`."""
    entry = network(network_name)
    wanted = entry.seen or {entry.friendly[word].layer for word in ("low", "mid", "high")}
    return tuple(layer for layer in entry.layers if layer in wanted)


def choices(network_name: str) -> list[tuple[str, str]]:
    """(label, word) of every layer, friendly ones first: ("high · faces, animals, eyes", "high")."""
    entry = network(network_name)
    named = [(f"{word} · {name.about}", word) for word, name in entry.friendly.items()]
    return named + [(name, name) for name in entry.layers]


# subjects


def aim(network_name: str, text: str) -> str:
    """The canonical words for what a person wants to dream towards: subjects and classes.

    "Eyes", "👁", "👁️ eyes · irises that look back" => "eyes"; "🦊" => "fox"; "owl, 🏰" => "owl + castle"; "" => "".
    Raises `UnknownSubject`, which names the nearest, and `BadOption` for more than `MOST`.
    """
    words = dict.fromkeys(_resolved(network_name, part) for part in _parts(network_name, text.split("·")[0]))
    if text.strip() and not words:
        raise _unknown(network_name, text.strip())
    if len(words) > MOST:
        raise BadOption(option="subject", problem=f"takes at most {MOST} words, and those were {len(words)}")
    return JOINT.join(words)


def meanings(network_name: str, words: str) -> tuple[Meaning, ...]:
    """What canonical words mean, one by one: "eyes + castle" => two. Raises as `aim`."""
    return tuple(_meaning_of(network_name, word) for word in aim(network_name, words).split(JOINT) if word)


def subject_choices(network_name: str, typed: str = "") -> list[tuple[str, str]]:
    """(label, word) of what completes the typed text, subjects first: ("👁️ eyes · irises that look back", "eyes").

    Of several words the last one is completed, and the ones before it are kept.
    """
    before, last = _unfinished(typed.split("·")[0])
    try:
        kept = aim(network_name, before)
    except (UnknownSubject, BadOption):
        return []
    offers = [(label, word) for label, word in _matching(network_name, last) if word not in kept.split(JOINT)]
    return [(f"{kept}{JOINT}{label}", f"{kept}{JOINT}{word}") if kept else (label, word) for label, word in offers]


def emoji(network_name: str, word: str) -> str:
    """The emoji of one canonical word. Raises `KeyError`."""
    named = subjects(network_name).get(word)
    return named.emoji if named else labels(network_name)[word]


def _meaning_of(network_name: str, word: str) -> Meaning:
    named = subjects(network_name).get(word)
    order = list(labels(network_name))
    return named or Meaning(layer=EVIDENCE, about=word, classes=(word,), channels=(order.index(word),))


@cache
def _words(network_name: str) -> dict[str, str]:
    """Every subject and class by its name; a subject goes before a class of the same name."""
    return {_plain(word): word for word in (*subjects(network_name), *labels(network_name))}


@cache
def _pictures(network_name: str) -> dict[str, str]:
    """Every subject and class by its emoji; a subject goes before its class."""
    named = {_plain(subject.emoji): word for word, subject in subjects(network_name).items()}
    return {**{_plain(emoji): word for word, emoji in labels(network_name).items() if emoji}, **named}


@cache
def _pieces(network_name: str) -> re.Pattern[str]:
    """Splits at signs between words, and keeps known emoji apart from whatever they stand beside."""
    known = "|".join(map(re.escape, _pictures(network_name))) or "(?!)"
    return re.compile(f"({known})|[+,&]")


def _plain(text: str) -> str:
    """Without what makes no difference: case, presentation, skin, hyphens, colons, spaces."""
    bare = _TRIMMINGS.sub("", text).casefold()
    return " ".join(re.sub(r"[-_:]", " ", bare).split())


def _parts(network_name: str, text: str) -> list[str]:
    """Words and emoji one by one: "🦉🏰, eyes" => ["🦉", "🏰", "eyes"], without an emoji before its own name."""
    split = [part.strip() for part in _pieces(network_name).split(_plain(text)) if part and part.strip()]
    doubled = {at for at, (one, other) in enumerate(pairwise(split)) if _belongs(network_name, one, other)}
    return [part for at, part in enumerate(split) if at not in doubled]


def _belongs(network_name: str, picture: str, word: str) -> bool:
    name = _words(network_name).get(word)
    return name is not None and _plain(emoji(network_name, name)) == picture


def _resolved(network_name: str, part: str) -> str:
    """A subject's or a class's name. Raises `UnknownSubject`."""
    found = _pictures(network_name).get(part) or _words(network_name).get(part)
    if found is None:
        raise _unknown(network_name, part)
    return found


def _unknown(network_name: str, part: str) -> UnknownSubject:
    layers = {word: f"layer:{word}" for word in network(network_name).friendly}
    nearest = _nearest(_spoken(part), {**_words(network_name), **layers})
    return UnknownSubject(name=part[:_READ], nearest=nearest)


def _spoken(part: str) -> str:
    """An emoji that no word has, by its name in Unicode, "🧀" => "cheese wedge"; other text as it is."""
    pictured = unicodedata.category(part[0]) == "So"
    return unicodedata.name(part[0], part).lower() if pictured else part


def _nearest(word: str, names: dict[str, str]) -> str:
    near = difflib.get_close_matches(word[:_READ], names, n=1, cutoff=0.2)
    return names[near[0]] if near else next(iter(names.values()))


def _unfinished(typed: str) -> tuple[str, str]:
    """What stands before the last sign between words, and the word that is being typed."""
    *before, last = re.split("[+,&]", typed)
    return "+".join(before), _plain(last)


def _matching(network_name: str, typed: str) -> list[tuple[str, str]]:
    """Every (label, word) whose label has the typed text in it: subjects, then classes; first what begins with it."""
    named = subjects(network_name)
    first = [(f"{one.emoji} {word} · {one.about}", word) for word, one in named.items()]
    classes = {word: sign for word, sign in labels(network_name).items() if not word.startswith(UNUSED)}
    then = [(f"{sign} {word}".strip(), word) for word, sign in classes.items() if word not in named]
    ranked = (sorted(group, key=lambda pair: not pair[1].startswith(typed)) for group in (first, then))
    return [(label, word) for group in ranked for label, word in group if typed in _plain(label)]
