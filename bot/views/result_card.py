"""The message once a job is settled: `(row, pictures) => card`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot import wording
from bot.store.posting import Posting
from bot.views.message_card import PICKS, Card, Picture, with_pictures
from engine.params import Channel, See, VariedParams, Zoom
from engine.queue.job import Job, JobRow, Result, State


def result_card(row: JobRow, posting: Posting, pictures: Sequence[bytes]) -> Card:
    """The answer: its pictures, or why there are none. Raises ValueError for a row that is not final: it has none."""
    match row.state:
        case State.DONE:
            return _picture_card(row, posting, pictures)
        case State.FAILED:
            return words_card(row, wording.with_code(wording.escape_markdown(row.error), row.error_code))
        case State.CANCELLED:
            return words_card(row, wording.CANCELLED)
        case State.QUEUED | State.RUNNING:
            raise ValueError(f"{row.state} is no answer")


def _picture_card(row: JobRow, posting: Posting, pictures: Sequence[bytes]) -> Card:
    if not pictures:
        return words_card(row, wording.LOST)
    alt = wording.alt_text(row.job.params, posting.original, row)
    alts = [wording.numbered_alt(alt, number, len(pictures)) for number in range(1, len(pictures) + 1)]
    shown = [Picture(data, alt, row.job.spoiler) for data, alt in zip(pictures, alts, strict=True)]
    card = Card(wording.result_words(row, posting.name, posting.frame), verbs=verbs(row), id=row.id)
    return with_pictures(card, shown)


def unfit_card(row: JobRow) -> Card:
    """The picture is too large for where it should go."""
    return words_card(row, wording.UNFIT)


def smaller_card(card: Card, pngs: Sequence[bytes], *, still: bool) -> Card:
    """The answer with smaller pictures, or with the first one of an animation, because the whole was too large."""
    note = wording.STILL if still else wording.SMALLER
    smaller = [replace(one, data=png) for one, png in zip(card.pictures, pngs, strict=True)]
    return with_pictures(replace(card, text=f"{card.text} · {note}"), smaller)


def words_card(row: JobRow, text: str) -> Card:
    """Words in place of a picture."""
    return Card(f"{text}\n-# `{wording.credit(row.job.params)}`", verbs=("retry",), id=row.id)


def verbs(row: JobRow) -> tuple[str, ...]:
    """The buttons under a result. Neither a GIF nor a page with words on it is dreamed further."""
    params = row.job.params
    if found := variations(row):
        return (*PICKS[: len(found)], "again", "tune", "more")
    if isinstance(params, See):
        return ("dream", "again", "more")
    if isinstance(params, Zoom) or (isinstance(params, Channel) and params.channel is None):
        return ("again", "tune", "more")
    return ("deeper", "again", "zoom", "tune", "more")


def variations(row: JobRow) -> list[Result]:
    """The pictures of a sheet or a batch, each by itself; none where a result is one picture."""
    return [Result(**one) for one in row.result.facts.get("variations", ())] if row.result else []


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
