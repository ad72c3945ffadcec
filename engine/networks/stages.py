"""A model cut for dreaming: `model => named stages that run one after another, and its head`."""

from __future__ import annotations

from dataclasses import dataclass

from torch import nn


@dataclass(frozen=True, slots=True)
class StagedModel:
    """What `Network` is built from. The modules may be the model's own."""

    stages: dict[str, nn.Module]
    head: nn.Module | None = None
    behind: str | None = None
    """The stage whose output the head scores; the last one if that is not said."""
