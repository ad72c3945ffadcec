"""How crops climb: a thing is looked for in the whole picture, seen small; a layer anywhere."""

from __future__ import annotations

from engine.ascent.crop_ascent import SIDE
from engine.ascent.crop_setup import SUBJECT_SMALLEST_CROP, crop_schedule
from engine.catalog.catalog import shipped_catalog
from engine.params import Dream, make


def test_a_subject_is_looked_for_in_larger_crops_and_for_longer() -> None:
    thing, layer = (
        crop_schedule(make(Dream, shipped_catalog(), network="lite2", **aim), 0.05)
        for aim in ({"subject": "goldfish"}, {})
    )
    assert thing.side == layer.side == SIDE
    assert thing.closest >= SUBJECT_SMALLEST_CROP > layer.closest
    assert thing.steps > layer.steps


def test_strength_is_how_fast_and_how_far_from_the_photo() -> None:
    hint, change = (
        crop_schedule(make(Dream, shipped_catalog(), network="lite2", subject="goldfish", strength=strength), 0.05)
        for strength in (0.5, 2.0)
    )
    assert hint.rate < change.rate
    assert hint.pull == 4 * change.pull
