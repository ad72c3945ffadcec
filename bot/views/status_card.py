"""The message while a dream waits or is dreamed: `(job, place or progress) => card`."""

from __future__ import annotations

from bot import wording
from bot.store.posting import Posting
from bot.views.message_card import Card, Picture
from engine.params import AnyParams
from engine.queue.job import Job, JobId, Place


def opening_card(params: AnyParams, posting: Posting, ahead: int = 0) -> Card:
    """Before the picture is there, when that takes long; so many are opened before it."""
    return Card(wording.status_words(wording.opening_words(ahead), posting.name, params))


def waiting_card(
    id: JobId,
    job: Job,
    posting: Posting,
    shown: bytes | None,
    place: Place | None,
    *,
    broken_off: bool = False,
) -> Card:
    """In the line, with the picture it will be made of; `broken_off` is one whose engine died."""
    stands = wording.place_words(place)
    said = f"{wording.ONCE_MORE} {stands}" if broken_off else stands
    text = wording.status_words(said, posting.name, job.params, posting.frame)
    return Card(text, _picture_before(shown, posting, job), ("cancel",), id, posting.offer)


def dreaming_card(
    id: JobId,
    job: Job,
    posting: Posting,
    shown: bytes | None,
    preview: bytes,
    fraction: float,
    left_s: float = 0.0,
    *,
    broken_off: bool = False,
) -> Card:
    """Under way, with the latest preview once there is one; `broken_off` is one that was under way before."""
    params = job.params
    progress = wording.progress_words(params, fraction, left_s)
    said = f"{wording.ONCE_MORE} {progress}" if broken_off else progress
    text = wording.status_words(said, posting.name, params, posting.frame)
    if preview:
        picture = Picture(preview, wording.alt_text(params, posting.original), job.spoiler)
        return Card(text, picture, ("cancel", "keep"), id, posting.offer)
    return Card(text, _picture_before(shown, posting, job), ("cancel",), id, posting.offer)


def _picture_before(shown: bytes | None, posting: Posting, job: Job) -> Picture | None:
    return None if shown is None else Picture(shown, wording.alt_text_before(posting.original), job.spoiler)
