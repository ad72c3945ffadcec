"""What `/style` can be asked for."""

from __future__ import annotations

import math
from typing import Any, ClassVar, Literal, get_args

from pydantic import (
    Field,
)

from engine.catalog import weighted_terms
from engine.errors import TwoAims
from engine.params.dream import Dream
from engine.params.params import TEXT_LIMIT, AscentParams, Phase

Painting = Literal["swirls", "dots", "woodcut", "glass", "planes", "wave", "yours"]
YOURS = "yours"
"""A painting that somebody brings: the further picture `painting`."""
PAINTINGS: tuple[str, ...] = tuple(name for name in get_args(Painting) if name != YOURS)
"""Those that are painted by our own code (`engine.paintings`)."""
KNOWN_LAYERS = (
    (("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"), "relu4_2"),
    (("stem", "block1", "block3", "block6", "block9"), "block6"),
)
"""Where styles are seen in networks that were looked at, and where a picture is: VGG (as in the paper), and
EfficientNet-Lite."""
DEPTHS, CONTENT_DEPTH = (0.0, 0.12, 0.25, 0.4, 0.55), 0.4
"""The same in any other network, as shares of its depth."""


def style_layers(layers: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """Of a network's layers those where a style is seen, and the one where a picture is."""
    for styles, content_layer in KNOWN_LAYERS:
        if {*styles, content_layer} <= set(layers):
            return styles, content_layer
    chosen = dict.fromkeys(layers[int(depth * len(layers))] for depth in DEPTHS)
    return tuple(chosen), layers[int(CONTENT_DEPTH * len(layers))]


class Style(AscentParams):
    """A picture as a painting would have it. Gatys, Ecker and Bethge 2015, "A Neural Algorithm of Artistic Style"."""

    LOOKING: ClassVar[float] = 1.0
    """How much more than its picture a step looks at: the painting at each size, and rims."""

    recipe: Literal["style"] = "style"
    painting: Painting = Field(
        "swirls", description=f"whose style it takes: {', '.join(PAINTINGS)}, or yours with a picture of a painting"
    )
    layer: str = Field("", max_length=TEXT_LIMIT, description="a layer that dreams before it is painted")
    subject: str = Field("", max_length=TEXT_LIMIT, description="what to dream towards before it is painted")
    octaves: int = Field(3, ge=1, le=6, description="sizes the picture is painted at, small to large")
    ratio: float = Field(1.7, ge=1.1, le=2.5, description="how much larger each size is")
    iterations: int = Field(40, ge=1, le=100, description="steps at each size")
    strength: float = Field(1.0, ge=0.1, le=4.0, description="how much the painting counts against the picture")
    colours: Literal["as is", "keep", "match"] = Field(
        "as is", description="as is (the painting's), keep (the picture's own) or match (the painting in the picture's)"
    )

    def _canonical(self) -> dict[str, Any]:
        """A layer or a subject is dreamed towards where one is named; else it is only painted."""
        network = self._canonical_network(self.subject)
        subject = self.catalog.aim(network, self.subject)
        if subject and self.layer:
            raise TwoAims
        layer = weighted_terms.canonical(self.catalog, network, self.layer) if self.layer else ""
        return {"network": network, "layer": layer, "subject": subject}

    @property
    def aim(self) -> tuple[str, str]:
        """("painting", "swirls")."""
        return ("painting", self.painting)

    @property
    def dreams(self) -> bool:
        """Whether it is dreamed before it is painted."""
        return bool(self.layer or self.subject)

    @property
    def by_crops(self) -> bool:
        """All of the picture is looked at: a style is everywhere."""
        return False

    @property
    def painted_sizes(self) -> int:
        """Sizes it is painted at: `octaves` up to 512 pixels, one more for each `ratio` beyond, so that large pictures
        begin as small ones do."""
        return self.octaves + max(0, round(math.log(self.size / 512, self.ratio)))

    @property
    def timed_as(self) -> str:
        """With a dream before it, another course."""
        return f"{self.recipe}{' and dream' if self.dreams else ''}"

    @property
    def steps(self) -> int:
        """Steps of painting."""
        return self.painted_sizes * self.iterations

    def dream(self) -> Dream:
        """What is dreamed before it is painted."""
        options = self.model_dump(include={"network", "layer", "subject", "size", "seed"})
        aims = {name: value for name, value in options.items() if value != ""}
        return Dream.model_validate(aims, context=self.catalog)

    def phases(self) -> tuple[Phase, ...]:
        """Those of the dream, if there is one; then size by size, small to large."""
        areas = (self.size**2 / self.ratio ** (2 * at) for at in reversed(range(self.painted_sizes)))
        painting = (Phase(self.iterations, (1 + self.LOOKING) * area * self.iterations / 1e6) for area in areas)
        return (*(self.dream().phases() if self.dreams else ()), *painting)
