"""What crosses from the engine as code or name and facts is said in the words of this version."""

from __future__ import annotations

from typing import Any

import pytest

from bot import wording
from bot.store.posting import Posting
from bot.views.result_card import result_card, variations
from engine import classification_sentence, notes
from engine.classification_sentence import PERSON, UNKNOWN, Verdict
from engine.errors import BadOption, EngineCrashed, TimedOut
from engine.files.blobs import BlobKey
from engine.notes import Note
from engine.params import Dream, See
from engine.queue.job import Job, JobRow, Result, State, batch_result, new_id

POSTING = Posting(7, "Ada", "Ada's picture", "")
THEN = "That was said then."


def failed(code: str, facts: dict[str, Any] | None, said: str = THEN) -> JobRow:
    return JobRow(new_id(), Job(Dream(), "7"), State.FAILED, {}, 0.0, error=said, error_code=code, error_facts=facts)


def done(result: Result) -> JobRow:
    return JobRow(new_id(), Job(Dream(), "7"), State.DONE, {}, 0.0, result=result)


def made(*said: Note, note: str = "") -> Result:
    return Result(BlobKey("b" * 64), "image/png", 8, 8, 9, note, notes=said)


def test_a_failed_row_is_told_in_todays_words(monkeypatch: pytest.MonkeyPatch) -> None:
    row = failed(TimedOut.code, {"minutes": 9})
    assert wording.failure_words(row) == wording.escape_markdown(str(TimedOut(minutes=9)))
    monkeypatch.setattr(TimedOut, "__doc__", "Nach {minutes} Minuten war Schluss.")
    assert wording.failure_words(row) == "Nach 9 Minuten war Schluss."
    assert result_card(row, POSTING, ()).text.startswith("Nach 9 Minuten war Schluss.\n-# F02 ")


@pytest.mark.parametrize(
    ("code", "facts"),
    [(TimedOut.code, None), (EngineCrashed.code, None), (TimedOut.code, {}), (TimedOut.code, {"hours": 1}),
     (TimedOut.code, ["minutes"]), (TimedOut.code, {"self": 1}), ("F99", {}), ("", None)],
)  # fmt: skip
def test_where_code_and_facts_make_no_sentence_it_is_the_stored_one(code: str, facts: Any) -> None:
    assert wording.failure_words(failed(code, facts)) == THEN
    assert THEN in result_card(failed(code, facts), POSTING, ()).text


def test_what_a_person_typed_is_disarmed_in_facts_and_in_stored_sentences() -> None:
    error = BadOption(option="guide", problem="is **@everyone**")
    for facts in (error.facts, None):
        assert r"\*\*\@everyone\*\*" in wording.failure_words(failed(error.code, facts, str(error)))


def test_notes_are_told_in_todays_words(monkeypatch: pytest.MonkeyPatch) -> None:
    row = done(made(Note("tiles"), Note("grainy"), Note("smaller", {"width": 640, "height": 480})))
    assert "dreamed in tiles" in wording.result_words(row, "Ada")
    monkeypatch.setitem(notes.TEMPLATES, "tiles", "In Kacheln.")
    monkeypatch.setitem(notes.TEMPLATES, "smaller", "Nur {width} x {height}.")
    assert wording.result_words(row, "Ada").endswith("-# Ada · In Kacheln. Nur 640 x 480.")


def test_a_result_from_before_notes_had_names_is_told_in_its_own_words() -> None:
    assert wording.result_words(done(made(note=THEN)), "Ada").endswith(f"-# Ada · {THEN}")
    assert wording.result_words(done(made(Note("grainy"))), "Ada").endswith("-# Ada")


def test_pictures_of_a_batch_carry_their_notes() -> None:
    about = {"blob": "b" * 64, "mime": "image/webp", "width": 8, "height": 8, "size": 9}
    first = {**about, "notes": [{"name": "lossy", "facts": {"format": "WebP"}}]}
    whole = Result.from_json(batch_result({0: first, 1: {**about, "note": THEN}}))
    assert whole.notes == (Note("lossy", {"format": "WebP"}),)
    one, old = variations(done(whole))
    assert (one.notes, old.notes, old.note) == (whole.notes, (), THEN)
    assert [wording.note_words(one), wording.note_words(old)] == [str(whole.notes[0]), THEN]


def seen(label: str = "owl", **facts: Any) -> JobRow:
    labels = [{"label": label, "emoji": "", "probability": 0.5}] if label else []
    result = Result(BlobKey("b" * 64), "image/png", 8, 8, 9, facts={"labels": labels, "sentence": THEN, **facts})
    return JobRow(new_id(), Job(See(), "7"), State.DONE, {}, 0.0, result=result)


@pytest.mark.parametrize(
    ("verdict", "told"),
    [(Verdict.SURE, "This is an owl."), (Verdict.LIKELY, "This looks like an owl."), (Verdict.UNKNOWN, UNKNOWN),
     (Verdict.PERSON, PERSON)],
)  # fmt: skip
def test_what_was_seen_is_told_in_todays_words(verdict: Verdict, told: str) -> None:
    assert wording.sentence(seen(verdict=verdict.value)) == told


def test_new_words_for_what_was_seen_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classification_sentence, "UNKNOWN", "Keine Ahnung.")
    assert wording.result_words(seen(verdict="unknown"), "Ada").startswith(r"**Keine Ahnung\.**")


def test_where_there_is_no_verdict_that_we_know_it_is_told_as_it_was_then() -> None:
    for row in (seen(), seen(verdict=None), seen(verdict="maybe"), seen("", verdict="sure")):
        assert wording.sentence(row) == THEN
