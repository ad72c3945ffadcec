"""A second thing in the body of a first."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from engine.ascent.concept_schedules import AROUND
from engine.ascent.crop_gradients import CropScorer
from engine.ascent.hybrid_ascent import body_window, grow_feature, striking_place
from engine.canvas.mask import protect_mask
from engine.networks.network import LOGITS, Network
from engine.objectives.crop_objective import class_score
from engine.params import Concept, make
from engine.runtime import Runtime


def with_textures(*middles: tuple[int, int]) -> Tensor:
    """Grey [3, 96, 128] with squares of noise, each fainter than the one before."""
    picture = torch.full((3, 96, 128), 0.5)
    generator = torch.Generator().manual_seed(3)
    for at, (row, column) in enumerate(middles):
        square = torch.rand((3, 24, 24), generator=generator) - 0.5
        picture[:, row - 12 : row + 12, column - 12 : column + 12] += square / (1 + at)
    return picture


def test_the_most_contrast_strikes_and_then_the_next() -> None:
    picture = with_textures((30, 30), (60, 100))
    first = striking_place(picture)
    assert first == pytest.approx((30 / 96, 30 / 128), abs=0.04)
    assert striking_place(picture, [first]) == pytest.approx((60 / 96, 100 / 128), abs=0.06)


def test_it_grows_in_its_place_and_the_rest_stays(small_network: Network) -> None:
    picture = with_textures((30, 30))
    scorers = [CropScorer(small_network, class_score(1))]
    *_, last = grow_feature(scorers, picture, (30 / 96, 30 / 128), torch.Generator().manual_seed(1))
    change = (last.show() - picture).abs().mean(0)
    assert last.step == last.steps == Concept.FEATURE_DETAILING
    assert change[20:40, 20:40].mean() > 20 * change[60:, 90:].mean()
    assert LOGITS in scorers[0].objective.layers


def test_a_body_is_seen_from_afar() -> None:
    """It takes less of the canvas than a thing alone does, so that more of it is left beside another's face."""
    body, alone = body_window((96, 128)), AROUND + (1 - AROUND) * protect_mask("edges", (96, 128))
    assert body.shape == (1, 96, 128)
    assert body[0, 48, 64] == alone[0, 48, 64] == 1
    assert (body <= alone).all()
    assert (body > 0.5).float().mean() < 0.7 * (alone > 0.5).float().mean()


def test_of_things_that_share_a_body_the_best_known_kinds_grow(runtime: Runtime) -> None:
    def asked(network: str, subject: str) -> Concept:
        return make(Concept, runtime.catalog, network=network, subject=subject)

    both = asked("lite2", "fish + dog")
    assert [one.classes for one in both.meanings()] == [("goldfish",), ("golden retriever",)]
    assert both.subject == "fish + dogs", "a title says what was asked for"
    assert len(asked("lite2", "fish").meanings()[0].classes) > 5, "alone any may grow, whichever grows best"
    assert len(asked("lite2", "car + fish").meanings()[0].classes) > 5, "of cars anybody knows every kind"
    assert len(asked("googlenet", "fish + dog").meanings()[0].classes) > 5, "pixels all at once share no body"


def test_a_concept_of_several_things_takes_steps_for_each_further_one(runtime: Runtime) -> None:
    asked = [
        make(Concept, runtime.catalog, network="lite2", subject=one)
        for one in ("hen", "hen + castle", "hen + castle + volcano")
    ]
    more = Concept.FEATURE_FINDING + Concept.FEATURE_DETAILING
    assert [one.steps - asked[0].steps for one in asked] == [0, more, 2 * more]
    assert [sum(phase.steps for phase in one.phases()) for one in asked] == [one.steps for one in asked]
