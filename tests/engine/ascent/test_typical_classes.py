"""What is typical of a group."""

from __future__ import annotations

import torch

from engine.ascent.crop_setup import concept_meanings
from engine.ascent.typical_classes import best_known_class, typical_classes
from engine.catalog.catalog import Meaning
from engine.networks.network import LOGITS, Network
from engine.params import Concept, make
from engine.runtime import Runtime


def group_of(*channels: int) -> Meaning:
    return Meaning(layer=LOGITS, about="", channels=channels)


def test_those_are_kept_that_have_most_in_common(small_network: Network) -> None:
    assert isinstance(small_network.head, torch.nn.Conv2d)
    rows = torch.zeros_like(small_network.head.weight)
    rows[:4, 0] = 1.0
    rows[0, 1], rows[1, 2] = 3.0, 0.2
    rows[4, 3] = 1.0
    small_network.head.weight.copy_(rows)
    assert typical_classes(small_network, group_of(0, 1, 2, 3)).channels == (2, 3)
    assert typical_classes(small_network, group_of(0, 2)).channels in {(0,), (2,)}


def test_what_is_no_group_stays(small_network: Network) -> None:
    layer = Meaning(layer="low", about="", channels=(1, 2, 3))
    assert typical_classes(small_network, layer) == layer
    assert typical_classes(small_network, group_of(3)) == group_of(3)


def test_things_that_share_a_body_are_told_by_anybody_and_one_alone_is_any(shipped: Runtime) -> None:
    both, alone = (make(Concept, shipped.catalog, network="lite2", subject=one) for one in ("fish + dog", "fish"))
    names = [{shipped.network("lite2").labels[at] for at in one.channels} for one in concept_meanings(both, shipped)]
    assert "coho" in names[0]
    assert "puffer" not in names[0]
    assert names[1] == {"golden retriever"}
    assert concept_meanings(alone, shipped) == alone.meanings()


def test_what_a_group_is_best_known_by_is_one_of_it(shipped: Runtime) -> None:
    network = shipped.network("lite2")
    groups = {name: one for name, one in shipped.catalog.subjects("lite2").items() if one.best_known}
    assert "dogs" in groups
    for name, group in groups.items():
        assert group.best_known in group.classes, name
        assert best_known_class(network, group).channels == (network.labels.index(group.best_known),)
    assert best_known_class(network, group_of(3)) == group_of(3)
