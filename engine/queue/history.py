"""From which picture a dream of dreams came, and through which dreams: `job and its result => history of the next`.

It crosses with a job and stays in its row, so that it outlives the rows of the dreams before.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.catalog.catalog import Catalog
from engine.files.blobs import BlobKey
from engine.params import MOST_DREAMS, PastDream, pack_dreams, read_dreams

PICTURE = "picture"
"""The name of the first picture among the pictures of a history."""


@dataclass(frozen=True, slots=True)
class History:
    """The dreams before a dream; none for what was made of a picture that somebody brought."""

    dreams: tuple[PastDream, ...] = ()
    """The first one first; of very many, the last `MOST_DREAMS`."""
    omitted: int = 0
    """How many there were before those."""
    pictures: Mapping[str, BlobKey] = field(default_factory=dict)
    """Clean PNGs: the "picture" with which all began, unless that was noise; each "mask", "guide" and "painting"."""

    def __bool__(self) -> bool:
        return bool(self.dreams)

    def followed_by(self, dream: PastDream, pictures: Mapping[str, BlobKey]) -> History:
        """With one dream more; `pictures` are those that it was made with, of which the first of a name stays."""
        dreams = (*self.dreams, dream)
        kept = {**{name: key for name, key in pictures.items() if name != PICTURE or not self}, **self.pictures}
        return History(dreams[-MOST_DREAMS:], self.omitted + max(0, len(dreams) - MOST_DREAMS), kept)

    def to_json(self) -> str:
        """For the row; empty where there is nothing to tell."""
        if not self:
            return ""
        return json.dumps(
            {"dreams": pack_dreams(self.dreams), "omitted": self.omitted, "pictures": dict(self.pictures)}
        )

    @classmethod
    def from_json(cls, text: str | None, catalog: Catalog) -> History:
        """From the row. Raises what the catalogue raises where a word in it has gone since."""
        if not text:
            return cls()
        told = json.loads(text)
        pictures = {name: BlobKey(key) for name, key in told["pictures"].items()}
        return cls(read_dreams(told["dreams"], catalog), told["omitted"], pictures)
