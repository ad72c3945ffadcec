from functools import cache

import pytest
import torch
from torch import Tensor

from engine.gallery import nature
from engine.gallery.sources import CLOUDS, KINDS, source

WIDTH = 96
PHOTOGRAPHS = ("portrait", "pet", "night", "food", "photographer", "stars")
QUIET = ("clear sky", "stars", "text on dark", "drawing on black")
"""With so little in them that a dream must find something to hold on to."""


LEAVES = ("leaves", "group")
FEW_LEAVES = 200


@cache
def painted(kind: str, width: int = WIDTH) -> Tensor:
    """Once: some take seconds."""
    return source(kind, width)


@pytest.fixture(scope="module", params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    if request.param in PHOTOGRAPHS:
        pytest.importorskip("skimage", reason="scikit-image has the photographs: install the extra `play`")
    return str(request.param)


@pytest.fixture
def picture(kind: str) -> Tensor:
    return painted(kind)


def test_a_source_is_a_picture_of_that_width(picture: Tensor) -> None:
    assert picture.shape == (3, 72, WIDTH)
    assert picture.dtype == torch.float32
    assert picture.min() >= 0
    assert picture.max() <= 1


def test_it_has_something_for_a_dream_to_hold_on_to(kind: str, picture: Tensor) -> None:
    if kind in QUIET:
        return
    assert picture.std() > 0.08
    edges = (picture[:, :, 1:] - picture[:, :, :-1]).abs().mean()
    assert edges > 0.008


def test_it_is_the_same_every_time(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if kind in LEAVES:
        monkeypatch.setattr(nature, "FOLIAGE", FEW_LEAVES)
    first = source(kind, WIDTH) if kind in LEAVES else painted(kind)
    assert source(kind, WIDTH).equal(first)


def test_the_drawing_is_ink_on_paper() -> None:
    drawn = painted("drawing", 160)
    assert drawn.median() > 0.75
    assert drawn.min() < 0.25
    assert (drawn.amax(0) - drawn.amin(0)).mean() < 0.3


def test_the_lake_mirrors_the_mountains() -> None:
    land = painted("landscape", 160)
    above, below = land[:, 30:62, 40:120], land[:, 68:100, 40:120].flip(1)
    straight, mirrored = (torch.corrcoef(torch.stack([above.flatten(), one.flatten()]))[0, 1]
                          for one in (below.flip(1), below))  # fmt: skip
    assert mirrored > straight


def test_the_house_is_lit_from_the_left() -> None:
    house = painted("building", 200)
    roof_left, roof_right = house[:, 42:56, 36:80].mean(), house[:, 42:56, 120:164].mean()
    assert abs(roof_left - roof_right) < 0.1
    beside_the_tower = house[:, 68:84, 78:83].mean(), house[:, 68:84, 117:122].mean()
    assert beside_the_tower[0] > beside_the_tower[1] + 0.1


def test_grounds_are_white_black_and_middle_grey_all_over() -> None:
    for kind, ground in (("drawing on white", 1.0), ("drawing on black", 0.0), ("grey drawing", 0.5)):
        assert ((painted(kind, 160) - ground).abs() < 0.004).float().mean() > 0.4


def test_there_are_five_skies_of_clouds_lighter_than_what_is_behind_or_before_them() -> None:
    assert len(CLOUDS) >= 5
    shown = [painted(kind) for kind in CLOUDS]
    assert all((one - other).abs().mean() > 0.05 for at, one in enumerate(shown) for other in shown[:at])


def test_a_painting_of_dots_has_the_landscapes_lights_and_shades() -> None:
    dotted, model = (painted(kind, 160).mean(0) for kind in ("painting of dots", "landscape"))
    assert torch.corrcoef(torch.stack([dotted.flatten(), model.flatten()]))[0, 1] > 0.6


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(KeyError):
        source("selfie", WIDTH)
