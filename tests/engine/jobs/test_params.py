"""Params: ranges, names, JSON, and how much work they are."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.jobs import params
from engine.jobs.errors import BadOption, Refusal, UnknownLayer, UnknownNetwork
from engine.jobs.params import Dream, Zoom


@pytest.mark.parametrize("typed", ["high", "HIGH", " High ", "high · faces, animals, towers"])
def test_a_layer_is_read_as_people_type_it(typed: str) -> None:
    assert params.make(Dream, layer=typed).layer == "high"


@pytest.mark.parametrize(("typed", "nearest"), [("hihg", "high"), ("lo", "low"), ("mixed4z", "mixed4")])
def test_an_unknown_layer_names_the_nearest(typed: str, nearest: str) -> None:
    with pytest.raises(UnknownLayer, match=f"Did you mean {nearest}"):
        params.make(Dream, layer=typed)


def test_an_unknown_network_names_what_there_is() -> None:
    with pytest.raises(UnknownNetwork, match="pocket"):
        params.make(Dream, network="dall-e")


@pytest.mark.parametrize(
    ("options", "named"), [({"size": 5000}, "size"), ({"strength": "much"}, "strength"), ({"colour": 1}, "colour")]
)
def test_a_bad_option_is_named(options: dict[str, object], named: str) -> None:
    with pytest.raises(BadOption, match=f"`{named}`"):
        params.make(Dream, **options)


def test_options_that_are_none_keep_their_default() -> None:
    assert params.make(Dream, size=None, seed=None) == Dream()


@pytest.mark.parametrize("wanted", [Dream(layer="mid", seed=9), Zoom(frames=12)])
def test_json_brings_params_back(wanted: Dream | Zoom) -> None:
    assert params.parse(wanted.model_dump_json()) == wanted
    assert params.parse(wanted.model_dump()) == wanted


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), lambda s: st.dictionaries(st.text(), s)))
def test_whatever_is_parsed_is_params_or_a_refusal(value: object) -> None:
    made: object = None
    with contextlib.suppress(Refusal):
        made = params.parse({"recipe": "dream", "layer": value, "size": value})
    assert made is None or isinstance(made, Dream)


def test_work_grows_with_what_is_asked() -> None:
    assert Dream(size=1024).work() == pytest.approx(4 * Dream(size=512).work())
    assert Dream(iterations=24).work() == pytest.approx(2 * Dream(iterations=12).work())
    assert Zoom(frames=60).work() > 1.9 * Zoom(frames=30).work()
