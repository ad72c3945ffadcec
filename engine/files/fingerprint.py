"""By what a picture is known again: `(file, its pixels) => Fingerprint`, computed where files are opened.

The exact file by its SHA-256; the same picture recompressed, smaller or mirrored by a difference hash (the package
`dhash`): whether each of 8 x 8 fields is lighter than its neighbours. Measured on 208 photographs, cuttings of them and
paintings, 256 pixels wide at most: JPEG at quality 60, half the size and the mirrored copy change at most 6 of 128 bits
of a whole picture; of two different pictures at least 10 are unlike.
"""

from __future__ import annotations

import hashlib
import re
import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

FIELDS = 8
"""Fields of the difference hash across, and down."""
MOST_DIFFERENT = 8
"""Bits, of 128, by which the hashes of one picture differ at most."""
PLAIN_STDDEV = 6.0
"""Standard deviation of the fields' lightness, of 255: what has less is known again exactly, or not at all."""
SHA256, HASH = re.compile("[0-9a-f]{64}"), re.compile("([0-9a-f]{32})?")


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What is kept of a picture that is to be known again; nothing of it can be seen."""

    sha256: str = ""
    """Of the whole file, in hex."""
    hash: str = ""
    """The difference hash in hex, of the picture ..."""
    mirrored: str = ""
    """... and of its mirrored copy; both empty where the picture is nearly plain."""

    def __post_init__(self) -> None:
        """Raises ValueError for what is no fingerprint."""
        hashes = HASH.fullmatch(self.hash) and HASH.fullmatch(self.mirrored)
        exact = SHA256.fullmatch(self.sha256) or not (self.sha256 or self.hash or self.mirrored)
        if not (hashes and exact):
            raise ValueError("not a fingerprint of ours")

    def is_same(self, other: Fingerprint) -> bool:
        """Whether both are of one picture, also where one is recompressed, smaller or mirrored."""
        if self.sha256 and self.sha256 == other.sha256:
            return True
        ours = [int(one, 16) for one in (self.hash, self.mirrored) if one]
        return bool(other.hash) and any((one ^ int(other.hash, 16)).bit_count() <= MOST_DIFFERENT for one in ours)


UNKNOWN = Fingerprint()
"""Of nothing: it is the same as no other."""


def fingerprint(data: bytes, picture: Image.Image) -> Fingerprint:
    """The fingerprint of a file and of the RGB picture that was opened from it."""
    import dhash
    from PIL import Image

    across = FIELDS + 1
    greys = [*picture.convert("L").resize((across, across), Image.Resampling.LANCZOS).tobytes()]
    exact = hashlib.sha256(data).hexdigest()
    if statistics.pstdev(greys) < PLAIN_STDDEV:
        return Fingerprint(exact)
    rows = [greys[at : at + across] for at in range(0, len(greys), across)]
    turned = [grey for row in rows for grey in reversed(row)]
    return Fingerprint(exact, *(f"{dhash.dhash_int(one, FIELDS):032x}" for one in (greys, turned)))
