"""What `/dream` can be asked for."""

from __future__ import annotations

import math
from typing import Any, ClassVar, Literal

from pydantic import (
    Field,
)

from engine.catalog import weighted_terms
from engine.errors import BadOption
from engine.params.params import AscentParams, Phase, ThingParams, VariedParams


class Dream(VariedParams, ThingParams, AscentParams):
    """Enhance what a layer sees in a picture. Mordvintsev et al. 2015, "Inceptionism"."""

    NOTEBOOK: ClassVar[dict[str, Any]] = {"octaves": 4, "ratio": 1.4, "iterations": 10, "strength": 1.0, "jitter": 32}
    """What the DeepDream notebook uses; the look of 2015 does, too, for every option that is not given."""
    NOTEBOOK_LAYER: ClassVar[str] = "inception_4c"

    recipe: Literal["dream"] = "dream"
    smoothing: int = Field(2, ge=0, le=8, description="how far a step is smoothed, in pixels; 0: not at all")
    colours: Literal["as is", "keep", "match"] = Field(
        "as is",
        description="as is, keep (the picture's own, only light and shade are dreamed) or match (its histogram)",
    )
    keep: float = Field(0.0, ge=0, le=1, description="how much of the original stays: 0 none, 1 all")
    protect: Literal["auto", "nothing", "faces", "centre", "edges"] = Field(
        "auto",
        description="what is not dreamed over: auto (people's faces, except one that fills the picture; nothing beside "
        "a mask and with the look of 2015), nothing, faces, centre or edges",
    )
    guide_by: Literal["match", "average"] = Field(
        "match", description="how a guide guides: match (each place by what suits it) or average (by all of it)"
    )
    where: Literal["one place", "everywhere"] = Field(
        "one place",
        description="where a subject grows: one place (the picture around it goes along) or everywhere (the picture's "
        "own shapes become it)",
    )
    look: Literal["natural", "vivid", "2015"] = Field(
        "natural",
        description="natural, vivid (rainbow edges) or 2015 (exactly as Google's DeepDream notebook did)",
    )

    @classmethod
    def _rename(cls, options: dict[str, Any]) -> dict[str, Any]:
        return rename_options(options)

    def phases(self) -> tuple[Phase, ...]:
        """Those of each variation; by crops, each subject is found, grown together with the picture, and sharpened."""
        things = self.by_crops and self.subject
        return (self._thing_phases() * len(self.meanings()) if things else super().phases()) * self.variations

    @property
    def finding(self) -> int:
        """Steps by crops, of all starts, in which each subject is found; of several, each in fewer."""
        return self._for_each(self.octaves * self.iterations)

    @property
    def detailing(self) -> int:
        """Steps by crops in which each grows together with the picture, and gets details."""
        return self._for_each(self.octaves * self.iterations * 9 / 8)

    def _for_each(self, steps: float) -> int:
        return math.ceil(steps / max(1.0, len(self.meanings()) / 1.5))

    @property
    def by_crops(self) -> bool:
        """The notebook looks at all pixels at once."""
        return super().by_crops and self.look != "2015"

    def _canonical(self) -> dict[str, Any]:
        """With the look of 2015, what the notebook has for every option that was not given, too."""
        words = super()._canonical()
        if self.look != "2015":
            return words
        network, given = words["network"], self.model_fields_set
        if words["subject"] or len(weighted_terms.read(self.catalog, network, words["layer"])) > 1:
            raise BadOption(option="look", problem="2015 climbs one layer: name one layer and no subject")
        if "layer" not in given and self.NOTEBOOK_LAYER in self.catalog.network(network).layers:
            words["layer"] = self.NOTEBOOK_LAYER
        return words | {name: value for name, value in self.NOTEBOOK.items() if name not in given}


def rename_options(options: dict[str, Any]) -> dict[str, Any]:
    """Options by their names of today; presets, rows and files from before have `classic` for the look of 2015."""
    if not isinstance(options.get("classic"), bool):
        return options
    kept = {name: value for name, value in options.items() if name != "classic"}
    return kept | {"look": "2015"} if options["classic"] else kept
