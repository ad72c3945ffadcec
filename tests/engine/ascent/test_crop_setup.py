"""How crops climb: a thing is looked for in the whole picture, seen small; a layer anywhere."""

from __future__ import annotations

from itertools import combinations

import pytest
import torch
from torch import Tensor

from engine.ascent.crop_ascent import SIDE
from engine.ascent.crop_gradients import CropScorer
from engine.ascent.crop_setup import SUBJECT_SMALLEST_CROP, crop_schedule, starting_sketches, thing_scorers
from engine.catalog.catalog import shipped_catalog
from engine.networks.network import LOGITS
from engine.params import Concept, Dream, make
from engine.runtime import Runtime


def test_a_subject_is_looked_for_in_larger_crops() -> None:
    subject, layer = (make(Dream, shipped_catalog(), network="lite2", **aim) for aim in ({"subject": "goldfish"}, {}))
    thing, seen = crop_schedule(subject, 0.05), crop_schedule(layer, 0.05)
    assert thing.side == seen.side == SIDE
    assert thing.closest >= SUBJECT_SMALLEST_CROP > seen.closest


def test_strength_is_how_fast_and_how_far_from_the_photo() -> None:
    weak, strong = (
        make(Dream, shipped_catalog(), network="lite2", subject="goldfish", strength=strength)
        for strength in (0.5, 2.0)
    )
    hint, change = crop_schedule(weak, 0.05), crop_schedule(strong, 0.05)
    assert hint.rate < change.rate
    assert hint.pull == 4 * change.pull


def of_fish(scorers: list[list[CropScorer]], params: Concept | Dream) -> set[float]:
    """What each class of fish counts as the first of two things."""
    objective = scorers[0][0].objective
    scores = torch.eye(1000)[:, :, None, None] * 9
    classes = params.meanings()[0].channels
    return {round(float(objective({LOGITS: scores[one : one + 1]})), 4) for one in classes}


@pytest.mark.parametrize("kind", [Concept, Dream])
def test_every_class_of_a_group_counts_alike(runtime: Runtime, kind: type[Concept] | type[Dream]) -> None:
    params = make(kind, shipped_catalog(), network="lite2", subject="fish + dog", seed=1)
    scorers = thing_scorers(params, runtime)
    assert [len(of_each) for of_each in scorers] == [2, 2], "lite2 and its partner"
    assert len(of_fish(scorers, params)) == 1


def test_starts_begin_with_other_sketches_and_with_none_where_no_shape_is_known(shipped: Runtime) -> None:
    def sketches_of(word: str) -> list[Tensor | None]:
        params = make(Dream, shipped_catalog(), network="lite2", subject=word)
        chance = torch.Generator().manual_seed(1)
        return starting_sketches(shipped.network("lite2"), params.meanings()[0], 4, chance)

    assert sketches_of("radiator") == [None] * 4
    for word, least in (("fish", 0.01), ("goldfish", 0.001)):
        drawn = [one for one in sketches_of(word) if one is not None]
        assert len(drawn) == 4
        assert min(float((one - other).abs().mean()) for one, other in combinations(drawn, 2)) > least
