"""What hangs in the gallery: `(runtime, scale) => files by name`. Dreamed by the recipes, with fixed seeds.

First light: one picture at each layer. Kinds: every kind of picture, at every layer and towards some subjects.
Octaves: one picture, one option changed at a time. Ways: what else a dream can be asked. Concepts: what the network
imagines. Style: in the style of each painting. See, channel: a page of each. Details: what Upscale adds. Zoom, morph:
films. Hybrids: two things in one body. Video: a camera that moves, dreamed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from torch import Tensor

from engine import recipes
from engine.ascent.progress import Frame, Report
from engine.canvas.pillow_image import to_pillow
from engine.canvas.resample import resize
from engine.encoders.encoder import Encoded
from engine.gallery.contact_sheets import Cell, Row, page, sheet, webp
from engine.gallery.films import dreamed_pan, film
from engine.gallery.sources import SHOWN, source
from engine.params import AnyParams, Channel, Concept, Dream, Morph, P, See, Style, Upscale, Video, Zoom, make
from engine.runtime import Runtime

SEED = 4821
NETWORK = "lite2"
"""Whose gallery it is: the words below are its words."""
STILL_BYTES, PAGE_BYTES = 84_000, 120_000
FILM_BYTES = 230_000
MORPH_BYTES, HYBRID_BYTES = 56_000, 140_000
VIDEO_BYTES = 100_000
MORPHED: dict[str, Any] = {"subject": "goldfish > volcano", "network": NETWORK, "seed": 1, "size": 192, "frames": 36}
HYBRIDS = (("fish + dog", 2), ("elephant + butterfly", 1), ("castle + ship", 1), ("car + shoe", 1))
HYBRID_SIDE = 320
"""Two things in one body, each with a seed, and a size where both are plain to see."""
SHOWN_OF_DREAMED = 0.75
"""A cell's side over the side that was dreamed: a sheet is looked at from further away than a single picture."""
KINDS_OF_DREAMED = 0.42
"""The same on the sheet of kinds, which has the most cells."""

ASKED: dict[str, dict[str, Any]] = {
    "mid": {"layer": "mid"},
    "high, by default": {},
    "places": {"layer": "places"},
    "goldfish": {"subject": "goldfish"},
    "castles": {"subject": "castles"},
    "volcano": {"subject": "volcano"},
}
"""The columns of the sheet of kinds, beside the source: a head, and what differs from a plain `/dream`."""
DEFAULT = "high, by default"
VARIED: dict[str, tuple[float, ...]] = {"octaves": (2, 4, 6), "strength": (0.5, 1, 2), "iterations": (6, 12, 24)}
VARIED_KIND, ZOOMED_KIND = "pet", "pet"
SEEN: dict[str, Any] = {"subject": "owls"}
"""The dream that `see` looks at."""
WAYS: dict[str, dict[str, Any]] = {
    "subject: castles + butterflies": {"subject": "castles + butterflies"},
    "layer: mid*0.6 + places": {"layer": "mid*0.6 + places"},
    "colours: keep": {"colours": "keep"},
    "colours: match": {"colours": "match"},
    "protect: centre": {"protect": "centre"},
    "look: vivid": {"look": "vivid"},
    "guide: the building": {},
    "look: 2015": {"look": "2015", "layer": "mid"},
}
"""Captions, and what differs from a plain `/dream`."""
GUIDED, GUIDE_KIND = "guide: the building", "building"
CONCEPTS = (
    ("goldfish", "castle", "jellyfish", "banana", "golden retriever", "peacock"),
    ("steam locomotive", "umbrella", "volcano", "strawberry", "grand piano", "hummingbird"),
)
CONCEPTS_SEED = 1
"""Words, and a seed that shows each of them."""
ORIGINALS = (
    ("hartebeest", "measuring cup", "ant", "starfish", "anemone fish"),
    ("banana", "parachute", "screw", "dumbbell", "sax"),
)
"""The eight of the first post of 2015, its dumbbell, and a saxophone."""
SKIES = ("cumulus", "towering cloud", "mackerel sky", "evening clouds", "storm")
TOWARDS: dict[str, tuple[tuple[str, int, str], ...]] = {
    "pet": (("owls", 1, "one place"), ("shipwreck", 2, "everywhere")),
    "night": (("strawberry", 1, "one place"), ("lighthouses", 2, "everywhere")),
    "food": (("volcano", 3, "one place"), ("goldfish", 1, "everywhere")),
}
"""Photographs, and what grows in them, each by a seed that shows it, in one place and everywhere."""
SCENES: tuple[tuple[tuple[str, str, dict[str, Any]], ...], ...] = (
    (
        ("horizon", "churches + castles", {"subject": "churches + castles"}),
        ("landscape", "castles", {"subject": "castles"}),
    ),
    (("leaves", "birds", {"subject": "birds", "seed": 7}), ("painting of dots", "what grows by itself", {})),
    (("leaves", "butterflies", {"subject": "butterflies", "seed": 7}), ("noise", "castles", {"subject": "castles"})),
)
"""Two kinds of pictures a row, and what is dreamed into each: its caption, and what differs from a plain `/dream`."""
STYLED = (("pet", ("swirls", "dots", "woodcut")), ("portrait", ("glass", "planes", "wave")))
"""Two photographs, and the paintings in whose style they are."""
STYLE_SIDE, STYLE_BYTES = 320, 145_000
CONCEPT_SIDE = 256


