"""The message while a dream waits or is dreamed: `(job, place or progress) => card`."""

from __future__ import annotations

from bot import wording
from bot.store.posting import Posting
from bot.views.message_card import Card, Picture
from engine.params import Animate, AnyParams
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
    crashed: bool = False,
) -> Card:
    """In the line, with the picture it will be made of; `crashed` is one that was begun before and broke."""
    stands = wording.place_words(place)
    said = f"{wording.ONCE_MORE} {stands}" if crashed else stands
    text = wording.status_words(said, posting.name, job.params, posting.frame)
    return Card(text, _picture_before(shown, posting, job), ("cancel",), id)


def dreaming_card(
    id: JobId,
    job: Job,
    posting: Posting,
    shown: bytes | None,
    preview: bytes,
    fraction: float,
    left_s: float = 0.0,
) -> Card:
    """Under way, with the latest preview once there is one."""
    params = job.params
    text = wording.status_words(wording.progress_words(params, fraction, left_s), posting.name, params, posting.frame)
    if preview:
        picture = Picture(preview, wording.alt_text(params, posting.original), job.spoiler)
        keep = () if isinstance(params, Animate) else ("keep",)  # a film that is not finished is none
        return Card(text, picture, ("cancel", *keep), id)
    return Card(text, _picture_before(shown, posting, job), ("cancel",), id)


def _picture_before(shown: bytes | None, posting: Posting, job: Job) -> Picture | None:
    return None if shown is None else Picture(shown, wording.alt_text_before(posting.original), job.spoiler)
