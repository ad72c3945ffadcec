"""Nothing that a person wrote is interpreted, and credit lines lead back to the picture."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import wording
from engine.jobs import params
from engine.jobs.job import Job, JobRow, Place, Result, State, new_id
from engine.jobs.params import Dream, Zoom


def parsed(line: str) -> Dream | Zoom:
    """What Discord makes of a pasted credit line."""
    recipe, *options = line.removeprefix("/").split()
    return params.parse({"recipe": recipe, **dict(option.split(":", 1) for option in options)})


@given(
    st.sampled_from(["low", "mid", "high", "conv2", "mixed4a"]),
    st.floats(0.1, 4.0),
    st.integers(128, 1024),
    st.integers(0, 2**31 - 1),
)
def test_a_dreams_credit_line_leads_back_to_it(layer, strength, size, seed):
    asked = Dream(layer=layer, strength=strength, size=size, seed=seed)
    assert parsed(wording.credit(asked)) == asked


@given(st.integers(8, 90), st.integers(128, 640))
def test_a_zooms_credit_line_leads_back_to_it(frames, size):
    asked = Zoom(frames=frames, size=size, seed=7)
    assert parsed(wording.credit(asked)) == asked


def test_the_credit_line_of_the_mission():
    assert wording.credit(Dream(layer="high", seed=4821)) == "/dream layer:high seed:4821"


@given(st.text())
def test_escaped_text_has_nothing_that_discord_interprets(text):
    escaped = wording.escape(text, 200)
    assert "\n" not in escaped
    assert not re.search(r"(?<!\\)(?:\\\\)*[*_~`|<>@#:\[\]()]", escaped)


@pytest.mark.parametrize("text", ["<@123>", "@everyone", "**bold**", "`code`", "https://example.com", "<t:1:R>"])
def test_what_people_try(text):
    escaped = wording.escape(text)
    assert escaped.startswith("\\") or "\\:" in escaped
    assert escaped.replace("\\", "") == text


def test_names_are_short():
    assert len(wording.escape("a" * 1000)) == wording.NAME_LIMIT


@given(st.text(max_size=300))
def test_alt_text_fits(name):
    for asked in (Dream(layer="high"), Zoom(layer="mixed4a")):
        assert 1 <= len(wording.alt(asked, wording.subject(name, "picture"))) <= wording.ALT_LIMIT


def test_alt_text_says_what_was_dreamed():
    alt = wording.alt(Dream(layer="high"), wording.subject("Ada", "avatar"))
    assert "Ada's avatar" in alt
    assert "faces, animals, towers" in alt


def test_place_in_words():
    assert wording.place(Place(2, 20.0, State.QUEUED)) == "2 dreams ahead of yours, about 20 s."
    assert wording.place(Place(0, 6.2, State.QUEUED)) == "Yours is next, about 6 s."
    assert wording.place(Place(1, 300.0, State.QUEUED), now=1000.0).endswith("ready <t:1300:R>.")
    assert wording.place(None)


def test_status_and_result_have_as_many_lines():
    asked = Dream(seed=1)
    result = Result("b" * 64, "image/png", 512, 384, 1000)
    row = JobRow(new_id(), Job(asked, "1"), State.DONE, {}, 0.0, started=1.0, finished=6.2, result=result)
    assert wording.result(row, "Ada").count("\n") == wording.status(wording.dreaming(0.4), "Ada", asked).count("\n")
    assert "5.2 s" in wording.result(row, "Ada")


def test_a_note_of_what_was_given_up_is_told():
    result = Result("b" * 64, "image/jpeg", 512, 384, 1000, "Sent as a JPEG to fit.")
    row = JobRow(new_id(), Job(Dream(), "1"), State.DONE, {}, 0.0, result=result, keep=True)
    assert "Sent as a JPEG" in wording.result(row, "Ada")
    assert "kept" in wording.result(row, "Ada")


def test_as_many_presets_as_fit_are_listed():
    lines = [wording.preset_line("*" * 32, {"layer": "mixed4a", "strength": 1.23456, "size": 1024})] * 60
    text = wording.preset_list(lines)
    assert len(text) <= 2000
    assert "more" in text
    assert wording.preset_list(lines[:2]) == "\n".join(lines[:2])
    assert wording.preset_list([]) == ""


def test_help_fits_one_message_and_has_three_examples():
    assert len(wording.HELP) <= 2000
    assert len(re.findall(r"^`/", wording.HELP, re.MULTILINE)) == 3
