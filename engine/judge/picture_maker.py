"""Where pictures are made for the judge: `(part, name, params, source) => picture`, each kept as a file.

A picture is judged as it was saved, with eight bits for each band, as people get it.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from torch import Tensor

from engine import recipes
from engine.ascent.progress import Frame, Report
from engine.canvas.pillow_image import to_pillow
from engine.encoders.pixel_bytes import to_tensor
from engine.gallery.sources import source
from engine.params import AnyParams
from engine.platform import atomic_file
from engine.runtime import Runtime


class PictureMaker:
    """The recipes at work for the judge, and the folder that everything lies in."""

    def __init__(
        self,
        runtime: Runtime,
        out: Path,
        *,
        network: str = "lite2",
        side: int = 512,
        options: Mapping[str, Any] | None = None,
        reuse: bool = False,
        tell: Callable[[str], None] | None = None,
    ) -> None:
        """`options` go to every recipe that knows them, to be quick; `reuse` takes pictures that lie there already.

        `tell` hears what is being made; by default it goes to stderr.
        """
        self.runtime, self.out, self.network, self.side = runtime, out, network, side
        self.options, self._reuse = dict(options or {}), reuse
        self.tell = tell or to_stderr
        self.made: dict[str, dict[str, Tensor]] = {}
        """By part, the pictures in the order in which they were asked for, by their captions."""
        self.source = cache(self._paint_source)

    def options_for(self, kind: type[AnyParams], **options: Any) -> dict[str, Any]:
        """Options for params of a kind: the network, what makes it quick, and these."""
        quick = {name: value for name, value in self.options.items() if name in kind.model_fields}
        return {"network": self.network, **quick, **options}

    def picture(self, part: str, name: str, params: AnyParams, before: Tensor | None) -> Tensor:
        """What the recipe makes, out of a source [3, h, w] or nothing; a name of a part is made once."""
        made = self.made.setdefault(part, {})
        if name not in made:
            made[name] = self._make_or_read(part, name, params, before)
        return made[name]

    def _make_or_read(self, part: str, name: str, params: AnyParams, before: Tensor | None) -> Tensor:
        path = self._path(part, name, params)
        if not (self._reuse and path.is_file()):
            self.tell(f"{part}: {name}")
            self.save(path, last_picture(recipes.run(params, before, self.runtime)))
        return to_tensor(path.read_bytes())

    def save(self, path: Path, picture: Tensor) -> None:
        """Write a picture; whoever is cut off leaves no half of one."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_file.replacing(path) as part:
            to_pillow(picture).save(part, "png")

    def _path(self, part: str, name: str, params: AnyParams) -> Path:
        """A file for exactly these params: others never take it for theirs."""
        mark = hashlib.sha256(params.model_dump_json().encode()).hexdigest()[:8]
        return self.out / part / f"{re.sub('[^a-z0-9]+', '-', name.lower())}-{mark}.png"

    def _paint_source(self, kind: str) -> Tensor:
        """A source as the recipes get it, with eight bits."""
        return source(kind, self.side).mul(255).round().div(255)


def last_picture(reports: Iterable[Report]) -> Tensor:
    """The last picture that a recipe finishes."""
    return [one for one in reports if isinstance(one, Frame)][-1].picture


def to_stderr(line: str) -> None:
    """Progress; standard output stays the verdict's."""
    print(line, file=sys.stderr, flush=True)
