"""Several layers and channels in one line of text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.catalog import weighted_terms
from engine.catalog.catalog import shipped_catalog
from engine.catalog.weighted_terms import Term
from engine.errors import BadMixture, Refusal, UnknownLayer


@pytest.mark.parametrize(
    ("typed", "terms", "spelled"),
    [
        ("high", [Term("high")], "high"),
        ("High · faces, animals, eyes", [Term("high")], "high"),
        ("mixed4c*0.7 + mixed3b:21", [Term("mixed4c", None, 0.7), Term("mixed3b", 21)], "mixed4c*0.7 + mixed3b:21"),
        (" High*.50+LOW :3 * 2", [Term("high", None, 0.5), Term("low", 3, 2.0)], "high*0.5 + low:3*2"),
        ("high - mid*0.25", [Term("high"), Term("mid", None, -0.25)], "high - mid*0.25"),
        ("- low:7", [Term("low", 7, -1.0)], "-low:7"),
        ("mid*1", [Term("mid")], "mid"),
        ("Ｈｉｇｈ＊．５＋ｌｏｗ：３", [Term("high", None, 0.5), Term("low", 3)], "high*0.5 + low:3"),
        ("high − mid×0.25", [Term("high"), Term("mid", None, -0.25)], "high - mid*0.25"),
        ("high – low", [Term("high"), Term("low", None, -1.0)], "high - low"),
    ],
)
def test_it_is_read_and_spelled_in_one_way(typed: str, terms: list[Term], spelled: str) -> None:
    assert list(weighted_terms.read(shipped_catalog(), "pocket", typed)) == terms
    assert weighted_terms.canonical(shipped_catalog(), "pocket", typed) == spelled
    assert weighted_terms.canonical(shipped_catalog(), "pocket", spelled) == spelled


@pytest.mark.parametrize(
    ("typed", "at", "problem"),
    [
        ("mixed4c*0.7 + mixed9z:21", 15, "no layer mixed9z; the nearest is mixed"),
        ("high + xyzzy", 8, "no layer xyzzy\\)"),
        ("high + ", 8, "a layer is missing"),
        ("high ++ low", 7, "a layer is missing"),
        ("high*much", 6, "expected a weight"),
        ("high*0", 6, "a weight is from 0.01 to 100"),
        ("high* 101", 7, "a weight is from"),
        ("mid:x", 5, "expected a channel"),
        ("mid:", 5, "expected a channel"),
        ("mid*0.5:21", 5, "expected a weight"),
        ("low" + "+low" * 8, 33, "this is one layer more than the 8"),
    ],
)
def test_a_mistake_is_shown_where_it_is(typed: str, at: int, problem: str) -> None:
    with pytest.raises(BadMixture, match=f"character {at}: {problem}"):
        weighted_terms.read(shipped_catalog(), "pocket", typed)


def test_a_single_unknown_name_needs_no_column() -> None:
    with pytest.raises(UnknownLayer, match="Did you mean high"):
        weighted_terms.read(shipped_catalog(), "pocket", "hihg")


def test_what_is_too_long_in_its_canonical_spelling_is_refused() -> None:
    typed = "+".join(["inception_4c:511*12.34567"] * 8)
    with pytest.raises(BadMixture, match="leave a layer out"):
        weighted_terms.canonical(shipped_catalog(), "googlenet", typed)


@given(st.text("highmdlow0123456789.:*+- ", max_size=40) | st.text(max_size=20))
def test_whatever_is_typed_is_a_mixture_or_a_refusal(typed: str) -> None:
    try:
        spelled = weighted_terms.canonical(shipped_catalog(), "pocket", typed)
    except Refusal:
        return
    assert weighted_terms.read(shipped_catalog(), "pocket", spelled) == weighted_terms.read(
        shipped_catalog(), "pocket", typed
    )


def test_a_channel_is_one_of_its_layer() -> None:
    (term,) = weighted_terms.read(shipped_catalog(), "pocket", "mid:21")
    assert (term.meaning(shipped_catalog(), "pocket").layer, term.meaning(shipped_catalog(), "pocket").channels) == (
        "mixed3b",
        (21,),
    )
    assert Term("mid").meaning(shipped_catalog(), "pocket").channels == ()
