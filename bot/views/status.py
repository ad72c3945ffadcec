"""The message while a dream waits or is dreamed: `(job, place or progress) => card`."""

from __future__ import annotations

from bot import wording
from bot.posting import Posting
from bot.views.card import Card, Picture
from engine.jobs.job import JobId, Place
from engine.jobs.params import AnyParams


def opening(params: AnyParams, posting: Posting) -> Card:
    """Before the picture is there, when that takes long."""
    return Card(wording.status(wording.OPENING, posting.name, params))


def waiting(
    id: JobId,
    params: AnyParams,
    posting: Posting,
    shown: bytes | None,
    place: Place | None,
    *,
    crashed: bool = False,
) -> Card:
    """In the line, with the picture it will be made of; `crashed` is one that was begun before and broke."""
    stands = wording.place(place)
    text = wording.status(f"{wording.ONCE_MORE} {stands}" if crashed else stands, posting.name, params)
    return Card(text, _before(shown, posting), ("cancel",), id)


def dreaming(
    id: JobId,
    params: AnyParams,
    posting: Posting,
    shown: bytes | None,
    preview: bytes,
    fraction: float,
    left_s: float = 0.0,
) -> Card:
    """Under way, with the latest preview once there is one."""
    text = wording.status(wording.underway(params, fraction, left_s), posting.name, params)
    if preview:
        return Card(text, Picture(preview, wording.alt(params, posting.original)), ("cancel", "keep"), id)
    return Card(text, _before(shown, posting), ("cancel",), id)


def _before(shown: bytes | None, posting: Posting) -> Picture | None:
    return None if shown is None else Picture(shown, wording.alt_before(posting.original))
