"""What counts as mistyped: typos are, ordinary words are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.catalog import spelling
from engine.errors import AmbiguousSubject, UnknownLayer, UnknownSubject
from tests.catalogs import catalog

ORDINARY = (
    "weird", "nice", "great", "cool", "make", "hello", "thanks", "please", "more", "funny", "pretty", "scary",
    "crazy", "awesome", "good", "best", "fast", "dark", "bright", "love", "like", "what", "with", "this",
    "that", "these", "something", "everything", "people", "world", "better", "again", "never", "maybe",
    "really", "wonderful", "strange", "happy", "sorry", "today", "yesterday", "friend", "picture",
)  # fmt: skip
"""Words that people write beside what they want; none of them is a subject, and none is near one."""
TYPOS = {
    "castel": "castle", "caslte": "castle", "towrs": "towers", "elefant": "elephant", "goldfsh": "goldfish",
    "flowrs": "flowers", "moutain": "mountain", "pengiun": "penguin", "banna": "banana", "strawbery": "strawberry",
    "jelyfish": "jellyfish", "squirell": "squirrel", "buterfly": "butterfly", "pandda": "panda", "doggs": "dogs",
    "catts": "cats", "vulcano": "volcano", "pineaple": "pineapple", "sharck": "shark", "brids": "birds",
}  # fmt: skip


def test_the_lists_are_long_enough() -> None:
    assert len(set(ORDINARY)) >= 40
    assert len(TYPOS) >= 20


@pytest.mark.parametrize("network", ["lite2", "pocket"])
@pytest.mark.parametrize("word", ORDINARY)
def test_an_ordinary_word_is_taken_for_no_typo(network: str, word: str) -> None:
    with pytest.raises(UnknownSubject) as subject:
        catalog.aim(network, word)
    with pytest.raises(UnknownLayer) as layer:
        catalog.friendly(network, word)
    assert "Did you mean" not in str(subject.value) + str(layer.value)


@pytest.mark.parametrize(("typed", "meant"), TYPOS.items())
def test_a_typo_is_taken_for_what_was_meant(typed: str, meant: str) -> None:
    with pytest.raises(UnknownSubject) as refused:
        catalog.aim("lite2", typed)
    wanted = catalog.aim("lite2", meant)
    assert f"Did you mean {wanted}?" in str(refused.value)


@pytest.mark.parametrize(("typed", "meant"), [("hgih", "high"), ("lwo", "low"), ("midd", "mid"), ("dgos", "dogs")])
def test_a_mistyped_layer_is_taken_for_a_layer_or_a_subject(typed: str, meant: str) -> None:
    with pytest.raises(UnknownLayer) as refused:
        catalog.friendly("lite2", typed)
    assert f"Did you mean {meant}?" in str(refused.value) or f"Did you mean subject:{meant}?" in str(refused.value)


@given(st.text(alphabet="abcd", min_size=4, max_size=12))
def test_every_word_is_near_itself_and_nearness_is_mutual(word: str) -> None:
    assert spelling.nearest(word, ["xxxxxxxx", word]) == word
    for other in (word[1:] + word[0], word[::-1], word + "a", word[:-1]):
        assert bool(spelling.nearest(word, [other])) == bool(spelling.nearest(other, [word]))


def test_no_sentence_is_near_a_single_word() -> None:
    for sentence in ("make it weird", "what do you think of this", "that is a really nice one"):
        with pytest.raises((UnknownSubject, AmbiguousSubject)) as refused:
            catalog.aim("pocket", sentence)
        assert "Did you mean" not in str(refused.value)
