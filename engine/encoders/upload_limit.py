"""Making a result fit the upload limit, and saying what it cost: `(attempts, limit) => Encoded`."""

from __future__ import annotations

from collections.abc import Iterable

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


def lossy_note(kind: str) -> Note:
    """For a picture that could not stay lossless."""
    return Note("lossy", {"format": _NAMES[kind]})


def smaller_note(width: int, height: int) -> Note:
    """For a picture or film that had to be made smaller."""
    return Note("smaller", {"width": width, "height": height})


def more_compressed_note() -> Note:
    """For a film of a lower quality."""
    return Note("compressed")


def fewer_colours_note(colours: int) -> Note:
    """For a film with fewer colours."""
    return Note("colours", {"colours": colours})


def fewer_frames_note(kept: int, frames: int) -> Note:
    """For a film that lost frames."""
    return Note("frames", {"kept": kept, "frames": frames})


_NAMES = {"jpeg": "JPEG", "webp": "WebP"}
