"""What channels of a layer can be asked for."""

from __future__ import annotations

import re
from itertools import combinations_with_replacement
from typing import Any, ClassVar, Literal

from pydantic import (
    Field,
)

from engine.errors import BadChannelPairs, BadOption, OptionConflict
from engine.params.params import TEXT_LIMIT, Params, Phase

MIN_PAIRED, MOST_PAIRED = 2, 6
"""Channels that are drawn in pairs."""


class Channel(Params):
    """What channels of a layer respond to, drawn from nothing. Olah et al. 2017, "Feature Visualization".

    One channel is one large picture. Without a channel it is an atlas: the channels that fire most over a picture, or
    those that speak most for what is searched. With pairs it is a grid: what any two of some channels respond to
    together.
    """

    SEARCHING: ClassVar[int] = 48
    """Steps in which what is searched is imagined."""
    FINISHING: ClassVar[int] = 8
    """Steps at full size that give a single picture its surfaces."""

    recipe: Literal["channel"] = "channel"
    layer: str = Field("mid", max_length=TEXT_LIMIT, description="low, mid, high, or the exact name of a layer")
    channel: int | None = Field(None, ge=0, le=99_999, description="which channel, from 0; without it, the atlas")
    search: str = Field(
        "", max_length=TEXT_LIMIT, description="the channels that speak most for a subject, a class or an emoji"
    )
    pairs: str = Field(
        "", max_length=TEXT_LIMIT, description="2 to 6 channels, each drawn together with each other: 21, 45, 107"
    )
    top: int = Field(12, ge=1, le=36, description="channels in an atlas")
    iterations: int = Field(96, ge=1, le=512, description="steps of painting")
    size: int = Field(768, ge=128, le=1024, description="long side of the result, in pixels")

    def _canonical(self) -> dict[str, Any]:
        network = self._canonical_network()
        words = {"layer": self.catalog.friendly(network, self.layer), "search": self.catalog.aim(network, self.search)}
        if self.channel is not None and self.search:
            raise BadOption(option="channel", problem="and `search` are one too many: leave one of them out")
        if self.channel is not None:
            self.catalog.check_channel(network, words["layer"], self.channel)
        if self.pairs and (self.channel is not None or self.search):
            raise OptionConflict(first="pairs", second="search" if self.search else "channel")
        for channel in self.paired:
            self.catalog.check_channel(network, words["layer"], channel)
        return {"network": network, "pairs": ", ".join(map(str, self.paired)), **words}

    @property
    def paired(self) -> tuple[int, ...]:
        """The channels that are drawn in pairs. Raises `BadChannelPairs`."""
        found = re.findall(r"[^\s,;+]+", self.pairs)
        if wrong := next((one for one in found if not re.fullmatch(r"[0-9]{1,5}", one)), ""):
            raise BadChannelPairs(problem=f'"{wrong}" is no channel\'s number')
        channels = tuple(dict.fromkeys(map(int, found)))
        if self.pairs and not MIN_PAIRED <= len(channels) <= MOST_PAIRED:
            raise BadChannelPairs(problem=f"there {'is' if len(channels) == 1 else 'are'} {len(channels)} of them")
        return channels

    @property
    def grid(self) -> tuple[tuple[int, int], ...]:
        """The pairs that are painted, each once: with 21 and 45 (21, 21), (21, 45) and (45, 45)."""
        return tuple(combinations_with_replacement(self.paired, 2))

    @property
    def aim(self) -> tuple[str, str]:
        """("layer", "mid")."""
        return ("layer", self.layer)

    @property
    def pictures(self) -> int:
        """How many feature pictures are painted."""
        if self.pairs:
            return len(self.grid)
        return self.top if self.channel is None else 1

    @property
    def view(self) -> int:
        """Pixels at which the network looks at each: one picture has more to tell than a tile of an atlas."""
        return round(self.catalog.network(self.network).side * (0.7 if self.channel is None else 1.5))

    @property
    def steps(self) -> int:
        """Steps from beginning to end: what is searched is imagined first, and a single picture is finished finely."""
        finishing = 0 if self.channel is None else self.FINISHING
        return self.iterations + finishing + (self.SEARCHING if self.search else 0)

    @property
    def timed_as(self) -> str:
        """A single picture is finished at full size, an atlas is many small ones."""
        return f"{super().timed_as}{' atlas' if self.channel is None else ''}{' search' if self.search else ''}"

    def phases(self) -> tuple[Phase, ...]:
        """Searching, painting, finishing: what is asked for of them."""
        searching = self.SEARCHING if self.search else 0
        finishing = 0 if self.channel is None else self.FINISHING
        return (
            Phase(searching, 3 * searching * self.catalog.network(self.network).side ** 2 / 1e6),
            Phase(self.iterations, self.pictures * self.iterations * self.view**2 / 1e6),
            Phase(finishing, finishing * self.size**2 / 1e6),
        )
