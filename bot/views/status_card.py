"""The message while a dream waits or is dreamed: `(job, place or progress) => card`."""

from __future__ import annotations

from collections.abc import Sequence

from bot import wording
from bot.store.posting import Posting
from bot.views import guess_card
from bot.views.message_card import Card, Picture, speaks_as_posting, with_pictures
from engine.params import Animate, AnyParams, Morph
from engine.queue.job import Job, JobId, Place


@speaks_as_posting
def opening_card(params: AnyParams, posting: Posting, ahead: int = 0) -> Card:
    """Before the picture is there, when that takes long; so many are opened before it."""
    return Card(wording.status_words(wording.opening_words(params, ahead), posting.name, params))


@speaks_as_posting
def waiting_card(
    id: JobId,
    job: Job,
    posting: Posting,
    shown: Sequence[bytes],
    place: Place | None,
    *,
    broken_off: bool = False,
) -> Card:
    """In the line, with the pictures it will be made of; `broken_off` is one whose engine died."""
    if posting.choices:
        return guess_card.waiting_card(id, posting, b"".join(shown[:1]), place)
    stands = wording.place_words(place)
    said = f"{wording.ONCE_MORE} {stands}" if broken_off else stands
    text = wording.status_words(said, posting.name, job.params, posting.frame)
    return with_pictures(
        Card(text, verbs=("cancel",), id=id, offer=posting.offer), _pictures_before(shown, posting, job)
    )


@speaks_as_posting
def dreaming_card(
    id: JobId,
    job: Job,
    posting: Posting,
    shown: Sequence[bytes],
    preview: bytes,
    fraction: float,
    left_s: float = 0.0,
    *,
    broken_off: bool = False,
) -> Card:
    """Under way, with the latest preview once there is one; `broken_off` is one that was under way before."""
    if posting.choices:
        return guess_card.growing_card(id, posting, preview or b"".join(shown[:1]), fraction, left_s)
    params = job.params
    progress = wording.progress_words(params, fraction, left_s)
    said = f"{wording.ONCE_MORE} {progress}" if broken_off else progress
    said = "\n".join(filter(None, (posting.headline, said)))
    text = wording.status_words(said, posting.name, params, posting.frame)
    cancel = () if posting.game else ("cancel",)
    if preview:
        picture = Picture(preview, wording.alt_text(params, posting.original), job.spoiler)
        keep = () if isinstance(params, Animate | Morph) else ("keep",)  # a film that is not finished is none
        return Card(text, picture, (*cancel, *keep) if cancel else (), id, posting.offer)
    return with_pictures(Card(text, verbs=cancel, id=id, offer=posting.offer), _pictures_before(shown, posting, job))


def _pictures_before(shown: Sequence[bytes], posting: Posting, job: Job) -> list[Picture]:
    alt = wording.alt_text_before(posting.original)
    alts = (wording.numbered_alt(alt, number, len(shown)) for number in range(1, len(shown) + 1))
    return [Picture(data, alt, job.spoiler) for data, alt in zip(shown, alts, strict=True)]
