"""How crops climb: a thing is looked for in the whole picture, seen small; a layer anywhere."""

from __future__ import annotations

import torch

from engine.ascent.crop_ascent import SIDE
from engine.ascent.crop_gradients import CropScorer
from engine.ascent.crop_setup import (
    SUBJECT_SMALLEST_CROP,
    crop_schedule,
    feature_scorers,
    finding_schedule,
    finding_scorers,
)
from engine.catalog.catalog import shipped_catalog
from engine.networks.network import LOGITS
from engine.params import Concept, Dream, make
from engine.runtime import Runtime


def test_a_subject_is_found_in_larger_crops_and_for_longer() -> None:
    subject, layer = (make(Dream, shipped_catalog(), network="lite2", **aim) for aim in ({"subject": "goldfish"}, {}))
    thing, seen = crop_schedule(subject, 0.05), crop_schedule(layer, 0.05)
    assert thing.side == seen.side == SIDE
    assert thing.closest >= SUBJECT_SMALLEST_CROP > seen.closest
    assert finding_schedule(subject).closest > thing.closest
    assert finding_schedule(subject).side < thing.side
    assert finding_schedule(subject).steps + thing.steps > seen.steps


def test_strength_is_how_fast_and_how_far_from_the_photo() -> None:
    weak, strong = (
        make(Dream, shipped_catalog(), network="lite2", subject="goldfish", strength=strength)
        for strength in (0.5, 2.0)
    )
    hint, change = crop_schedule(weak, 0.05), crop_schedule(strong, 0.05)
    assert hint.rate < change.rate
    assert hint.pull == 4 * change.pull
    assert finding_schedule(weak).rate < finding_schedule(strong).rate


def of_fish(scorers: list[list[CropScorer]], params: Concept | Dream) -> set[float]:
    """What each class of fish counts as the first of two things."""
    objective = scorers[0][0].objective
    scores = torch.eye(1000)[:, :, None, None] * 9
    classes = params.meanings()[0].channels
    return {round(float(objective({LOGITS: scores[one : one + 1]})), 4) for one in classes}


def test_of_one_body_every_class_of_a_group_counts_alike(runtime: Runtime) -> None:
    params = make(Concept, shipped_catalog(), network="lite2", subject="fish + dog", seed=1)
    assert len(of_fish(feature_scorers(params, runtime), params)) == 1


def test_in_a_photo_the_seed_has_a_taste_among_the_classes_of_a_group(runtime: Runtime) -> None:
    one, other = (make(Dream, shipped_catalog(), network="lite2", subject="fish + dog", seed=seed) for seed in (1, 2))
    assert len(of_fish(finding_scorers(one, runtime), one)) > 5
    assert of_fish(finding_scorers(one, runtime), one) != of_fish(finding_scorers(other, runtime), other)


def test_a_thing_is_found_where_something_else_gives_way(runtime: Runtime) -> None:
    params = make(Dream, shipped_catalog(), network="lite2", subject="goldfish")
    objective = finding_scorers(params, runtime)[0][0].objective
    (goldfish,) = params.meanings()[0].channels
    scores = torch.zeros(1, 1000, 1, 1)
    scores[:, goldfish] = 5
    beside_a_cat = scores.clone()
    beside_a_cat[:, goldfish + 200] = 8
    assert objective({LOGITS: scores}) > objective({LOGITS: beside_a_cat})
