"""Params: ranges, names, JSON, and how much work they are."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import params, settings
from engine.catalog.catalog import Catalog, shipped_catalog
from engine.errors import (
    AmbiguousSubject,
    BadMixture,
    BadOption,
    Refusal,
    TwoAims,
    UnknownLayer,
    UnknownNetwork,
    UnknownSubject,
)
from engine.params import AnyParams, Channel, Concept, Dream, See, Zoom
from tests.catalogs import catalog
from tests.engine.catalog.test_network_files import GOOD


@pytest.mark.parametrize(
    "typed",
    ["high", "HIGH", " High ", "high · faces, animals, eyes", "High!", "“high”", "ｈｉｇｈ", "_high_", "hi\u200bgh."],
)
def test_a_layer_is_read_as_people_type_it(typed: str) -> None:
    assert params.make(Dream, shipped_catalog(), layer=typed).layer == "high"


@pytest.mark.parametrize(("typed", "nearest"), [("hihg", "high"), ("lo", "low"), ("mixed4z", "mixed4")])
def test_an_unknown_layer_names_the_nearest(typed: str, nearest: str) -> None:
    with pytest.raises(UnknownLayer, match=f"Did you mean {nearest}"):
        params.make(Dream, shipped_catalog(), layer=typed)


@pytest.mark.parametrize("typed", ["Lite2", " lite2 ", "ｌｉｔｅ２", "lite2 · what it is", "li\u200bte2"])
def test_a_network_is_read_as_people_type_it(typed: str) -> None:
    assert params.make(Dream, shipped_catalog(), network=typed, layer="block3").network == "lite2"
    with pytest.raises(UnknownNetwork):
        params.make(Dream, shipped_catalog(), network=f"x{typed}")


def test_a_layer_is_suggested_only_where_one_is_near() -> None:
    with pytest.raises(UnknownLayer, match=r'no layer "xyzzy"\. Use low, mid or high'):
        params.make(Dream, shipped_catalog(), layer="xyzzy")


@pytest.mark.parametrize("typed", ["eyes", "Eyes ", "👁", "👁️ eyes · irises that look back"])
def test_a_subject_takes_the_place_of_the_layer(typed: str) -> None:
    made = params.make(Dream, shipped_catalog(), subject=typed)
    assert (made.subject, made.layer) == ("eyes", "")
    assert made.aim == ("subject", "eyes")
    assert made.meanings() == (catalog.subjects("pocket")["eyes"],)


def test_without_a_subject_it_is_the_layer() -> None:
    assert Dream().aim == ("layer", "high")
    assert Dream(layer="low").meanings() == (catalog.meaning("pocket", "low"),)


def test_a_layer_and_a_subject_are_too_much() -> None:
    with pytest.raises(TwoAims, match="Choose a layer or a subject"):
        params.make(Dream, shipped_catalog(), layer="low", subject="eyes")
    with pytest.raises(TwoAims):
        params.parse({"recipe": "zoom", "layer": "high", "subject": "🦊"}, shipped_catalog())


def test_an_unknown_subject_names_the_nearest() -> None:
    with pytest.raises(UnknownSubject, match="Did you mean towers"):
        params.make(Zoom, shipped_catalog(), subject="towrs")
    for unreadable in ("x" * 201, 7, ["eyes"]):
        with pytest.raises(BadOption, match="`subject`"):
            params.make(Dream, shipped_catalog(), subject=unreadable)


def test_what_was_stored_before_there_were_subjects_is_read() -> None:
    stored = Dream(layer="mid", seed=4).model_dump(exclude={"subject"})
    assert params.parse(stored, shipped_catalog()) == Dream(layer="mid", seed=4)


def test_one_aim_takes_the_others_place() -> None:
    assert params.override({"layer": "low", "size": 300}, {"subject": "eyes"}) == {"subject": "eyes", "size": 300}
    assert params.override({"subject": "eyes"}, {"layer": "mid"}) == {"layer": "mid"}
    assert params.override({"subject": "eyes"}, {"size": 200}) == {"subject": "eyes", "size": 200}


def test_what_does_not_go_with_a_change_makes_room_for_it() -> None:
    assert params.override({"layer": "mid", "channel": 21}, {"layer": "low"}) == {"layer": "low"}
    assert params.override({"layer": "mid", "channel": 21}, {"seed": 1}) == {"layer": "mid", "channel": 21, "seed": 1}
    notebook = Dream(layer="mid", look="2015", keep=0.5).model_dump(include={"look", "iterations", "keep"})
    assert params.override(notebook, {"subject": "eyes"}) == {"subject": "eyes", "keep": 0.5}
    assert params.override(notebook, {"layer": "low"}) == {"layer": "low", **notebook}


def test_an_unknown_network_names_what_there_is() -> None:
    with pytest.raises(UnknownNetwork, match="pocket"):
        params.make(Dream, shipped_catalog(), network="dall-e")


@pytest.mark.parametrize(
    ("options", "named"), [({"size": 5000}, "size"), ({"strength": "much"}, "strength"), ({"colour": 1}, "colour")]
)
def test_a_bad_option_is_named(options: dict[str, object], named: str) -> None:
    with pytest.raises(BadOption, match=f"`{named}`"):
        params.make(Dream, shipped_catalog(), **options)


def test_options_that_are_none_keep_their_default() -> None:
    assert params.make(Dream, shipped_catalog(), size=None, seed=None) == Dream()


@pytest.mark.parametrize(
    "wanted", [Dream(layer="mid", seed=9), Zoom(frames=12), Dream(subject="eyes + fox"), Dream(look="2015", jitter=5),
        Channel(layer="mixed4a", channel=7), Channel(search="🦊", top=4), See(size=800)]
)  # fmt: skip
def test_json_brings_params_back(wanted: AnyParams) -> None:
    assert params.parse(wanted.model_dump_json(), shipped_catalog()) == wanted
    assert params.parse(wanted.model_dump(), shipped_catalog()) == wanted


@pytest.mark.slow
@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), lambda s: st.dictionaries(st.text(), s)))
def test_whatever_is_parsed_is_params_or_a_refusal(value: object) -> None:
    made: object = None
    with contextlib.suppress(Refusal):
        made = params.parse({"recipe": "dream", "layer": value, "size": value, "subject": value}, shipped_catalog())
    assert made is None or isinstance(made, Dream)


def test_work_grows_with_what_is_asked() -> None:
    assert Dream(size=1024).work() == pytest.approx(4 * Dream(size=512).work())
    assert Dream(iterations=24).work() == pytest.approx(2 * Dream(iterations=12).work())
    assert Zoom(frames=60).work() > 1.9 * Zoom(frames=30).work()


def test_several_layers_are_terms_with_weights() -> None:
    made = params.make(Dream, shipped_catalog(), layer="High*.7 - mixed3b:21")
    assert made.layer == "high*0.7 - mixed3b:21"
    (weight, (high,)), (other, (channel,)) = made.terms()
    assert (weight, high.layer) == (0.7, catalog.meaning("pocket", "high").layer)
    assert (other, channel.layer, channel.channels) == (-1.0, "mixed3b", (21,))
    assert made.meanings() == (high, channel)
    with pytest.raises(BadMixture, match="character 12: no layer hihg; the nearest is high"):
        params.make(Zoom, shipped_catalog(), layer="low * 0.5 +hihg")


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"colours": "sepia"}, "palette"),
        ({"keep": 1.2}, "original"),
        ({"protect": "left"}, "protect"),
        ({"guide_by": "eye"}, "guide_by"),
        ({"smoothing": 9}, "smoothing"),
        ({"look": "sepia"}, "look"),
        ({"look": 2015}, "look"),
        ({"look": "2015", "subject": "eyes"}, "look"),
        ({"look": "2015", "layer": "low + mid"}, "look"),
    ],
)
def test_what_a_dream_cannot_be_is_refused(options: dict[str, object], named: str) -> None:
    with pytest.raises(BadOption, match=f"`{named}`"):
        params.make(Dream, shipped_catalog(), **options)


def test_the_look_of_2015_takes_the_notebooks_values_where_none_are_given() -> None:
    made = params.make(Dream, shipped_catalog(), look="2015", network="googlenet", iterations=3)
    assert (made.octaves, made.ratio, made.iterations, made.strength, made.jitter) == (4, 1.4, 3, 1.0, 32)
    assert made.layer == "inception_4c"
    assert (
        params.make(Dream, shipped_catalog(), look="2015", network="googlenet", layer="inception_3b").layer
        == "inception_3b"
    )
    assert params.make(Dream, shipped_catalog(), look="2015").layer == "high"


@pytest.mark.parametrize(("classic", "look"), [(True, "2015"), (False, "natural")])
@pytest.mark.parametrize("written", [dict, str])
def test_what_was_classic_is_the_look_of_2015(classic: bool, look: str, written: type) -> None:
    stored = {"recipe": "dream", "network": "pocket", "layer": "low", "classic": classic}
    assert params.parse(stored if written is dict else json.dumps(stored), shipped_catalog()) == Dream(
        network="pocket", layer="low", look=look
    )
    assert params.rename_options(stored) == params.rename_options(params.rename_options(stored))
    with pytest.raises(BadOption, match="`classic`"):
        params.parse({**stored, "classic": "maybe"}, shipped_catalog())


def test_a_wrong_look_is_a_sentence_that_names_the_right_ones() -> None:
    with pytest.raises(BadOption, match="`look` should be 'natural', 'vivid' or '2015'"):
        params.make(Dream, shipped_catalog(), look="sepia")


@pytest.mark.parametrize(
    "given",
    [
        {"subject": "👁️"},
        {"layer": "High ", "subject": ""},
        {"look": "2015", "jitter": 3},
        {"look": "2015", "network": "Pocket"},
    ],
)
def test_what_is_filled_in_does_not_count_as_given(given: dict[str, object]) -> None:
    made = params.make(Dream, shipped_catalog(), **given)
    assert made.model_fields_set == set(given)
    assert params.make(Dream, shipped_catalog(), **made.model_dump()) == made


def test_of_two_mistakes_the_one_that_is_seen_without_the_catalogue_is_told() -> None:
    with pytest.raises(BadOption, match="`size`"):
        params.make(Dream, shipped_catalog(), size=5000, layer="xyzzy", network="dall-e")


def test_another_look_leaves_the_notebook() -> None:
    notebook = Dream(layer="mid", look="2015", keep=0.5).model_dump(include={"look", "iterations", "keep"})
    assert params.override(notebook, {"look": "vivid"}) == {"look": "vivid", "keep": 0.5}
    assert params.override(notebook, {"look": "2015"}) == notebook
    assert params.override({"look": "vivid"}, {"subject": "eyes"}) == {"look": "vivid", "subject": "eyes"}


@pytest.mark.parametrize("kind", [Dream, Zoom, Concept])
def test_where_no_network_is_named_one_dreams_that_knows_the_subject(kind: type, tmp_path: Path) -> None:
    catalog.include(tmp_path / "default")
    assert catalog.default_network() == "lite2"
    assert (
        kind(subject="goldfish").network
        == params.make(kind, shipped_catalog(), subject="🐟 goldfish").network
        == "lite2"
    )
    assert kind(subject="eyes").network == "pocket"
    assert kind(network="pocket", subject="owl").network == "pocket"
    with pytest.raises(AmbiguousSubject):
        kind(subject="crane")
    with pytest.raises(UnknownSubject):
        kind(network="lite2", subject="eyes")


def test_every_option_says_what_it_is() -> None:
    for kind in (Dream, Zoom):
        assert [name for name, field in kind.model_fields.items() if name != "recipe" and not field.description] == []


def test_a_layer_that_answers_to_contours_takes_smaller_steps() -> None:
    low, high = (Dream(layer=layer, strength=2.0).pace() for layer in ("low", "high"))
    assert low < high == 2.0
    assert Dream(layer="low + high", strength=2.0).pace() == pytest.approx((low + high) / 2)


def test_recipes_without_octaves_do_not_carry_them() -> None:
    for wanted in (Channel(), See()):
        assert not {"octaves", "ratio", "jitter", "subject"} & set(wanted.model_dump())
    with pytest.raises(BadOption, match="`octaves`"):
        params.parse({"recipe": "see", "octaves": 3}, shipped_catalog())


def test_a_channel_is_a_channel_or_a_search() -> None:
    assert params.make(Channel, shipped_catalog(), layer="MID ", search="👁️").aim == ("layer", "mid")
    assert params.make(Channel, shipped_catalog(), search="👁️").search == "eyes"
    assert params.make(Channel, shipped_catalog(), channel=0).channel == 0
    with pytest.raises(BadOption, match="`channel`"):
        params.make(Channel, shipped_catalog(), channel=3, search="eyes")
    with pytest.raises(UnknownLayer, match="Did you mean"):
        params.make(Channel, shipped_catalog(), layer="mixed4z")
    with pytest.raises(UnknownSubject):
        params.make(Channel, shipped_catalog(), search="xyzzy")
    with pytest.raises(BadOption, match="`channel`"):
        params.make(Channel, shipped_catalog(), channel=-1)


def test_the_work_of_feature_pictures_grows_with_them() -> None:
    assert Channel(top=24).work() == pytest.approx(2 * Channel(top=12).work())
    assert Channel(search="eyes").work() > Channel().work()
    assert Channel(search="eyes").steps == Channel().steps + Channel.SEARCHING
    assert Channel(channel=1).steps == Channel().steps + Channel.FINISHING
    assert See(iterations=112).phases()[1].steps == 2 * See(iterations=56).phases()[1].steps
    assert See(iterations=112).work() == pytest.approx(2 * See(iterations=56).work(), rel=0.1)
    assert See(size=2048).work() > See(size=1280).work()


def test_a_network_without_sketches_paints_for_longer() -> None:
    over_a_sketch, from_grey = Concept(subject="banana"), Concept(subject="banana", network="googlenet")
    assert (over_a_sketch.painting, from_grey.painting) == (64, 192)
    assert from_grey.work() > over_a_sketch.work()


@pytest.mark.parametrize("written", [dict, str])
def test_a_recipe_is_still_read_by_its_former_name(written: type) -> None:
    options = {"recipe": "neuron", "network": "pocket", "layer": "mid", "channel": 21}
    found = params.parse(options if written is dict else json.dumps(options), shipped_catalog())
    assert found == Channel(network="pocket", layer="mid", channel=21)
    assert found.recipe == "channel"
    with pytest.raises(BadOption, match="recipe"):
        params.parse({"recipe": ["neuron"]}, shipped_catalog())


@pytest.fixture
def two(tmp_path: Path) -> tuple[Catalog, Catalog]:
    """Two catalogues, each with a network of its own that the other does not know."""
    for name in ("roses", "ferns"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.toml").write_text(GOOD)
        (tmp_path / name / "mine.pth").touch()
    return Catalog.read(tmp_path / "roses", "roses"), Catalog.read(tmp_path / "ferns", "ferns")


def test_two_catalogues_in_one_process_do_not_see_each_other(two: tuple[Catalog, Catalog]) -> None:
    roses, ferns = two
    assert params.make(Dream, roses).network == "roses"
    assert params.make(Dream, ferns).network == "ferns"
    for one, other in ((roses, "ferns"), (ferns, "roses"), (shipped_catalog(), "roses")):
        with pytest.raises(UnknownNetwork):
            params.make(Dream, one, network=other)
        with pytest.raises(UnknownNetwork):
            params.parse({"recipe": "dream", "network": other}, one)


def test_params_keep_the_catalogue_that_they_were_made_with(two: tuple[Catalog, Catalog]) -> None:
    made = params.make(Zoom, two[0], layer="MID")
    assert params.parse(made.model_dump_json(), two[0]).catalog is made.catalog is made.first().catalog is two[0]
    assert made.meanings()[0].layer == "layer1"
    assert made.work() > 0


def test_the_catalogue_is_no_part_of_what_is_asked_for(two: tuple[Catalog, Catalog]) -> None:
    one, other = (params.make(Dream, each, network="pocket", layer="mid") for each in two)
    assert one == other == Dream(layer="mid")
    assert hash(one) == hash(other)
    assert one.model_dump_json() == other.model_dump_json()
    assert one != Zoom(layer="mid")


def test_reading_settings_changes_nothing_that_was_read_before(two: tuple[Catalog, Catalog], tmp_path: Path) -> None:
    made = params.make(Dream, two[0])
    (tmp_path / "data").mkdir()
    later = settings.read(data_dir=tmp_path / "data", default_network="lite1")
    assert params.make(Dream, later.catalog).network == "lite1"
    assert (made.network, made.meanings()[0].layer, Dream().network) == ("roses", "layer1", "pocket")
