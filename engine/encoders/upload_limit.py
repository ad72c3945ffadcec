"""Making a result fit the upload limit, and saying what it cost: `(attempts, limit) => Encoded`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from engine.encoders.encoder import Encoded
from engine.notes import Note

SHRINKS = (0.8, 0.64, 0.5, 0.35, 0.25, 0.125)
"""Parts of the full side that are tried when nothing else helps."""


def first_that_fits(attempts: Iterable[Encoded], limit_bytes: int | None) -> Encoded:
    """The first attempt of at most `limit_bytes`; they come best first and are made only as far as needed.

    If none fits, the smallest of them: whoever uploads it will hear of it. Raises `ValueError` for no attempts.
    """
    made: list[Encoded] = []
    for attempt in attempts:
        if limit_bytes is None or len(attempt.data) <= limit_bytes:
            return attempt
        made = [min([*made, attempt], key=lambda one: len(one.data))]
    if not made:
        raise ValueError("there is nothing to fit; give at least one attempt")
    return made[0]


HOPELESS = 1.5
"""What must be expected to be so many times too large is not even tried."""


class Attempt(NamedTuple):
    """A way to make a film, which takes long."""

    kind: str
    """Of what kind the file is: bytes for a pixel differ."""
    pixels: float
    """Of all its frames; any unit will do."""
    encode: Callable[[], Encoded]


def fit(attempts: Iterable[Attempt], limit_bytes: int | None) -> Encoded:
    """As `first_that_fits`, without those attempts that surely do not: of a kind, bytes go with pixels."""
    return first_that_fits(_hopeful(attempts, limit_bytes), limit_bytes)


def _hopeful(attempts: Iterable[Attempt], limit_bytes: int | None) -> Iterator[Encoded]:
    tried: tuple[Attempt, int] | None = None
    skipped: Attempt | None = None
    for attempt in attempts:
        if tried and _is_hopeless(attempt, *tried, limit_bytes):
            skipped = attempt
            continue
        made = attempt.encode()
        tried, skipped = (attempt, len(made.data)), None
        yield made
    if skipped is not None:
        yield skipped.encode()


def _is_hopeless(attempt: Attempt, tried: Attempt, size: int, limit_bytes: int | None) -> bool:
    if limit_bytes is None or attempt.kind != tried.kind or attempt.pixels >= tried.pixels:
        return False
    return size * attempt.pixels / tried.pixels > HOPELESS * limit_bytes


def lossy_note(kind: str) -> Note:
    """For a picture that could not stay lossless."""
    return Note("lossy", {"format": _NAMES[kind]})


def smaller_note(width: int, height: int) -> Note:
    """For a picture or film that had to be made smaller."""
    return Note("smaller", {"width": width, "height": height})


_NAMES = {"jpeg": "JPEG", "webp": "WebP"}
