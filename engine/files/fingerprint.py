"""By what a picture is known again: `(file, its pixels) => Fingerprint`, computed where files are opened.

The exact file by its SHA-256; the same picture recompressed, smaller or mirrored by a difference hash (the package
`dhash`): whether each of 8 x 8 fields is lighter than its neighbours. Where two fields are nearly as light as each
other, JPEG decides by chance which of them is lighter: in a picture with a large plain part, at up to 12 of 128 bits.
So those bits of the newer picture are not counted, where there are enough others. Chosen on 257 photographs by
`python -m tests.photograph_pairs`, which says how they did on 419 others.
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
SURE_STEP = 2
"""By more than so many steps of lightness, of 255, do two fields differ where a bit is sure."""
LEAST_SURE = 48
"""Bits, of 128, that are sure where the others need not count."""
MOST_DIFFERENT_SURE = 0.02
"""Share of the sure bits by which the hashes of one picture differ at most."""
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
    sure: str = ""
    """Which bits of `hash` are sure, in hex. It is not kept: only of what is compared with what was kept."""

    def __post_init__(self) -> None:
        """Raises ValueError for what is no fingerprint."""
        hashes = (self.hash, self.mirrored, self.sure)
        exact = SHA256.fullmatch(self.sha256) or not (self.sha256 or any(hashes))
        if not (exact and all(HASH.fullmatch(one) for one in hashes)):
            raise ValueError("not a fingerprint of ours")

    def is_same(self, other: Fingerprint) -> bool:
        """Whether both are of one picture, also where one is recompressed, smaller or mirrored."""
        if self.sha256 and self.sha256 == other.sha256:
            return True
        return bool(other.hash) and any(_is_near(one, other) for one in (self.hash, self.mirrored) if one)


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
    ours, mirrored = (f"{dhash.dhash_int(one, FIELDS):032x}" for one in (greys, turned))
    return Fingerprint(exact, ours, mirrored, f"{_sure_bits(rows):032x}")


def _is_near(hash: str, other: Fingerprint) -> bool:
    """Whether a hash that was kept is of the same picture as another."""
    different, sure = int(hash, 16) ^ int(other.hash, 16), int(other.sure or "0", 16)
    if different.bit_count() <= MOST_DIFFERENT:
        return True
    counted = sure.bit_count()
    return counted >= LEAST_SURE and (different & sure).bit_count() <= MOST_DIFFERENT_SURE * counted


def _sure_bits(rows: list[list[int]]) -> int:
    """Of a picture's fields, 9 x 9 in [0, 255], the bits of its hash that are sure, in the hash's order: first each
    field beside its right neighbour, then above its lower one."""
    beside = [abs(row[x] - row[x + 1]) for row in rows[:FIELDS] for x in range(FIELDS)]
    above = [abs(rows[y][x] - rows[y + 1][x]) for y in range(FIELDS) for x in range(FIELDS)]
    return int("".join("1" if one > SURE_STEP else "0" for one in (*beside, *above)), 2)
