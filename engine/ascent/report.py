"""What comes up from a running recipe: `recipe => iterator of Progress and Frame`."""

from __future__ import annotations

from dataclasses import dataclass, field

from torch import Tensor


@dataclass(frozen=True, slots=True)
class Progress:
    """A step was made."""

    step: int
    """From 1 to `steps`."""
    steps: int
    picture: Tensor = field(repr=False)
    """The canvas so far, [3, h, w] in [0, 1], at the size of its octave."""
    size: tuple[int, int]
    """Height and width that the result will have: show previews with this aspect, and nothing jumps."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture of the result is finished."""

    index: int
    """From 0 to `frames` - 1."""
    frames: int
    picture: Tensor = field(repr=False)
    """[3, h, w] in [0, 1]."""


Report = Progress | Frame
