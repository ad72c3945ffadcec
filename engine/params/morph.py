"""What `/concept` can be asked for with `morph_to`."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any, ClassVar, Final, Literal

from pydantic import Field

from engine.catalog import subject_sequence, weighted_terms
from engine.catalog.catalog import Catalog, Meaning
from engine.errors import MorphToItself, NothingNamed, NothingToMorphTo, TooManyMorphs
from engine.params.params import CROP_PIXELS, FINDING_PIXELS, PAINT_SHARE, TEXT_LIMIT, AnimatedParams, Phase

_CHANNEL: Final = re.compile(r"^[^+,&*]+:\s*[0-9]+\s*$")
"""One channel of a layer, mid:21; a custom emoji and a shortcode, which have colons too, end otherwise."""


class Morph(AnimatedParams):
    """One thing that the network imagines becomes another, and in the end the first again. Olah et al. 2017."""

    STILLS: ClassVar[int] = 7
    """Pictures of each transition that a strip shows, its subjects among them."""
    STILL_SIDE: ClassVar[int] = 256
    """Pixels of a strip's pictures, at most."""
    DETAIL_SHARE: ClassVar[float] = 0.25
    """Steps that give details to what was found, for each step that found it, where whole crops are looked at."""
    REFINING: ClassVar[int] = 8
    """Steps at full size that give each frame its contours, where all pixels are looked at at once."""

    recipe: Literal["morph"] = "morph"
    subject: str = Field(
        "",
        max_length=TEXT_LIMIT,
        description="2 to 6 things, each becoming the next: banana > eye > dog; or channels: mid:21 > mid:45",
    )
    iterations: int = Field(64, ge=2, le=512, description="steps of painting for each thing")
    size: int = Field(320, ge=128, le=640, description="long side of a frame, in pixels")
    frames: int = Field(48, ge=8, le=180, description="pictures in the animation")
    strip: bool = Field(False, description="still pictures side by side, in place of an animation")

    def _canonical(self) -> dict[str, Any]:
        network = self._canonical_network(self.subject)
        parts = [_canonical_part(self.catalog, network, one) for one in _check(self.subject)]
        if len(parts) > 2 and parts[-1] == parts[0]:  # it goes back to the first anyway
            parts.pop()
        if same := next((one for one, other in pairwise(parts) if one == other), ""):
            raise MorphToItself(name=same)
        return {"network": network, "subject": subject_sequence.THEN.join(parts)}

    def _network_for(self, subject: str, default: str) -> str:
        """Channels are of the network that is asked, or of the default."""
        words = [one for one in _check(subject) if not _CHANNEL.match(one)]
        return (
            subject_sequence.network_for(self.catalog, subject_sequence.THEN.join(words), default) if words else default
        )

    @property
    def aim(self) -> tuple[str, str]:
        """("subject", "banana > eye")."""
        return ("subject", self.subject)

    @property
    def subjects(self) -> tuple[str, ...]:
        """("banana", "eye")."""
        return subject_sequence.split(self.subject)

    @property
    def last(self) -> tuple[str, str]:
        """The option that says what it becomes last, and its word: ("subject", "eye"), or ("layer", "mid:45")."""
        word = self.subjects[-1]
        return ("layer" if _CHANNEL.match(word) else "subject", word)

    def meanings(self) -> tuple[tuple[Meaning, ...], ...]:
        """What each subject means, as the network's layers and channels; all of one at once."""
        return tuple(_meanings(self.catalog, self.network, one) for one in self.subjects)

    @property
    def returns(self) -> bool:
        """Whether it goes back the way that it came: two subjects. More of them are a ring."""
        return len(self.subjects) == 2

    @property
    def transitions(self) -> int:
        """Different ways from one subject to another."""
        return 1 if self.returns else len(self.subjects)

    @property
    def pictures(self) -> int:
        """Different pictures that are shown."""
        if self.strip:
            return self.transitions * self.STILLS
        return self.frames // 2 + 1 if self.returns else self.frames

    @property
    def frame_side(self) -> int:
        """Long side of each picture."""
        return min(self.size, self.STILL_SIDE) if self.strip else self.size

    @property
    def by_crops(self) -> bool:
        """Whether the network looks at whole crops in place of all pixels at once."""
        return self.catalog.network(self.network).crops

    @property
    def painting(self) -> int:
        """Steps that find the things and the ways between them."""
        begins_grey = not self.by_crops and not self.catalog.network(self.network).sketches
        return round(self.iterations * len(self.subjects) * (3 if begins_grey else 2))

    @property
    def detailing(self) -> int:
        """Steps that give details to what was found, by crops."""
        return round(self.DETAIL_SHARE * self.painting) if self.by_crops else 0

    @property
    def view(self) -> int:
        """Pixels at which a network that sees all pixels at once looks at a frame: one thing fills what it sees."""
        return round(self.catalog.network(self.network).side * 0.65)

    def phases(self) -> tuple[Phase, ...]:
        """By crops finding and detailing; else painting, then contours of every frame."""
        if self.by_crops:
            paint = 2 * PAINT_SHARE * self.frame_side**2
            return (
                Phase(self.painting, self.painting * (FINDING_PIXELS + paint) / 1e6),
                Phase(self.detailing, self.detailing * (CROP_PIXELS + paint) / 1e6),
                Phase(0, self.pictures * PAINT_SHARE * self.frame_side**2 / 1e6),
            )
        refining = self.pictures * self.REFINING
        return (
            Phase(self.painting, 2.6 * self.painting * self.view**2 / 1e6),
            Phase(refining, refining * self.frame_side**2 / 1e6),
        )


def _check(text: str) -> tuple[str, ...]:
    """The subjects of a text as they were typed. Raises what is wrong with their number."""
    found = tuple(filter(None, subject_sequence.split(text)))
    if not found:
        raise NothingNamed
    if len(found) == 1:
        raise NothingToMorphTo(name=found[0][:TEXT_LIMIT])
    if len(found) > subject_sequence.MOST:
        raise TooManyMorphs(count=len(found), limit=subject_sequence.MOST)
    return found


def _canonical_part(catalog: Catalog, network: str, text: str) -> str:
    """Raises what the catalogue raises."""
    read: Callable[[str, str], str] = catalog.aim
    return weighted_terms.canonical(catalog, network, text) if _CHANNEL.match(text) else read(network, text)


def _meanings(catalog: Catalog, network: str, text: str) -> tuple[Meaning, ...]:
    if not _CHANNEL.match(text):
        return catalog.meanings(network, text)
    return tuple(term.meaning(catalog, network) for term in weighted_terms.read(catalog, network, text))
