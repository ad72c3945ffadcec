"""What `/see` can be asked for."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import (
    Field,
)

from engine.params.params import Params, Phase


class See(Params):
    """What the network sees in a picture, and why, on one page. Olah et al. 2018, "Building Blocks"."""

    FEATURES: ClassVar[int] = 12
    """Channels of a layer whose feature pictures the page may show, where they have to be painted."""
    LOOKS: ClassVar[int] = 16
    """Looks at all of the picture, as large as what the network learned."""
    NAMING: ClassVar[int] = 8
    """Those of them that it takes to say what is there."""
    PAGE_SHARE: ClassVar[float] = 0.6
    """The share of a pixel's work that the page takes for each of its pixels."""

    recipe: Literal["see"] = "see"
    iterations: int = Field(56, ge=1, le=256, description="steps of painting what the channels respond to")
    size: int = Field(1280, ge=640, le=2048, description="width of the page, in pixels")

    @property
    def aim(self) -> tuple[str, str]:
        """("network", "lite2"): whose eyes these are."""
        return ("network", self.network)

    @property
    def view(self) -> int:
        """Pixels at which the network looks at each feature picture."""
        return round(self.catalog.network(self.network).side * 0.7)

    def phases(self) -> tuple[Phase, ...]:
        """Naming what is there; then looking closer, and painting at most `FEATURES` feature pictures a layer."""
        entry = self.catalog.network(self.network)
        look = entry.side**2 / 1e6
        layers = 0 if entry.thumbnails else len(self.catalog.perception_layers(self.network))
        painted = layers * self.iterations * self.FEATURES * self.view**2 / 1e6
        page = self.PAGE_SHARE * self.size**2 / 1e6
        closer = (self.LOOKS - self.NAMING) * look + page
        return (Phase(1, self.NAMING * look), Phase(layers * self.iterations, closer + painted))
