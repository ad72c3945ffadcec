"""What a word asks for: `(meaning in the catalogue, labels) => objective`."""

from __future__ import annotations

from collections.abc import Sequence

from engine.jobs.catalog import Friendly
from engine.objectives.objective import Objective, evidence, layer


def wish(meaning: Friendly, labels: Sequence[str]) -> Objective:
    """Its classes, or else all of its layer. Raises `ValueError` for a class that the network does not know."""
    if unknown := set(meaning.classes) - set(labels):
        raise ValueError(f"the network has no class {sorted(unknown)}")
    if meaning.classes:
        return evidence(*(labels.index(name) for name in meaning.classes))
    return layer(meaning.layer)
