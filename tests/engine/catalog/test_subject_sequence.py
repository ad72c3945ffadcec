"""Subjects one after another in one line of text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.catalog import subject_sequence
from engine.catalog.catalog import shipped_catalog
from engine.errors import BadOption, Refusal, UnknownSubject

CATALOG = shipped_catalog()


@pytest.mark.parametrize(
    ("typed", "spelled"),
    [
        ("dogs > castles > coral", "dogs > castles > sea creatures"),
        ("Fox->🐶, coral", "foxes > dogs + sea creatures"),
        ("🦊→coral", "foxes > sea creatures"),
        ("<:cat_jam:1234> => a fox", "cats > foxes"),
        ("castle", "castle"),
        ("dogs ＞ fox", "dogs > foxes"),
        ("", ""),
    ],
)
def test_it_is_read_and_spelled_in_one_way(typed: str, spelled: str) -> None:
    assert subject_sequence.canonical(CATALOG, "lite2", typed) == spelled
    assert subject_sequence.canonical(CATALOG, "lite2", spelled) == spelled


@pytest.mark.parametrize("typed", ["dogs >", "> dogs", "dogs > > fox", ">", " > ".join(["dogs"] * 7)])
def test_what_has_a_hole_or_is_too_long_is_refused(typed: str) -> None:
    with pytest.raises(BadOption):
        subject_sequence.canonical(CATALOG, "lite2", typed)


def test_what_is_not_known_is_named() -> None:
    with pytest.raises(UnknownSubject, match="castels"):
        subject_sequence.canonical(CATALOG, "lite2", "dogs > castels > coral")


def test_one_network_dreams_all_of_it() -> None:
    """Pocket alone knows hearts; of it and of what it knows, too, it dreams both."""
    assert subject_sequence.network_for(CATALOG, "dogs > castles", "lite2") == "lite2"
    assert subject_sequence.network_for(CATALOG, "heart", "lite2") == "pocket"
    assert subject_sequence.network_for(CATALOG, "dogs > heart", "lite2") == "pocket"


def test_the_last_one_is_completed() -> None:
    found = subject_sequence.choices(lambda text: CATALOG.subject_choices("lite2", text), "dogs > cast")
    alone = CATALOG.subject_choices("lite2", "cast")
    assert found == [(f"dogs > {label}", f"dogs > {word}") for label, word in alone]
    assert subject_sequence.choices(lambda text: CATALOG.subject_choices("lite2", text), "> cast") == []


@given(st.text(st.sampled_from("dogs >-→🏰<:a1>,+"), max_size=40))
def test_whatever_is_typed_is_read_or_refused(text: str) -> None:
    try:
        spelled = subject_sequence.canonical(CATALOG, "lite2", text)
    except Refusal:
        return
    assert subject_sequence.canonical(CATALOG, "lite2", spelled) == spelled
