"""The catalogue's data is whole, and what people type finds the words in it."""

from __future__ import annotations

import contextlib
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import BadOption, Refusal, UnknownLayer, UnknownNetwork, UnknownSubject
from tests.catalogs import catalog

LABELS = catalog.labels("pocket")
SUBJECTS = catalog.subjects("pocket")


def test_friendly_words_name_layers_that_exist() -> None:
    for name, entry in catalog.networks().items():
        assert {"low", "mid", "high"} <= set(entry.friendly), name
        assert all(word.layer in (*entry.layers, catalog.LOGITS) for word in entry.friendly.values()), name


def test_low_mid_high_go_deeper() -> None:
    for entry in catalog.networks().values():
        order = (*entry.layers, catalog.LOGITS)
        depths = [order.index(entry.friendly[word].layer) for word in ("low", "mid", "high")]
        assert depths == sorted(set(depths))


def test_every_choice_is_read_back() -> None:
    for label, word in catalog.choices("pocket"):
        assert catalog.friendly("pocket", label) == word
        assert catalog.meaning("pocket", word).layer in (*catalog.network("pocket").layers, catalog.LOGITS)


def test_every_answer_of_every_network_has_a_name_of_its_own() -> None:
    for name, entry in catalog.networks().items():
        assert len(catalog.labels(name)) == entry.classes or name == "pocket", name
    places, inception = list(catalog.labels("places205")), list(catalog.labels("inception5h"))
    assert (places[13], places[132], places[204]) == ("apartment building outdoor", "pagoda", "yard")
    assert (inception[1], inception[1000], inception[1001]) == ("kit fox", "dumbbell", "unused 1001")
    assert not any(word.startswith("unused") for _label, word in catalog.subject_choices("inception5h"))
    known = set(catalog.labels("googlenet"))
    assert len(known - set(inception)) <= 4, "the same thousand things, four of them by another name"


def test_high_means_its_classes() -> None:
    high = catalog.meaning("pocket", "high")
    assert high.layer == catalog.LOGITS
    assert [list(LABELS)[index] for index in high.channels] == list(high.classes)
    assert "owl" in high.classes


def test_a_word_that_is_a_subject_is_no_unknown_layer_without_a_hint() -> None:
    with pytest.raises(UnknownLayer, match="Did you mean subject:eyes"):
        catalog.friendly("pocket", "eyes")


# classes and their emoji


def test_there_are_300_classes_each_with_its_own_emoji() -> None:
    assert len(LABELS) >= 300
    assert len({sign.removesuffix("\ufe0f") for sign in LABELS.values()}) == len(LABELS)
    assert len({label.casefold() for label in LABELS}) == len(LABELS)


@pytest.mark.parametrize("signs", [LABELS, {name: subject.emoji for name, subject in SUBJECTS.items()}])
def test_an_emoji_is_one_sign(signs: dict[str, str]) -> None:
    for word, sign in signs.items():
        assert len(sign.removesuffix("\ufe0f")) == 1, word
        assert unicodedata.category(sign[0]) in {"So", "Po", "Sm", "Cn"} or sign[0] == "〰", word


@pytest.mark.torch
def test_the_classes_are_those_of_the_network_that_is_shipped() -> None:
    pocket = pytest.importorskip("engine.networks.pocket")
    assert list(LABELS) == pocket.load()[1]


@pytest.mark.torch
def test_the_layer_of_evidence_has_one_name() -> None:
    assert pytest.importorskip("engine.networks.network").LOGITS == catalog.LOGITS


def test_every_class_is_found_by_its_name_and_by_its_emoji() -> None:
    for label, sign in LABELS.items():
        assert catalog.aim("pocket", label) == label
        found = catalog.aim("pocket", sign)
        assert found == label or label in SUBJECTS[found].classes


# subjects


def test_there_are_subjects_for_what_people_ask() -> None:
    asked = (
        "eyes faces fur feathers scales flowers leaves towers arches windows wheels spirals stripes waves fire stars"
        " birds fish insects mushrooms fruit hearts skulls dragons"
    )
    assert set(asked.split()) <= set(SUBJECTS)
    assert len(SUBJECTS) >= 30


def test_subjects_are_whole() -> None:
    order = list(LABELS)
    layers = (*catalog.network("pocket").layers, catalog.LOGITS)
    for name, subject in SUBJECTS.items():
        assert name == name.lower()
        assert subject.classes
        assert set(subject.classes) <= set(order), name
        assert subject.layer in layers, name
        assert len(set(subject.channels)) == len(subject.channels) > 0, name
        if subject.layer == catalog.LOGITS:
            assert {order[index] for index in subject.channels} == set(subject.classes), name


def test_subjects_differ_in_name_and_emoji_from_each_other_and_from_layers() -> None:
    entry = catalog.network("pocket")
    assert len({subject.emoji for subject in SUBJECTS.values()}) == len(SUBJECTS)
    assert not {*SUBJECTS, *LABELS} & {*entry.friendly, *entry.layers}


