"""The members of a group that are most like all of it: `(network, meaning) => meaning`.

By whichever member grows best, a fish is a puffer: named most surely, and told by few people, for it is least like
other fish. Whoever hears the word sees what has most in common with the others (Rosch and Mervis 1975, "Family
resemblances"); here that is how near a class's weights in the head are to their mean over the group.
"""

from __future__ import annotations

import math
from typing import Final

from torch.nn.functional import normalize

from engine.catalog.catalog import Meaning, Subject
from engine.networks.network import LOGITS, Network

SHARE: Final = 0.4
"""How many of a group's classes are typical; never fewer than one."""


def typical_classes(network: Network, meaning: Meaning) -> Meaning:
    """The same with its typical classes alone, most typical first. What is no group of classes is as it was."""
    if meaning.layer != LOGITS or len(meaning.channels) < 2 or network.head is None:
        return meaning
    weights = [one for one in network.head.parameters() if one.dim() > 1][-1].flatten(1).float()
    rows = normalize(weights - weights.mean(0), dim=1)[list(meaning.channels)]
    order = (rows @ rows.mean(0)).argsort(descending=True).tolist()
    kept = tuple(meaning.channels[at] for at in order[: math.ceil(SHARE * len(order))])
    return meaning.model_copy(update={"channels": kept})


def best_known_class(network: Network, meaning: Meaning) -> Meaning:
    """The same with its best known class alone. What has none is as it was."""
    if not isinstance(meaning, Subject) or meaning.best_known not in network.labels:
        return meaning
    return meaning.model_copy(update={"channels": (network.labels.index(meaning.best_known),)})
