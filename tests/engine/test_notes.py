"""What was given up, as a name and facts, and in words."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from engine import notes
from engine.ascent.tiled_gradient import TILES
from engine.encoders import upload_limit
from engine.notes import TEMPLATES, Note, read_notes, sentences

EVERY = (
    TILES, upload_limit.lossy_note("jpeg"), upload_limit.lossy_note("webp"), upload_limit.smaller_note(640, 480),
    Note("too_large"), Note("colours_left", {"colours": 64}), Note("fit_quality"), Note("fit_dither"),
    Note("fit_frames", {"kept": 7, "frames": 30}), Note("fit_size", {"width": 320, "height": 240}),
    Note("fit_format", {"format": "MP4"}), Note("flashes"),
)  # fmt: skip
"""One of each that the engine says."""
SAID_BEFORE = {"compressed", "colours", "frames"}
"""What stands in rows of before."""


def test_every_note_has_words_and_all_words_are_said() -> None:
    assert {note.name for note in EVERY} | SAID_BEFORE == set(TEMPLATES)
    for note in EVERY:
        assert str(note) == TEMPLATES[note.name].format(**note.facts) != ""
        assert all(str(fact) in str(note) for fact in note.facts.values())


def test_notes_come_back_from_json() -> None:
    assert read_notes(json.loads(json.dumps([asdict(note) for note in EVERY]))) == EVERY


def test_what_a_newer_engine_says_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(notes.TEMPLATES, "numbered", "{} is given up.")
    unknown = (Note("grainy", {"by": 3}), Note("smaller", {"side": 640}), Note("numbered", {"by": 3}))
    assert [str(note) for note in unknown] == ["", "", ""]
    assert sentences((*unknown, TILES, *unknown)) == str(TILES)
