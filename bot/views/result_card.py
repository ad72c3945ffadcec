"""The message once a job is settled: `(row, pictures) => card`."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from bot import wording
from bot.languages.current import speaking
from bot.store.posting import Posting
from bot.views.message_card import PICKS, STAR, Card, Picture, speaks_as_posting, with_pictures
from bot.views.tune_panel import SIZES
from engine.errors import EngineCrashed, Failure, OutOfMemory, TimedOut, TooMuchMemory
from engine.files.blobs import BlobKey
from engine.params import Animate, Channel, Morph, Params, See, Upscale, VariedParams, Video, Zoom, bounds
from engine.queue.job import Job, JobRow, Result, State

LEAST_CHANGED = 0.05
"""Of the pixels; what was changed less is shown to nobody but its requester."""
SMALLER_HELPS = frozenset(error.code for error in (EngineCrashed, TimedOut, OutOfMemory, TooMuchMemory))
"""The codes of failures that a smaller size may mend."""


def is_unchanged(row: JobRow) -> bool:
    """Whether hardly anything was changed in what a result was made of, so that nobody but its requester is shown it:
    else people could have any image posted in the bot's name."""
    return share_changed(row) < LEAST_CHANGED


def share_changed(row: JobRow) -> float:
    """The share of the pixels that were changed, in [0, 1], as the engine measured it; 1 where that says nothing."""
    return float(row.result.facts.get("changed", 1.0)) if row.result else 1.0


@speaks_as_posting
def result_card(row: JobRow, posting: Posting, pictures: Sequence[bytes]) -> Card:
    """The answer: its pictures, or why there are none. Raises ValueError for a row that is not final: it has none."""
    card = _card(row, posting, pictures)
    return replace(card, text="\n".join(filter(None, (posting.headline, card.text))))


def _card(row: JobRow, posting: Posting, pictures: Sequence[bytes]) -> Card:
    match row.state:
        case State.DONE if is_unchanged(row) and not posting.is_private:
            return _withheld_card(row, posting)
        case State.DONE:
            return _picture_card(row, posting, pictures)
        case State.FAILED:
            said = wording.with_code(wording.failure_words(row), failure_code(row))
            return words_card(row, said, smaller=row.error_code in SMALLER_HELPS)
        case State.CANCELLED:
            return words_card(row, wording.CANCELLED)
        case State.QUEUED | State.RUNNING:
            raise ValueError(f"{row.state} is no answer")


def _picture_card(row: JobRow, posting: Posting, pictures: Sequence[bytes]) -> Card:
    if not pictures:
        return words_card(row, wording.with_code(wording.LOST, wording.job_code(row.id)))
    alt = wording.alt_text(row.job.params, posting.original, row)
    alts = [wording.numbered_alt(alt, number, len(pictures)) for number in range(1, len(pictures) + 1)]
    shown = [Picture(data, alt, row.job.spoiler) for data, alt in zip(pictures, alts, strict=True)]
    words = wording.result_words(row, posting.name, posting.frame)
    below = (*verbs(row), STAR) if posting.stars else verbs(row)
    card = Card(words, verbs=below, id=row.id, offer=posting.offer)
    return with_pictures(card, shown)


def _withheld_card(row: JobRow, posting: Posting) -> Card:
    """Words in place of what hardly differs from its source, with the way to see it alone."""
    kept = tuple(verb for verb in verbs(row) if verb in ("again", "tune"))
    text = f"{wording.withheld_words(share_changed(row), posting.name)}\n-# `{wording.credit(row.job.params)}`"
    return Card(text, verbs=("show", *kept, "delete"), id=row.id)


def unfit_card(row: JobRow, locale: str) -> Card:
    """The picture is too large for where it should go."""
    with speaking(locale):
        return words_card(row, wording.UNFIT, smaller=True)


def smaller_card(card: Card, pngs: Sequence[bytes], *, still: bool) -> Card:
    """The answer with smaller pictures, or with the first one of an animation, because the whole was too large."""
    with speaking(card.locale):
        note = wording.STILL if still else wording.SMALLER
    smaller = [replace(one, data=png) for one, png in zip(card.pictures, pngs, strict=True)]
    verbs = ("smaller", *card.verbs) if still else card.verbs
    return with_pictures(replace(card, text=f"{card.text} · {note}", verbs=verbs), smaller)


def words_card(row: JobRow, text: str, *, smaller: bool = False) -> Card:
    """Words in place of a picture, with what may help: the same once more, or smaller."""
    verbs = ("smaller", "retry") if smaller and next_smaller(row.job.params) else ("retry",)
    return Card(f"{text}\n-# `{wording.credit(row.job.params)}`", verbs=verbs, id=row.id)


def failure_code(row: JobRow) -> str:
    """The code of a failed job's sentence, and, where something broke, the job's own, which the log has."""
    broke = row.error_code.startswith(Failure.code[0])
    return f"{row.error_code} {wording.job_code(row.id)}" if broke else row.error_code


def next_smaller(params: Params) -> int | None:
    """The next smaller size of what params ask for; None where it is the smallest."""
    least = int(bounds(type(params), "size")["ge"])
    return max((size for size in (least, *SIZES) if least <= size < params.size), default=None)


def verbs(row: JobRow) -> tuple[str, ...]:
    """The buttons under a result. Neither an animation nor a page with words on it is dreamed further."""
    params = row.job.params
    if isinstance(params, Animate):
        return ("more",)
    if isinstance(params, Morph):
        return ("again", "more")
    if found := variations(row):
        return (*PICKS[: len(found)], "again", "tune", "more")
    if isinstance(params, See):
        return ("dream", "again", "more")
    if isinstance(params, Upscale):
        return ("deeper", "again", "zoom", "more")
    if isinstance(params, Zoom) and params.motion == "once":
        return ("continue", "again", "tune", "more")
    if isinstance(params, Zoom | Video) or (isinstance(params, Channel) and params.channel is None):
        return ("again", "tune", "more")
    return ("deeper", "again", "zoom", "tune", "more")


def is_one_picture(row: JobRow) -> bool:
    """Whether a result is one picture or film, and neither a sheet nor a page with words on it."""
    params = row.job.params
    is_page = isinstance(params, See) or (isinstance(params, Channel) and params.channel is None)
    return not (is_page or variations(row))


def variations(row: JobRow) -> list[Result]:
    """The pictures of a sheet or a batch, each by itself; none where a result is one picture."""
    return [Result.from_json(one) for one in row.result.facts.get("variations", ())] if row.result else []


def ending(row: JobRow) -> BlobKey | None:
    """The last picture of a zoom that can go on; of one from before they were stored, a name that nothing has."""
    if row.result is None or "continue" not in verbs(row):
        return None
    stored = row.result.facts.get("ending", {}).get("blob")
    return BlobKey(stored or hashlib.sha256(f"ending of {row.id}".encode()).hexdigest())


def shown(row: JobRow) -> list[Result]:
    """What an answer shows: its one picture, or sheet, or those of a batch beside one another."""
    if row.result is None:
        return []
    return variations(row) if "pictures" in row.result.facts else [row.result]


def taken_out(row: JobRow, at: int) -> Job:
    """The job of one picture of a sheet or a batch, counted from 0 as they are shown, by itself."""
    numbers = row.result.facts.get("pictures") if row.result else None
    if numbers:
        return row.job.alone(numbers[at])
    assert isinstance(row.job.params, VariedParams)
    return replace(row.job, params=row.job.params.variation(at))