def test_a_subject_named_like_a_class_includes_it() -> None:
    for name in SUBJECTS.keys() & LABELS.keys():
        assert name in SUBJECTS[name].classes


# what people type


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("eyes", "eyes"),
        (" Eyes ", "eyes"),
        ("👁", "eyes"),
        ("👁️", "eyes"),
        ("👁️ eyes · irises that look back", "eyes"),
        (":eyes:", "eyes"),
        ("fox", "fox"),
        ("foxes", "fox"),
        ("🦊", "fox"),
        ("🦊 fox", "fox"),
        ("✋🏽", "hand"),
        ("jack-o-lantern", "jack o lantern"),
        ("Japanese  Castle", "japanese castle"),
        ("eyes + castle", "eyes + castle"),
        ("castle+eyes,castle", "castle + eyes"),
        ("🦉🏰", "owl + castle"),
        ("🦉, tower", "owl + tower"),
        ("eyes + 🏰 castle", "eyes + castle"),
        ("❤️\u200d🔥", "heart + fire"),
        ("", ""),
        ("  ", ""),
    ],
)
def test_a_subject_is_read_as_people_type_it(typed: str, meant: str) -> None:
    assert catalog.aim("pocket", typed) == meant
    assert catalog.aim("pocket", meant) == meant


@pytest.mark.parametrize(
    ("typed", "nearest"),
    [("flowrs", "flowers"), ("high", "layer:high"), ("eyes + castel", "castle")],
)
def test_an_unknown_subject_names_the_nearest(typed: str, nearest: str) -> None:
    with pytest.raises(UnknownSubject, match=f"Did you mean {nearest}\\?"):
        catalog.aim("pocket", typed)


def test_more_than_four_words_are_refused() -> None:
    assert catalog.aim("pocket", "fox, owl, bat, bee, fox") == "fox + owl + bat + bee"
    with pytest.raises(BadOption, match="`subject` takes at most 4 words, and those were 5"):
        catalog.aim("pocket", "fox, owl, bat, bee, ant")


def test_an_unknown_network_has_no_subjects() -> None:
    with pytest.raises(UnknownNetwork):
        catalog.aim("dall-e", "eyes")


@given(st.text(max_size=60) | st.text(alphabet="eyes+,·: 👁️🦊🏽\u200d🏰", max_size=20))
def test_whatever_is_typed_is_words_or_a_refusal(typed: str) -> None:
    found = ""
    with contextlib.suppress(Refusal):
        found = catalog.aim("pocket", typed)
    assert catalog.aim("pocket", found) == found
    assert all(word in SUBJECTS or word in LABELS for word in found.split(catalog.JOINT) if word)


def test_several_words_mean_several_things() -> None:
    eyes, fox = catalog.meanings("pocket", "eyes + fox")
    assert eyes == SUBJECTS["eyes"]
    assert (fox.layer, fox.channels) == (catalog.LOGITS, (list(LABELS).index("fox"),))
    assert catalog.meanings("pocket", "") == ()


# what is offered


def test_every_offer_is_read_back() -> None:
    offers = catalog.subject_choices("pocket")
    assert len(offers) == len({*SUBJECTS, *LABELS})
    for label, word in offers:
        assert catalog.aim("pocket", word) == catalog.aim("pocket", label) == word
        assert len(label) <= 100


def test_subjects_are_offered_first() -> None:
    words = [word for _, word in catalog.subject_choices("pocket")]
    assert words[: len(SUBJECTS)] == list(SUBJECTS)
    assert [word for _, word in catalog.subject_choices("pocket", "cas")][:2] == ["castles", "castle"]
    assert catalog.subject_choices("pocket", "👁")[0] == ("👁️ eyes · irises that look back", "eyes")
    assert catalog.subject_choices("pocket", "look back")[0][1] == "eyes"


def test_of_several_words_the_last_is_completed() -> None:
    assert ("eyes + 🦊 fox", "eyes + fox") in catalog.subject_choices("pocket", "Eyes, fo")
    assert all(word.startswith("eyes + ") for _, word in catalog.subject_choices("pocket", "eyes +"))
    assert "eyes + eyes" not in [word for _, word in catalog.subject_choices("pocket", "eyes +")]
    assert catalog.subject_choices("pocket", "nonsense + fo") == []
    assert catalog.subject_choices("pocket", "nonsense") == []


def test_layers_that_are_shown_exist_and_go_deeper() -> None:
    assert catalog.perception_layers("pocket") == ("mixed3a", "mixed3b", "mixed4d")
    for name, entry in catalog.networks().items():
        shown = catalog.perception_layers(name)
        assert len(shown) == 3
        assert list(shown) == [layer for layer in entry.layers if layer in shown]
