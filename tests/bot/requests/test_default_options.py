"""What is typed wins over a preset, and a preset over settings; what does not fit makes room."""

from typing import Any

import pytest

from bot.requests.default_options import with_defaults
from bot.store.user_settings import UserSettings
from engine import params
from engine.errors import UnknownNetwork
from engine.params import Concept, Dream, Params, Zoom
from tests.catalogs import POCKET as catalog

CASTLES = UserSettings(subject="castle", strength=1.6, size=256)
EYES = {"network": "pocket", "subject": "eyes", "size": 384}


def asked(
    typed: dict[str, Any],
    settings: UserSettings = CASTLES,
    preset: dict[str, Any] | None = None,
    kind: type[Params] = Dream,
) -> dict[str, Any]:
    return with_defaults(kind, typed, settings, preset or {}, catalog)


def test_typed_over_preset_over_settings() -> None:
    assert asked({}) == {"subject": "castle", "strength": 1.6, "size": 256}
    assert asked({}, preset=EYES) == {"network": "pocket", "subject": "eyes", "strength": 1.6, "size": 384}
    assert asked({"size": 128}, preset=EYES)["size"] == 128
    assert asked({"layer": "low"}, preset=EYES) == {"network": "pocket", "layer": "low", "strength": 1.6, "size": 384}
    assert asked({}, UserSettings()) == {}


def test_a_zoom_takes_what_suits_it_and_others_take_nothing() -> None:
    assert asked({}, kind=Zoom) == {"subject": "castle", "strength": 1.6}
    assert asked({"subject": "fox"}, kind=Concept) == {"subject": "fox"}


@pytest.mark.parametrize("network", ["vgg16", "VGG16", "squeezenet"])
def test_another_network_that_is_typed_knows_other_words(network: str) -> None:
    settings = UserSettings(layer="mixed4a", size=256)
    assert asked({"network": network}, settings) == {"network": network, "size": 256}
    assert asked({"network": network}, UserSettings(layer="mid")) == {"network": network, "layer": "mid"}
    assert asked({"network": network}, UserSettings(strength=1.6), EYES) == {
        "network": network, "strength": 1.6, "size": 384,
    }  # fmt: skip
    assert asked({"network": network}, preset=EYES)["subject"] == "castle", "which it knows"


def test_a_network_that_nobody_has_is_refused_as_without_defaults() -> None:
    with pytest.raises(UnknownNetwork):
        params.make(Dream, catalog, **asked({"network": "nobody"}))


def test_a_default_preset_whose_network_is_not_installed_makes_no_trouble() -> None:
    missing = {"network": "vgg16", "layer": "conv5_1", "size": 384}
    assert asked({}, UserSettings(), missing) == {"size": 384}
    assert params.make(Dream, catalog, **asked({}, UserSettings(), missing)).network == "pocket"


def test_a_word_that_the_presets_network_does_not_know_is_dreamed_by_one_that_does() -> None:
    preset = {"network": "lite2", "layer": "block14"}
    assert asked({"subject": "goldfish"}, UserSettings(), preset)["network"] == "lite2"
    assert asked({"layer": "mixed4a"}, UserSettings(), preset) == {"layer": "mixed4a"}


def test_the_look_of_2015_is_exactly_that() -> None:
    assert asked({"look": "2015"}) == {"look": "2015", "size": 256}


def test_a_default_that_is_not_known_any_more_is_left_out() -> None:
    assert asked({}, UserSettings(subject="no such thing", size=256)) == {"size": 256}
