"""What is to be increased: `activations by layer name => scalar`, composable.

    0.7 * layer("mixed3b") + channel("mixed4c", 12) - neuron("conv3", 4)

Every objective is greater where more of the feature is in the picture. Sums of objectives of different layers are
weighted by the sizes of their activations; that is left to whoever composes them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from torch import Tensor
from torch.nn.functional import softplus

Activations = Mapping[str, Tensor]
"""[n, c, h, w] by layer name."""


@dataclass(frozen=True, slots=True)
class Objective:
    """A scalar of activations, and the layers that it needs for that."""

    measure: Callable[[Activations], Tensor]
    layers: frozenset[str]

    def __call__(self, activations: Activations) -> Tensor:
        """The value to increase, a float32 scalar."""
        return self.measure(activations)

    def __add__(self, other: Objective) -> Objective:
        """Both at once."""
        return Objective(lambda found: self(found) + other(found), self.layers | other.layers)

    def __mul__(self, weight: float) -> Objective:
        """The same, weighted."""
        return Objective(lambda found: weight * self(found), self.layers)

    __rmul__ = __mul__

    def __neg__(self) -> Objective:
        """Less of it."""
        return -1.0 * self

    def __sub__(self, other: Objective) -> Objective:
        """This one without that one."""
        return self + -other


def total(objectives: Iterable[Objective]) -> Objective:
    """The sum of one or more objectives. Raises `ValueError` for none."""
    first, *others = objectives
    for other in others:
        first = first + other
    return first


def layer(name: str) -> Objective:
    """Whatever a layer sees, more of it: its mean square. The L2 norm of the DeepDream notebook, free of the size."""
    return Objective(lambda found: found[name].float().square().mean(), frozenset({name}))


def channel(name: str, index: int) -> Objective:
    """One feature, everywhere: the mean of a channel (Olah et al. 2017, "Feature Visualization")."""
    return Objective(lambda found: found[name][:, index].float().mean(), frozenset({name}))


def neuron(name: str, index: int, y: float = 0.5, x: float = 0.5) -> Objective:
    """One feature in one place: y and x in [0, 1] from the upper left. Olah et al. 2017."""

    def measure(found: Activations) -> Tensor:
        plane = found[name][:, index]
        row, column = (min(int(at * side), side - 1) for at, side in zip((y, x), plane.shape[1:], strict=True))
        return plane[:, row, column].float().mean()

    return Objective(measure, frozenset({name}))


def evidence(*classes: int, name: str = "evidence") -> Objective:
    """One of some classes, everywhere: the softplus of the highest of their scores at every position.

    So each position grows what it already resembles most. A ReLU would give no gradient where the evidence starts
    negative, which is nearly everywhere.
    """

    def measure(found: Activations) -> Tensor:
        scores = found[name][:, list(classes)].float()
        return softplus(scores.amax(1)).mean()

    return Objective(measure, frozenset({name}))
