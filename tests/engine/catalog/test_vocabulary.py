"""What people say for ImageNet's classes is whole, and what they type finds it."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.catalog.vocabulary import plain
from engine.errors import AmbiguousSubject, Refusal, UnknownSubject
from tests.catalogs import catalog

LABELS = list(catalog.labels("lite2"))
NAMES = catalog.names("lite2")
GROUPS = catalog.subjects("lite2")
SPOKEN = catalog._read("words/classes.toml")
OFFERED = [word for _, word in catalog.subject_choices("lite2")]

# the data


def test_every_class_is_spoken_of_and_nothing_else() -> None:
    assert list(SPOKEN["classes"]) == LABELS
    assert set(SPOKEN["never_offered"]) <= set(LABELS)
    assert all(group["classes"] for group in catalog._read("words/groups.toml").values())
    assert {label for group in catalog._read("words/groups.toml").values() for label in group["classes"]} <= set(LABELS)


def test_every_class_is_found_by_the_name_that_is_shown() -> None:
    assert len({plain(name) for name in NAMES}) == len(LABELS)
    for at, name in enumerate(NAMES):
        assert catalog.aim("lite2", name) == name
        assert catalog.meanings("lite2", name)[0].channels == (at,)


def test_every_label_finds_its_class_but_those_that_mislead() -> None:
    other = {"Cardigan": "cardigan", "plane": "planes"}
    asked = set(catalog._read("words/ambiguous.toml"))
    for label, name in zip(LABELS, NAMES, strict=True):
        if label not in asked:
            assert catalog.aim("lite2", label) == other.get(label, name)


def test_groups_are_whole() -> None:
    assert len(GROUPS) >= 60
    assert len({plain(one.emoji) for one in GROUPS.values()}) == len(GROUPS)
    for name, group in GROUPS.items():
        assert group.layer == catalog.LOGITS
        assert [LABELS[at] for at in group.channels] == list(group.classes)
        assert catalog.aim("lite2", name) == catalog.aim("lite2", group.emoji) == name


def test_the_best_known_of_a_group_are_some_of_it() -> None:
    narrowed = {name: one.best_known for name, one in GROUPS.items() if one.typical}
    assert "fish" in narrowed
    for name, one in narrowed.items():
        assert one.classes == GROUPS[name].typical, "each is a class of the group"
        assert [LABELS[at] for at in one.channels] == list(one.classes)
        assert len(one.classes) < len(GROUPS[name].classes)
    assert GROUPS["castles"].best_known == GROUPS["castles"]
    assert [one.classes for one in catalog.best_known("lite2", "fish + hen")] == [("goldfish",), ("hen",)]


def test_words_that_are_asked_back_can_be_answered() -> None:
    for word, kinds in catalog._read("words/ambiguous.toml").items():
        with pytest.raises(AmbiguousSubject):
            catalog.aim("lite2", word)
        assert all(catalog.network_for(answer, "lite2") for answer in kinds.values())


@pytest.mark.parametrize("name", ["lite1", "googlenet", "vgg16", "inception5h"])
def test_networks_of_imagenet_share_the_words(name: str) -> None:
    assert catalog.meanings(name, "orca")[0].classes == ("killer whale",)
    dogs = catalog.meanings(name, "dogs")[0]
    assert [list(catalog.labels(name))[at] for at in dogs.channels] == list(dogs.classes)


# what people type


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("owls", "owls"),
        ("Owls!", "owls"),
        ("owl", "owls"),
        ("cat", "cats"),
        ("dog", "dogs"),
        ("fish", "fish"),
        ("wolf", "wolves"),
        ("castle + cats", "castle + cats"),
        ("cats and dogs", "cats + dogs"),
        ("golden retrievers", "golden retriever"),
        ("a golden retriever", "golden retriever"),
        ("saxophone", "sax"),
        ("orca", "killer whale"),
        ("ice bear", "polar bear"),
        ("ladybird", "ladybug"),
        ("mobile phones", "cell phone"),
        ("TV", "television"),
        ("hot dogs", "hot dog"),
        ("geese", "goose"),
        ("gray whale", "grey whale"),
        ("black and gold garden spider", "black and gold garden spider"),
        ("jack-o-lantern", "jack-o'-lantern"),
        ("plane", "planes"),
        ("cardigan", "cardigan"),
        ("Cardigan corgi", "Cardigan corgi"),
        ("revolver", "revolver"),
        ("🐟", "fish"),
        ("🏰", "castles"),
        ("🐶", "dogs"),
        ("🍌", "banana"),
        ("🦭", "sea lion"),
        ("⚽", "soccer ball"),
        ("🎻", "violin"),
        ("🐻‍❄️", "polar bear"),
        ("🐧🦩", "king penguin + flamingo"),
    ],
)
def test_people_are_understood(typed: str, meant: str) -> None:
    assert catalog.aim("lite2", typed) == meant
    assert catalog.aim("lite2", meant) == meant


TYPED = [  # (typed, what the default makes of it, what pocket does)
    ("ｏｗｌ", "owls", "owl"),
    ("Ｏｗｌｓ，ｃａｓｔｌｅ", "owls + castle", "owl + castle"),
    ("\u200bow\u200dl\ufeff\u2060", "owls", "owl"),
    ("o\u00adwl", "owls", "owl"),
    ("“owl”", "owls", "owl"),
    ("«owl»", "owls", "owl"),
    ("„owl‟ …", "owls", "owl"),
    ("¡owl! ¿owl?", "owls", "owl"),
    ("**owl**", "owls", "owl"),
    ("||~~_owl_~~||", "owls", "owl"),
    ("owl — castle", "owls + castle", "owl + castle"),
    ("owl castle", "owls + castle", "owl + castle"),
    ("owls castles foxes", "owls + castles + foxes", "owl + castles + fox"),
    ("a cat and a dog", "cats + dogs", "cat + dog"),
    ("cats, dogs and owls", "cats + dogs + owls", "cats + dogs + owl"),
    ("owl/castle; fox\nwolf", "owls + castle + foxes + wolves", "owl + castle + fox + wolf"),
    ("owl、castle", "owls + castle", "owl + castle"),
    ("bow and arrow and cats", "bow and arrow + cats", None),
    ("hot dog cat", "hot dog + cats", None),
    (":owl:", "owls", "owl"),
    (":owl::castle:", "owls + castle", "owl + castle"),
    (":polar_bear:", "polar bear", "bear"),
    (":fox_face:", "foxes", "fox"),
    ("<:owl:123456789012345678>", "owls", "owl"),
    ("<a:catJam:1><:FoxDance2:2>", "cats + foxes", "cat + fox"),
    ("🐻‍❄️", "polar bear", "bear + snowflake"),
    ("🐻‍❄", "polar bear", "bear + snowflake"),
    ("🐈‍⬛", "cats", "cat"),
    ("🐧🐻‍❄️🦩", "king penguin + polar bear + flamingo", "penguin + bear + snowflake + flamingo"),
    ("🐻❄️", None, "bear + snowflake"),
    ("👨‍👩‍👧", None, "faces"),
    ("👩🏽‍❤️‍💋‍👨🏿", None, "faces"),
    ("👨‍👩‍👧‍👦🏰", None, "faces + castle"),
    ("🧑🏾‍🦱", None, "faces"),
    ("👩🏽‍🚀", None, "woman + rocket"),
    ("👁️‍🗨️", None, "eyes"),
    ("👋🏽", None, "hand"),
    ("✋🏿", None, "hand"),
    ("♥", None, "heart"),
    ("♥️", None, "heart"),
    ("♡ and 💜", None, "heart"),
    ("❤️‍🔥", None, "heart + fire"),
]


@pytest.mark.parametrize(("typed", "default", "pocket"), TYPED)
def test_people_and_phones_are_understood(typed: str, default: str | None, pocket: str | None) -> None:
    for network, meant in (("lite2", default), ("pocket", pocket)):
        if meant is not None:
            assert catalog.aim(network, typed) == meant
            assert catalog.aim(network, meant) == meant
    assert catalog.network_for(typed, "lite2") == ("pocket" if default is None else "lite2")


@pytest.mark.parametrize("typed", ["🏃🏽‍♀️", "🏳️‍🌈", "🇯🇵", "🧑🏽‍⚕️"])
def test_an_emoji_that_is_not_known_is_named_as_a_whole(typed: str) -> None:
    with pytest.raises(UnknownSubject) as refused:
        catalog.aim("lite2", typed)
    assert refused.value.facts["name"] == plain(typed)


def test_words_side_by_side_are_asked_back_one_by_one_or_refused_together() -> None:
    with pytest.raises(AmbiguousSubject):
        catalog.aim("lite2", "owl crane")
    with pytest.raises(UnknownSubject, match='I don\'t know "owl in xyzzy"'):
        catalog.aim("lite2", "owl in xyzzy")


@pytest.mark.parametrize("typed", ["crane", "Cranes", "a crane"])
def test_a_word_that_may_be_two_things_is_asked_back(typed: str) -> None:
    asked = "`crane` can be a bird or a machine. Ask for `crane bird` or `crane machine`."
    with pytest.raises(AmbiguousSubject) as refused:
        catalog.aim("lite2", typed)
    assert str(refused.value) == asked
    assert [NAMES.index(word) for word in ("crane bird", "crane machine")] == [134, 517]


@pytest.mark.parametrize(("typed", "near"), [("goldfsh", "goldfish"), ("angry cat", "cats")])
def test_what_is_near_is_named(typed: str, near: str) -> None:
    with pytest.raises(UnknownSubject) as refused:
        catalog.aim("lite2", typed)
    assert refused.value.facts["hint"] == f" Did you mean {near}?"


@pytest.mark.parametrize("typed", ["xyzzy", "pikachu", "🐁", "revolvr"])
def test_nothing_is_named_where_nothing_is_near(typed: str) -> None:
    with pytest.raises(UnknownSubject) as refused:
        catalog.aim("lite2", typed)
    assert refused.value.facts["hint"] == ""


@given(st.text(max_size=60) | st.text(alphabet="eyes+,·: and!'<>_🐻❄️🦊🏽\u200d🏰👨♥ｏ", max_size=20))
def test_whatever_is_typed_is_words_or_a_refusal(typed: str) -> None:
    with contextlib.suppress(Refusal):
        found = catalog.aim("lite2", typed)
        assert catalog.aim("lite2", found) == found


# what is offered


def test_groups_are_offered_first_and_awkward_classes_never() -> None:
    assert OFFERED[: len(GROUPS)] == list(GROUPS)
    shy = {NAMES[LABELS.index(label)] for label in SPOKEN["never_offered"]}
    assert not shy & set(OFFERED)
    assert catalog.subject_choices("lite2", "revol") == []
    assert all(catalog.aim("lite2", name) == name for name in shy)


def test_every_offer_is_read_back() -> None:
    for label, word in catalog.subject_choices("lite2"):
        assert catalog.aim("lite2", label) == word
        assert len(label) <= 100


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("owls + cast", "owls + castle"),
        ("owl cast", "owls + castle"),
        ("owl and cast", "owls + castle"),
        ("ｏｗｌ，ｃａｓｔ", "owls + castle"),
    ],
)
def test_the_last_of_several_words_is_completed(typed: str, first: str) -> None:
    assert first in [word for _, word in catalog.subject_choices("lite2", typed)]


def test_what_only_pocket_knows_is_offered_where_no_network_is_chosen() -> None:
    catalog.include(Path("nowhere"))
    open_words = [word for _, word in catalog.open_choices()]
    assert open_words[: len(OFFERED)] == OFFERED
    further = open_words[len(OFFERED) :]
    assert {"eyes", "skulls", "unicorn", "heart"} <= set(further)
    assert not set(further) & set(OFFERED)
    assert {catalog.network_for(word, "lite2") for word in further[:: len(further) // 30]} == {"pocket"}
    assert [word for _, word in catalog.open_choices("eye")][:2] == ["eyes", "eye"]
    assert catalog.open_choices("owl + ey")[0][1] == "owl + eyes"
    assert all(catalog.network_for(word, "lite2") for _, word in catalog.open_choices("crane"))
    catalog.include(Path("nowhere"), default="pocket")
    assert catalog.open_choices("owl") == catalog.subject_choices("pocket", "owl")


def test_classes_are_offered_by_further_names_and_by_their_group() -> None:
    assert catalog.subject_choices("lite2", "saxop")[0] == ("🎷 sax · saxophone", "sax")
    assert [word for _, word in catalog.subject_choices("lite2", "crane")] == ["crane bird", "crane machine"]
    assert catalog.subject_choices("lite2", "lions")[0][1] == "lion"
    dogs = [word for _, word in catalog.subject_choices("lite2", "dog")]
    assert dogs[0] == "dogs"
    assert "beagle" in dogs


# which network


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("", "lite2"),
        ("castle + cats", "lite2"),
        ("eyes", "pocket"),
        ("👁️", "pocket"),
        ("skull", "pocket"),
        ("🦄", "pocket"),
    ],
)
def test_pocket_dreams_what_it_alone_knows(typed: str, name: str) -> None:
    assert catalog.network_for(typed, "lite2") == name


def test_what_no_network_knows_as_a_whole_is_refused() -> None:
    with pytest.raises(UnknownSubject, match="Did you mean goldfish"):
        catalog.network_for("goldfsh", "lite2")
    with pytest.raises(UnknownSubject):
        catalog.network_for("eyes + hartebeest", "lite2")


def test_an_explicit_network_says_who_knows_the_word() -> None:
    with pytest.raises(UnknownSubject, match="The model pocket does"):
        catalog.aim("lite2", "eyes")


def test_a_subject_goes_to_the_network_that_was_measured_best(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(catalog._read("words/preferred.toml"), "preferred", {"mushrooms": "pocket", "owls": "vgg16"})
    assert catalog.network_for("mushrooms", "lite2") == "pocket"
    assert catalog.network_for("mushrooms + cats", "lite2") == "lite2", "they do not agree"
    assert catalog.network_for("owls", "lite2") == "lite2", "it is not there"
