"""How crops climb: a thing is looked for in the whole picture, seen small; a layer anywhere."""

from __future__ import annotations

import torch

from engine.ascent.crop_ascent import SIDE
from engine.ascent.crop_setup import SUBJECT_SMALLEST_CROP, crop_schedule, finding_schedule, subject_scorers
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


def test_of_a_group_every_class_counts_alike_unless_a_seed_has_a_taste(runtime: Runtime) -> None:
    params = make(Concept, shipped_catalog(), network="lite2", subject="fish + dog", seed=1)
    scores = torch.eye(1000)[:, :, None, None] * 9

    def fish(seed: int | None) -> set[float]:
        objective = subject_scorers(params, runtime, seed)[0][0].objective
        classes = params.meanings()[0].channels
        return {round(float(objective({LOGITS: scores[one : one + 1]})), 4) for one in classes}

    assert len(fish(None)) == 1
    assert len(fish(1)) > 5
    assert fish(1) != fish(2)