@dataclass(frozen=True)
class Scale:
    """How large and how long: `dream` and `zoom` are options that every dream and the film get."""

    side: int = 384
    dream: dict[str, Any] = field(default_factory=dict)
    zoom: dict[str, Any] = field(default_factory=lambda: {"size": 272, "frames": 44})
    morph: dict[str, Any] = field(default_factory=dict)
    page: dict[str, Any] = field(default_factory=dict)
    """What `concept`, `channel` and `see` get."""
    style: dict[str, Any] = field(default_factory=dict)
    video: dict[str, Any] = field(default_factory=lambda: {"size": 240, "fps": 10, "seconds": 2.0})


QUICK = Scale(
    128,
    {"octaves": 1, "iterations": 2},
    {"size": 128, "frames": 8, "octaves": 1, "iterations": 1},
    {"iterations": 8, "frames": 8, "size": 128},
    {"iterations": 16},
    {"size": 128, "octaves": 1, "iterations": 1},
    {"size": 128, "octaves": 1, "iterations": 1, "fps": 4, "seconds": 1},
)
"""To see whether everything is in its place."""


class Gallery:
    """The recipes at work for the gallery; what is dreamed twice is dreamed once."""

    def __init__(self, runtime: Runtime, scale: Scale, tell: Callable[[str], None] | None = None) -> None:
        """`tell` hears what is being dreamed; by default it goes to stderr."""
        self._runtime, self._scale = runtime, scale
        self._tell = tell or _to_stderr
        self._source = cache(self._paint_source)
        self._dreams: dict[tuple[str, Dream], Tensor] = {}

    def first_light(self) -> Encoded:
        """One picture and what each layer dreams into it."""
        cells = [Cell(self._source(VARIED_KIND), "a photo")]
        cells += [Cell(self._dream(VARIED_KIND, {"layer": name}), f"layer:{name}") for name in ("low", "mid", "high")]
        return webp([sheet([Row("", cells[:2]), Row("", cells[2:])], self._scale.side)], STILL_BYTES)

    def kinds(self) -> Encoded:
        """Rows of kinds; columns of source, layers, subjects."""
        rows = []
        for kind in SHOWN:
            cells = [Cell(self._source(kind))]
            cells += [Cell(self._dream(kind, options), marked=head == DEFAULT) for head, options in ASKED.items()]
            rows.append(Row(kind, cells))
        made = sheet(rows, self._shown_side(KINDS_OF_DREAMED), ["source", *ASKED], DEFAULT)
        return webp([made], PAGE_BYTES)

    def octaves(self) -> Encoded:
        """One picture with octaves, strength and iterations varied, each alone; the defaults are marked."""
        rows = []
        for option, values in VARIED.items():
            default = Dream.model_fields[option].default
            cells = []
            for value in values:
                dreamed = self._dream(VARIED_KIND, {option: value})
                cells.append(Cell(dreamed, f"{option} {value:g}", marked=value == default))
            rows.append(Row(option, cells))
        return webp([sheet(rows, self._scale.side)], STILL_BYTES)

    def ways(self) -> Encoded:
        """One picture, dreamed in every other way that there is."""
        others = {GUIDED: {"guide": self._source(GUIDE_KIND)}}
        cells = [Cell(self._dream(VARIED_KIND, asked, others.get(name)), name) for name, asked in WAYS.items()]
        half = len(cells) // 2
        rows = [Row(VARIED_KIND, cells[:half]), Row(VARIED_KIND, cells[half:])]
        return webp([sheet(rows, self._scale.side)], STILL_BYTES)

    def concepts(self) -> Encoded:
        """What is imagined for some words, without a picture."""
        return self._concept_sheet(CONCEPTS, CONCEPTS_SEED)

    def _concept_sheet(self, words: Sequence[Sequence[str]], seed: int) -> Encoded:
        side = min(CONCEPT_SIDE, self._scale.side)
        asked = {"network": NETWORK, "seed": seed, "size": CONCEPT_SIDE, **self._scale.page}

        def cell(word: str) -> Cell:
            return Cell(self._run(word, self._params(Concept, subject=word, **asked), None), word)

        rows = [Row("", [cell(word) for word in row]) for row in words]
        return webp([sheet(rows, side, height=side)], STILL_BYTES)

    def originals(self) -> Encoded:
        """What the first post of 2015 imagined, and what this network imagines for it."""
        return self._concept_sheet(ORIGINALS, SEED)

    def clouds(self) -> Encoded:
        """What grows in clouds: above the skies, below the dreams."""
        above = [Cell(self._source(kind)) for kind in SKIES]
        below = [Cell(self._dream(kind, {})) for kind in SKIES]
        return webp([sheet([Row("", above), Row("", below)], self._shown_side())], STILL_BYTES)

    def subjects(self) -> Encoded:
        """Photographs, and what one word grows in them."""
        rows = []
        for kind, words in TOWARDS.items():
            cells = [Cell(self._source(kind), "a photo")]
            asked = [({"subject": word, "seed": seed, "where": at}, f"{word}, {at}") for word, seed, at in words]
            cells += [Cell(self._dream(kind, options), caption) for options, caption in asked]
            rows.append(Row("", cells))
        return webp([sheet(rows, self._scale.side)], STILL_BYTES)

    def scenes(self) -> Encoded:
        """What the first post of 2015 found: towers at a horizon, buildings among trees, animals in leaves, places."""
        rows = []
        for pairs in SCENES:
            cells = []
            for kind, caption, options in pairs:
                cells += [Cell(self._source(kind), kind), Cell(self._dream(kind, options), caption)]
            rows.append(Row("", cells))
        return webp([sheet(rows, self._shown_side())], STILL_BYTES)

    def style(self) -> Encoded:
        """Pictures in the style of all paintings that are shipped."""
        rows = []
        for kind, paintings in STYLED:
            cells = [Cell(self._source(kind), "a picture")]
            for name in paintings:
                options = {"painting": name, "seed": SEED, "size": STYLE_SIDE, **self._scale.style}
                params = self._params(Style, network=NETWORK, **options)
                cells.append(Cell(self._run(f"{kind} {name}", params, self._source(kind)), name))
            rows.append(Row("", cells))
        return webp([sheet(rows, min(STYLE_SIDE, self._scale.side) * 3 // 4)], STYLE_BYTES)

    def see(self) -> Encoded:
        """What the network sees in a dream of its own."""
        params = self._params(See, network=NETWORK, seed=SEED, **self._scale.page)
        return webp([page(self._run("see", params, self._dream(VARIED_KIND, SEEN)))], PAGE_BYTES)

    def channel(self) -> Encoded:
        """The channels of a layer that speak most for a word."""
        params = make(
            Channel,
            self._runtime.catalog,
            network=NETWORK,
            seed=SEED,
            layer="mid",
            search="castles",
            size=1024,
            **self._scale.page,
        )
        return webp([page(self._run("channel", params, None))], STILL_BYTES)

    def details(self) -> Encoded:
        """The middle of a dream made twice as large, without new detail and with it."""
        dreamed = self._dream(VARIED_KIND, {})
        steps = {name: value for name, value in self._scale.dream.items() if name == "iterations"}
        params = self._params(Upscale, network=NETWORK, seed=SEED, size=2 * self._scale.side, **steps)
        large = self._run("details", params, dreamed)
        plain = resize(dreamed, (large.shape[1], large.shape[2])).clamp(0, 1)
        cells = [Cell(_middle(plain), "made larger"), Cell(_middle(large), "Upscale")]
        return webp([sheet([Row("", cells)], self._scale.side)], STILL_BYTES)

    def zoom(self) -> Encoded:
        """A zoom into a dream that leads into its own beginning."""
        params = self._params(Zoom, network=NETWORK, seed=SEED, motion="loop", **self._scale.zoom)
        frames = film("zoom", params, self._source(ZOOMED_KIND), self._runtime, self._tell)
        return webp([to_pillow(picture) for picture in frames], FILM_BYTES, params.fps)

    def morph(self) -> Encoded:
        """One thing that becomes another, and back."""
        params = self._params(Morph, **MORPHED | self._scale.morph)
        frames = film("morph", params, None, self._runtime, self._tell)
        return webp([to_pillow(picture) for picture in frames], MORPH_BYTES, params.fps)

    def hybrids(self) -> Encoded:
        """Two things in one body."""
        side, asked = min(CONCEPT_SIDE, self._scale.side), {"network": NETWORK, "size": HYBRID_SIDE}
        asked |= self._scale.page
        cells = [
            Cell(self._run(word, self._params(Concept, subject=word, seed=seed, **asked), None), word)
            for word, seed in HYBRIDS
        ]
        return webp([sheet([Row("", cells)], side, height=side)], HYBRID_BYTES)

    def video(self) -> Encoded:
        """A camera that moves over a photograph, dreamed."""
        params = self._params(Video, network=NETWORK, seed=SEED, **self._scale.video)
        return webp(dreamed_pan(params, self._runtime, self._tell), VIDEO_BYTES, params.fps)

    def _paint_source(self, kind: str) -> Tensor:
        self._tell(f"source: {kind}")
        return source(kind, self._scale.side)

    def _run(self, name: str, params: AnyParams, source: Tensor | None) -> Tensor:
        self._tell(name)
        return _last(recipes.run(params, source, self._runtime))

    def _dream(self, kind: str, options: dict[str, Any], others: dict[str, Tensor] | None = None) -> Tensor:
        """A dream of a kind of picture, with what differs from a plain `/dream`."""
        params = self._params(Dream, **{"network": NETWORK, **self._plain(), **options})
        if others:
            return _last(recipes.run(params, self._source(kind), self._runtime, others))
        if (kind, params) not in self._dreams:
            self._tell(f"{kind}: {' '.join(f'{name} {value}' for name, value in options.items()) or 'default'}")
            self._dreams[kind, params] = _last(recipes.run(params, self._source(kind), self._runtime))
        return self._dreams[kind, params]

    def _params(self, kind: type[P], **options: Any) -> P:
        return make(kind, self._runtime.catalog, **options)

    def _plain(self) -> dict[str, Any]:
        return {"seed": SEED, "size": self._scale.side, **self._scale.dream}

    def _shown_side(self, of_dreamed: float = SHOWN_OF_DREAMED) -> int:
        return round(self._scale.side * of_dreamed)


def _last(reports: Iterable[Report]) -> Tensor:
    return [one for one in reports if isinstance(one, Frame)][-1].picture


def _middle(picture: Tensor) -> Tensor:
    """The middle of a picture [3, h, w], half as wide and high."""
    height, width = picture.shape[1:]
    return picture[:, height // 4 : height // 4 + height // 2, width // 4 : width // 4 + width // 2]


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


EXHIBITS: dict[str, Callable[[Gallery], Encoded]] = {
    "first-light": Gallery.first_light,
    "kinds": Gallery.kinds,
    "octaves": Gallery.octaves,
    "ways": Gallery.ways,
    "concepts": Gallery.concepts,
    "originals": Gallery.originals,
    "clouds": Gallery.clouds,
    "subjects": Gallery.subjects,
    "scenes": Gallery.scenes,
    "style": Gallery.style,
    "see": Gallery.see,
    "channel": Gallery.channel,
    "details": Gallery.details,
    "zoom": Gallery.zoom,
    "morph": Gallery.morph,
    "hybrids": Gallery.hybrids,
    "video": Gallery.video,
}
"""File names, without their ending, and what makes them."""
