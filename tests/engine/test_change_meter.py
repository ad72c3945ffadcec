"""How much of a picture was changed, and of what that is measured at all."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from engine.canvas.changed_share import changed_share
from engine.catalog.catalog import shipped_catalog
from engine.change_meter import EVERY, ChangeMeter
from engine.params import AnyParams, Channel, Concept, Dream, Morph, See, Style, Upscale, Video, Zoom, make
from engine.queue.job import batch_result


def grey(level: float = 0.5, height: int = 96, width: int = 128) -> Tensor:
    return torch.full((3, height, width), level)


def meter(kind: type[AnyParams], source: Tensor | None = None, **options: Any) -> ChangeMeter:
    params = make(kind, shipped_catalog(), **({} if kind in (See, Upscale) else {"size": 128}), **options)
    return ChangeMeter(params, grey() if source is None else source)


def with_changed(rows: int, by: float = 9 / 255) -> Tensor:
    """Grey, with that much more red in so many of 96 rows."""
    picture = grey()
    picture[0, :rows] += by
    return picture


def test_a_pixel_has_changed_where_any_colour_differs_by_more_than_8_of_255() -> None:
    assert changed_share(with_changed(24), grey()) == pytest.approx(0.25)
    assert changed_share(with_changed(24, by=-9 / 255), grey()) == pytest.approx(0.25)
    assert changed_share(with_changed(24, by=7.9 / 255), grey()) == 0.0
    assert changed_share(grey(1.4), grey(1.0)) == 0.0, "nobody sees what is beyond white"


@pytest.mark.parametrize("kind", [Dream, Style, Concept])
def test_of_several_pictures_the_least_counts(kind: type[AnyParams]) -> None:
    one = meter(kind, subject="castle" if kind is Concept else None)
    assert one.facts == {}
    for index, rows in enumerate((48, 24, 96)):
        one.add(index, with_changed(rows))
    assert one.facts == {"changed": 0.25}


def test_a_source_of_another_size_is_compared_at_the_results() -> None:
    one = meter(Dream, grey(height=300, width=400))
    one.add(0, with_changed(48))
    one.add(1, grey(0.9, 98, 128))
    assert one.facts == {"changed": 0.5}


def test_of_a_sheet_that_is_kept_early_its_first_picture_counts() -> None:
    one = meter(Dream, variations=4)
    sheet = torch.zeros(3, 200, 264)
    sheet[:, :96, :128] = with_changed(3)
    one.add(0, sheet)
    assert one.facts["changed"] == pytest.approx(3 / 96, abs=1e-4)


def test_of_a_zoom_the_first_frame_counts_unless_it_goes_on() -> None:
    one = meter(Zoom)
    one.add(0, with_changed(12))
    one.add(1, grey())
    assert one.facts == {"changed": 0.125}
    further = meter(Zoom, continued=True)
    further.add(0, grey())
    assert further.facts == {}


def test_of_a_video_frames_are_compared_now_and_then() -> None:
    one = meter(Video)
    for index, frame in enumerate(one.watch(grey(index / 100) for index in range(2 * EVERY))):
        one.add(index, frame + (0.5 if index == EVERY else 0.0))
    assert one.facts == {"changed": 0.5}


@pytest.mark.parametrize(
    ("kind", "options"), [(See, {}), (Upscale, {}), (Channel, {"layer": "mid"}), (Morph, {"subject": "owl > fox"})]
)
def test_what_is_no_same_view_is_not_measured(kind: type[AnyParams], options: dict[str, Any]) -> None:
    one = meter(kind, **options)
    one.add(0, grey())
    assert one.facts == {}


def test_noise_is_nobodys_picture() -> None:
    one = ChangeMeter(make(Dream, shipped_catalog(), size=128), None)
    one.add(0, grey())
    assert one.facts == {}


def test_of_a_batch_the_least_changed_counts() -> None:
    each = {0: {"blob": "a", "facts": {"changed": 0.4}}, 2: {"blob": "b", "facts": {"changed": 0.02}}}
    assert batch_result(each)["facts"]["changed"] == 0.02
    assert "changed" not in batch_result({0: {"blob": "a"}})["facts"]
