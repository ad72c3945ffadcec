"""Logarithms of what crops show: free of scale, sums over a batch, several at once."""

from __future__ import annotations

import pytest
import torch

from engine.catalog.catalog import LOGITS, Meaning
from engine.errors import UnknownChannel
from engine.objectives import crop_objective
from engine.objectives.crop_objective import channel_share, class_score, energy, taste


def test_energy_grows_with_activations_by_the_same_for_any_scale() -> None:
    found = torch.rand(2, 4, 6, 6, generator=torch.Generator().manual_seed(1)) + 0.1
    faint, strong = (energy("a")({"a": scale * 2 * found}) - energy("a")({"a": scale * found}) for scale in (0.5, 50.0))
    torch.testing.assert_close(faint, strong, rtol=1e-3, atol=1e-3)
    assert faint > 0


def test_energy_prefers_one_strong_thing_to_weak_texture() -> None:
    even, peak = torch.ones(1, 1, 8, 8), torch.zeros(1, 1, 8, 8)
    peak[..., 3, 3] = 8.0
    assert energy("a")({"a": peak}) > energy("a")({"a": even})


def test_any_class_of_a_group_will_do() -> None:
    scores = torch.zeros(1, 5, 2, 2)
    scores[:, 3] = 9.0
    assert abs(float(class_score(3)({LOGITS: scores}) - class_score(1, 3)({LOGITS: scores}))) < 0.01
    assert class_score(1, 3)({LOGITS: scores}) > class_score(1, 2)({LOGITS: scores})


def test_a_channel_is_measured_by_what_its_layer_does() -> None:
    plane = torch.rand(1, 3, 4, 4, generator=torch.Generator().manual_seed(2))
    torch.testing.assert_close(channel_share("a", 1)({"a": plane}), channel_share("a", 1)({"a": 100 * plane}))


def test_a_channel_that_is_not_there_is_a_sentence() -> None:
    with pytest.raises(UnknownChannel, match="only goes up to channel 2"):
        channel_share("a", 999)({"a": torch.rand(1, 3, 4, 4)})


def test_of_several_subjects_each_has_a_say() -> None:
    castle, cat = (Meaning(layer=LOGITS, about="", channels=(at,)) for at in (0, 1))
    both = crop_objective([(1.0, [castle, cat])])
    scores = torch.zeros(1, 3, 1, 1, requires_grad=True)
    (slope,) = torch.autograd.grad(both({LOGITS: scores}), scores)
    assert slope.flatten()[:2].gt(0).all()
    less = crop_objective([(-1.0, [castle])])
    (slope,) = torch.autograd.grad(less({LOGITS: scores}), scores)
    assert slope.flatten()[0] < 0


def test_a_seed_has_a_taste_of_its_own_and_keeps_it() -> None:
    assert taste(8, "a", 1).equal(taste(8, "a", 1))
    assert not taste(8, "a", 1).equal(taste(8, "a", 2))
    found = {"a": torch.rand(2, 64, 6, 6, generator=torch.Generator().manual_seed(1)), LOGITS: torch.zeros(2, 64, 2, 2)}
    for measure in (energy, lambda name, seed=None: class_score(*range(9), seed=seed)):
        values = [float(measure("a", seed=seed)(found)) for seed in (None, 1, 1, 2)]
        assert values[1] == values[2]
        assert len({*values}) == 3
    one = {LOGITS: found[LOGITS]}
    slopes = []
    for seed in (1, 2):
        scores = one[LOGITS].clone().requires_grad_()
        slopes.append(torch.autograd.grad(class_score(1, 2, 3, seed=seed)({LOGITS: scores}), scores)[0].flatten())
    assert torch.cosine_similarity(slopes[0], slopes[1], dim=0) < 0.99, "they pull towards different classes"
