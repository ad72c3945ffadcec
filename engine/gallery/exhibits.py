"""What hangs in the gallery: `(studio, scale) => files by name`. Dreamed by the recipes, with fixed seeds.

Kinds: every kind of picture, at every layer and towards some subjects. Octaves: one picture, one option changed at a
time. Zoom: a film.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from torch import Tensor

from engine import recipes
from engine.ascent.report import Frame
from engine.encoders.encoded import Encoded
from engine.encoders.raster import raster
from engine.gallery.sheets import Cell, Row, looped, sheet, webp
from engine.gallery.sources import KINDS, source
from engine.jobs.params import Dream, Zoom, make
from engine.studio import Studio

SEED = 4821
STILL_BYTES = 1_400_000
FILM_BYTES = 4_000_000
SHOWN_OF_DREAMED = 0.75
"""A cell's side over the side that was dreamed: a sheet is looked at from further away than a single picture."""

ASKED: dict[str, dict[str, Any]] = {
    "low": {"layer": "low"},
    "mid": {"layer": "mid"},
    "high, by default": {},
    "eyes": {"subject": "eyes"},
    "feathers": {"subject": "feathers"},
    "castle": {"subject": "castle"},
}
"""The columns of the sheet of kinds, beside the source: a head, and what differs from a plain `/dream`."""
DEFAULT = "high, by default"
VARIED: dict[str, tuple[float, ...]] = {"octaves": (2, 4, 6), "strength": (0.5, 1, 2), "iterations": (6, 12, 24)}
VARIED_KIND, ZOOMED_KIND = "pet", "pet"


@dataclass(frozen=True)
class Scale:
    """How large and how long: `dream` and `zoom` are options that every dream and the film get."""

    side: int = 384
    dream: dict[str, Any] = field(default_factory=dict)
    zoom: dict[str, Any] = field(default_factory=lambda: {"size": 320, "frames": 44})
    fade: int = 8


QUICK = Scale(128, {"octaves": 1, "iterations": 2}, {"size": 128, "frames": 8, "octaves": 1, "iterations": 1}, 2)
"""To see whether everything is in its place."""


class Gallery:
    """A studio at work for the gallery; what is dreamed twice is dreamed once."""

    def __init__(self, studio: Studio, scale: Scale, tell: Callable[[str], None] | None = None) -> None:
        """`tell` hears what is being dreamed; by default it goes to stderr."""
        self._studio, self._scale = studio, scale
        self._tell = tell or _to_stderr
        self._source = cache(self._drawn)
        self._dreams: dict[tuple[str, Dream], Tensor] = {}

    def kinds(self) -> Encoded:
        """Rows of kinds; columns of source, layers, subjects."""
        rows = []
        for kind in KINDS:
            cells = [Cell(self._source(kind))]
            cells += [Cell(self._dream(kind, options), marked=head == DEFAULT) for head, options in ASKED.items()]
            rows.append(Row(kind, cells))
        page = sheet(rows, self._shown(), ["source", *ASKED], DEFAULT)
        return webp([page], STILL_BYTES)

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

    def zoom(self) -> Encoded:
        """A zoom into a dream that begins again where it ends."""
        params = make(Zoom, seed=SEED, **self._scale.zoom)
        frames = []
        for report in recipes.run(params, self._source(ZOOMED_KIND), self._studio):
            if isinstance(report, Frame):
                self._tell(f"zoom {report.index + 1}/{params.frames}")
                frames.append(report.picture)
        return webp([raster(picture) for picture in looped(frames, self._scale.fade)], FILM_BYTES, params.fps)

    def _drawn(self, kind: str) -> Tensor:
        self._tell(f"source: {kind}")
        return source(kind, self._scale.side)

    def _dream(self, kind: str, options: dict[str, Any]) -> Tensor:
        """A dream of a kind of picture, with what differs from a plain `/dream`."""
        params = make(Dream, **{"seed": SEED, "size": self._scale.side, **self._scale.dream, **options})
        if (kind, params) not in self._dreams:
            self._tell(f"{kind}: {' '.join(f'{name} {value}' for name, value in options.items()) or 'default'}")
            frames = [one for one in recipes.run(params, self._source(kind), self._studio) if isinstance(one, Frame)]
            self._dreams[kind, params] = frames[-1].picture
        return self._dreams[kind, params]

    def _shown(self) -> int:
        return round(self._scale.side * SHOWN_OF_DREAMED)


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


EXHIBITS: dict[str, Callable[[Gallery], Encoded]] = {
    "kinds": Gallery.kinds,
    "octaves": Gallery.octaves,
    "zoom": Gallery.zoom,
}
"""File names, without their ending, and what makes them."""
