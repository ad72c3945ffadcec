"""What a morph can be asked for."""

from __future__ import annotations

import pytest

from engine import params
from engine.catalog.catalog import shipped_catalog
from engine.errors import BadOption, MorphToItself, NothingNamed, NothingToMorphTo, TooManyMorphs, UnknownSubject
from engine.params import Morph, make


def asked(subject: str, **options: object) -> Morph:
    return make(Morph, shipped_catalog(), subject=subject, **options)


@pytest.mark.parametrize(
    ("typed", "network", "spelled"),
    [
        ("Banana -> an Eye", "pocket", "banana > eye"),
        ("goldfish>volcano → castle", "lite2", "goldfish > volcano > castle"),
        ("castle, owl > 🐟", "lite2", "castle + owls > fish"),
        ("mid:21 > MID : 45", "lite2", "mid:21 > mid:45"),
        ("mid:21 > goldfish", "lite2", "mid:21 > goldfish"),
        ("goldfish > castle > goldfish", "lite2", "goldfish > castle"),
    ],
)
def test_things_and_channels_are_spelled_and_find_their_network(typed: str, network: str, spelled: str) -> None:
    made = asked(typed, **({"network": network} if network == "lite2" else {}))
    assert (made.network, made.subject) == (network, spelled)
    assert asked(made.subject, network=made.network).meanings() == made.meanings()


@pytest.mark.parametrize(
    ("typed", "error", "says"),
    [
        ("", NothingNamed, "Say what to imagine"),
        ("banana", NothingToMorphTo, "there is only `banana`"),
        ("banana > ", NothingToMorphTo, "there is only `banana`"),
        ("banana > bananas", MorphToItself, "`banana` can't become itself"),
        ("owl > fox > 🦊 > fish", MorphToItself, "`fox` can't become itself"),
        (" > ".join("abcdefg"), TooManyMorphs, "at most 6 things, and those were 7"),
        ("rose > castlle", UnknownSubject, "Did you mean castle?"),
    ],
)  # fmt: skip
def test_what_is_no_morph_is_a_sentence(typed: str, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says.replace("?", r"\?")):
        asked(typed)


def test_frames_are_bounded() -> None:
    with pytest.raises(BadOption, match="frames"):
        asked("banana > eye", frames=10_000)


def test_a_strip_does_not_move_and_costs_no_more_than_its_stills() -> None:
    film, strip = asked("rose > castle"), asked("rose > castle", strip=True)
    assert [params.is_animated(one) for one in (film, strip)] == [True, False]
    assert strip.work() < film.work()


def test_more_things_are_more_work() -> None:
    two, three = (asked(one, network="lite2") for one in ("goldfish > castle", "goldfish > castle > volcano"))
    assert 1.3 < three.work() / two.work() < 2.2
    assert two.pictures == 25
    assert three.pictures == 48
