import pytest

from engine import params
from engine.catalog.catalog import shipped_catalog
from engine.errors import BadOption, TwoAims, UnknownSubject
from engine.params import PAINTINGS, Dream, Style, is_dreamed_on, make


def test_it_is_about_a_painting_and_dreams_only_where_that_is_asked_for() -> None:
    plain, dreaming = Style(painting="wave"), Style(subject="👁")
    assert plain.aim == ("painting", "wave")
    assert not plain.dreams
    assert (plain.layer, plain.subject) == ("", "")
    assert (dreaming.dreams, dreaming.subject) == (True, "eyes")
    assert Style(layer=" HIGH").layer == "high"


def test_what_cannot_be_is_refused() -> None:
    for options, error in (
        ({"painting": "mona lisa"}, BadOption),
        ({"subject": "eyes", "layer": "mid"}, TwoAims),
        ({"subject": "towrs"}, UnknownSubject),
        ({"colours": "sepia"}, BadOption),
        ({"size": 4096}, BadOption),
    ):
        with pytest.raises(error):
            make(Style, shipped_catalog(), **options)


def test_large_pictures_are_painted_at_more_sizes_so_that_they_begin_as_small_ones_do() -> None:
    assert Style(size=512).painted_sizes == Style(size=256).painted_sizes == 3
    assert Style(size=1024).painted_sizes == 4
    assert sum(phase.steps for phase in Style(size=1024).phases()) == 160


def test_dreaming_beside_it_is_more_work() -> None:
    dreaming = Style(subject="eyes", size=300, seed=4)
    assert dreaming.dream() == Dream(subject="eyes", size=300, seed=4)
    assert dreaming.work() == pytest.approx(Style(size=300).work() + dreaming.dream().work())
    assert Style(subject="eyes").timed_as != Style().timed_as


def test_its_result_is_one_picture_to_go_on_from_and_json_brings_it_back() -> None:
    for name in (*PAINTINGS, "yours"):
        made = make(Style, shipped_catalog(), painting=name, seed=7, layer="mid")
        assert params.parse(made.model_dump_json(), shipped_catalog()) == made
        assert is_dreamed_on(made)
