"""The message once a job is settled: `(row, picture) => card`."""

from __future__ import annotations

from dataclasses import replace

from bot import wording
from bot.store.posting import Posting
from bot.views.message_card import PICKS, Card, Picture
from engine.params import Animate, Channel, See, Zoom
from engine.queue.job import JobRow, Result, State


def result_card(row: JobRow, posting: Posting, picture: bytes | None) -> Card:
    """The answer: the picture, or why there is none. Raises ValueError for a row that is not final: it has none."""
    match row.state:
        case State.DONE:
            return _picture_card(row, posting, picture)
        case State.FAILED:
            return words_card(row, wording.with_code(wording.escape_markdown(row.error), row.error_code))
        case State.CANCELLED:
            return words_card(row, wording.CANCELLED)
        case State.QUEUED | State.RUNNING:
            raise ValueError(f"{row.state} is no answer")


def _picture_card(row: JobRow, posting: Posting, picture: bytes | None) -> Card:
    if picture is None:
        return words_card(row, wording.LOST)
    shown = Picture(picture, wording.alt_text(row.job.params, posting.original, row), row.job.spoiler)
    return Card(wording.result_words(row, posting.name, posting.frame), shown, verbs(row), row.id)


def unfit_card(row: JobRow) -> Card:
    """The picture is too large for where it should go."""
    return words_card(row, wording.UNFIT)


def smaller_card(card: Card, png: bytes, *, still: bool) -> Card:
    """The answer with a smaller picture, or with the first one of an animation, because the whole was too large."""
    assert card.picture is not None
    note = wording.STILL if still else wording.SMALLER
    return replace(card, text=f"{card.text} · {note}", picture=replace(card.picture, data=png))


def words_card(row: JobRow, text: str) -> Card:
    """Words in place of a picture."""
    return Card(f"{text}\n-# `{wording.credit(row.job.params)}`", verbs=("retry",), id=row.id)


def verbs(row: JobRow) -> tuple[str, ...]:
    """The buttons under a result. Neither an animation nor a page with words on it is dreamed further."""
    params = row.job.params
    if isinstance(params, Animate):
        return ("more",)
    if found := variations(row):
        return (*PICKS[: len(found)], "again", "tune", "more")
    if isinstance(params, See):
        return ("dream", "again", "more")
    if isinstance(params, Zoom) or (isinstance(params, Channel) and params.channel is None):
        return ("again", "tune", "more")
    return ("deeper", "again", "zoom", "tune", "more")


def variations(row: JobRow) -> list[Result]:
    """The pictures of a sheet, each by itself; none where a result is one picture."""
    return [Result(**one) for one in row.result.facts.get("variations", ())] if row.result else []
