"""What comes up from a running recipe: `recipe => iterator of Progress and Frame`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor
from torch.nn.functional import interpolate

from engine.notes import Note


@dataclass(frozen=True, slots=True)
class Progress:
    """A step was made."""

    step: int
    """From 1 to `steps`."""
    steps: int
    show: Callable[[], Tensor] = field(repr=False)
    """Makes the canvas so far, [3, h, w] in [0, 1], at the size of its octave; to be called before the next step.

    Few steps are looked at, and some pictures cost more than their step.
    """
    size: tuple[int, int]
    """Height and width that the result will have: show previews with this aspect, and nothing jumps."""
    note: Note | None = None
    """What is being given up so that the dream can be finished, if anything."""

    def full_size(self) -> Tensor:
        """The canvas so far at the result's size, in [0, 1]: an early octave is smaller than what was asked for."""
        shown = self.show()
        if shown.shape[1:] == self.size:
            return shown.clamp(0, 1)
        return interpolate(shown[None], self.size, mode="bicubic", antialias=True)[0].clamp(0, 1)


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture of the result is finished."""

    index: int
    """From 0 to `frames` - 1."""
    frames: int
    picture: Tensor = field(repr=False)
    """[3, h, w] in [0, 1]."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What was found out on the way, as JSON knows it: labels, channels."""


Report = Progress | Frame
