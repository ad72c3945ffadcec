"""What words ask for: `meanings in the catalogue => objective`."""

from __future__ import annotations

from collections.abc import Iterable

from engine.catalog.catalog import Meaning
from engine.objectives.objective import Objective, blend, layer, strongest_channel, total


def position_objective(meanings: Iterable[Meaning]) -> Objective:
    """Any of some meanings: within one layer whichever is strongest at a position; of several layers the sum.

    A meaning without channels is its whole layer. Raises `ValueError` for no meaning.
    """
    wanted: dict[str, list[int]] = {}
    for meaning in meanings:
        wanted.setdefault(meaning.layer, []).extend(meaning.channels)
    return total(
        strongest_channel(name, *dict.fromkeys(those)) if those else layer(name) for name, those in wanted.items()
    )


def blended_position_objectives(terms: Iterable[tuple[float, Iterable[Meaning]]]) -> Objective:
    """Several at once, each by its weight. One alone is itself: its weight, unless negative, would change nothing."""
    those = [(weight, position_objective(meanings)) for weight, meanings in terms]
    (weight, first), *others = those
    return blend(those) if others or weight < 0 else first
