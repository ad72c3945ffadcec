"""What a word asks for."""

from __future__ import annotations

import pytest
import torch

from engine.jobs import catalog
from engine.jobs.catalog import Friendly
from engine.networks.network import EVIDENCE, Network
from engine.objectives import evidence, layer, wish


def test_a_word_without_classes_means_its_whole_layer(small_network: Network) -> None:
    found = small_network.activations(torch.rand(1, 3, 40, 40), ["conv1"])
    asked = wish(Friendly(layer="conv1", about="strokes"), small_network.labels)
    assert asked.layers == {"conv1"}
    assert asked(found) == layer("conv1")(found)


def test_a_word_with_classes_means_any_of_them(small_network: Network) -> None:
    found = small_network.activations(torch.rand(1, 3, 40, 40), [EVIDENCE])
    asked = wish(Friendly(layer="mixed2", about="letters", classes=("b", "d")), small_network.labels)
    assert asked.layers == {EVIDENCE}
    assert asked(found) == evidence(1, 3)(found)
    assert asked(found) >= max(evidence(1)(found), evidence(3)(found))


def test_a_class_that_is_not_known_is_an_error(small_network: Network) -> None:
    with pytest.raises(ValueError, match="dodo"):
        wish(Friendly(layer="mixed2", about="birds", classes=("dodo",)), small_network.labels)


def test_the_network_that_is_shipped_knows_every_class_of_its_words() -> None:
    from engine.networks.loading import load

    labels = load("pocket").labels
    for meaning in catalog.network("pocket").friendly.values():
        assert set(meaning.classes) <= set(labels)
