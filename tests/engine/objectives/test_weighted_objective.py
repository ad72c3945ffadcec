"""What words ask for."""

from __future__ import annotations

import pytest
import torch

from engine.catalog.catalog import Meaning
from engine.networks.network import LOGITS, Network
from engine.objectives import blended_position_objectives, layer, position_objective, strongest_channel
from tests.catalogs import catalog


def test_a_word_without_channels_means_its_whole_layer(small_network: Network) -> None:
    found = small_network.activations(torch.rand(1, 3, 40, 40), ["conv1"])
    asked = position_objective([Meaning(layer="conv1", about="strokes")])
    assert asked.layers == {"conv1"}
    assert asked(found) == layer("conv1")(found)


def test_a_word_with_channels_means_any_of_them(small_network: Network) -> None:
    found = small_network.activations(torch.rand(1, 3, 40, 40), [LOGITS])
    asked = position_objective([Meaning(layer=LOGITS, about="letters", channels=(1, 3))])
    assert asked.layers == {LOGITS}
    assert asked(found) == strongest_channel(LOGITS, 1, 3)(found)
    assert asked(found) >= max(strongest_channel(LOGITS, 1)(found), strongest_channel(LOGITS, 3)(found))


def test_several_words_of_a_layer_mean_any_of_all_their_channels(small_network: Network) -> None:
    found = small_network.activations(torch.rand(1, 3, 40, 40), [LOGITS])
    one, other = (Meaning(layer=LOGITS, about="letters", channels=those) for those in ((1, 3), (3, 4)))
    assert position_objective([one, other])(found) == strongest_channel(LOGITS, 1, 3, 4)(found)


def test_words_of_several_layers_are_added(small_network: Network) -> None:
    found = small_network.activations(torch.rand(1, 3, 40, 40), ["mixed2", LOGITS])
    one, other = Meaning(layer=LOGITS, about="", channels=(1,)), Meaning(layer="mixed2", about="", channels=(5, 2))
    asked = position_objective([one, other])
    assert asked.layers == {LOGITS, "mixed2"}
    torch.testing.assert_close(
        asked(found), strongest_channel(LOGITS, 1)(found) + strongest_channel("mixed2", 5, 2)(found)
    )


def test_no_word_is_an_error() -> None:
    with pytest.raises(ValueError, match="not enough"):
        position_objective([])


def test_the_network_that_is_shipped_has_every_channel_of_its_words() -> None:
    from engine.networks.loading import load

    meanings = [*catalog.network("pocket").friendly.values(), *catalog.subjects("pocket").values()]
    network = load("pocket")
    found = network.activations(torch.rand(1, 3, 64, 64), {meaning.layer for meaning in meanings})
    for meaning in meanings:
        assert max(meaning.channels, default=0) < found[meaning.layer].shape[1], meaning.about


def test_several_wishes_are_a_blend_and_one_alone_is_itself(small_network: Network) -> None:
    found = small_network.activations(torch.rand(1, 3, 40, 40), ["conv1", "mixed2"])
    one, other = Meaning(layer="conv1", about=""), Meaning(layer="mixed2", about="", channels=(5,))
    both = blended_position_objectives([(0.5, [one]), (-2.0, [other])])
    assert [weight for weight, _ in both.terms] == [0.5, -2.0]
    torch.testing.assert_close(both(found), 0.5 * layer("conv1")(found) - 2 * strongest_channel("mixed2", 5)(found))
    assert blended_position_objectives([(3.0, [one])])(found) == layer("conv1")(found)
    assert blended_position_objectives([(-3.0, [one])])(found) < 0
