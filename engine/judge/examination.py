"""What every part of the examination gets and gives: `Exam => Found`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch

from engine.catalog.catalog import Catalog
from engine.judge.bounds import Figure
from engine.judge.picture_maker import PictureMaker
from engine.networks.network import Network

SEED = 4821
"""Of what is drawn and of every dream."""


@dataclass(frozen=True)
class Exam:
    """Where pictures are made, who judges them, and how many are asked for; None takes what the bounds were set for."""

    maker: PictureMaker
    judge: Network
    count: int | None = None
    seed: int = SEED

    @property
    def catalog(self) -> Catalog:
        """What knows the networks that make the pictures."""
        return self.maker.runtime.catalog

    @property
    def labels(self) -> list[str]:
        """The classes in the order in which the judge, too, has them."""
        return list(self.catalog.labels(self.maker.network))

    def draw_classes(self, count: int) -> list[int]:
        """So many different classes, the same ones for the same seed."""
        order = torch.randperm(len(self.labels), generator=torch.Generator().manual_seed(self.seed))
        return order[: self.count or count].tolist()

    def limit(self, words: Sequence[str]) -> list[str]:
        """As many of these as are asked for, beginning with the first."""
        return list(words[: self.count])


@dataclass(frozen=True)
class PartResult:
    """A part's figures, and the table of what they were made of."""

    figures: list[Figure]
    heads: Sequence[str] = ()
    rows: list[list[str]] = field(default_factory=list)


def share(truths: Sequence[bool]) -> float:
    """The share of what is true; of nothing, nothing."""
    return sum(truths) / len(truths) if truths else 0.0
