"""What is to be increased: `activations by layer name => scalar`, composable.

    0.7 * layer("mixed3b") + channel("mixed4c", 12) - neuron("conv3", 4)

Every objective is greater where more of the feature is in the picture. A plain sum of different layers is ruled by
whichever has the largest activations; in a `blend` the weights are what counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from torch import Tensor
from torch.nn.functional import softplus

from engine.errors import UnknownChannel

Activations = Mapping[str, Tensor]
"""[n, c, h, w] by layer name."""
FLOOR = 1e-6
LAYER_SHARE = 1e-3
"""How much of a layer's mean goes with a single channel. Adam follows it only where the channel itself is silent."""


@dataclass(frozen=True, slots=True)
class Objective:
    """A scalar of activations, and the layers that it needs for that."""

    measure: Callable[[Activations], Tensor]
    layers: frozenset[str]
    terms: tuple[tuple[float, Objective], ...] = ()
    """Of a blend: weights, and what they weigh."""

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


def blend(terms: Iterable[tuple[float, Objective]]) -> Objective:
    """Several at once, each pulling by its weight, whatever its values are: `ascent.gradient_balance` sees to that.

    Called, it is the plain weighted sum. Raises `ValueError` for no terms.
    """
    those = tuple(terms)
    whole = total(weight * objective for weight, objective in those)
    return Objective(whole.measure, whole.layers, those)


def layer(name: str) -> Objective:
    """Whatever a layer sees, more of it: its mean square. The L2 norm of the DeepDream notebook, free of the size."""
    return Objective(lambda found: found[name].float().square().mean(), frozenset({name}))


def channel(name: str, index: int) -> Objective:
    """One feature, everywhere: the mean of a channel (Olah et al. 2017, "Feature Visualization")."""
    return Objective(lambda found: channel_maps(found, name, index)[:, 0].float().mean(), frozenset({name}))


def channel_batch(name: str, *channels: int) -> Objective:
    """Picture k of a batch for channel k: so many feature pictures cost half of what they cost one after another.

    A channel behind a ReLU may be silent at first, and then it has no slope: a little of the whole layer wakes it.
    """

    def measure(found: Activations) -> Tensor:
        own = channel_maps(found, name, *channels).float().mean((2, 3)).diagonal().sum()
        return own + LAYER_SHARE * found[name].float().mean()

    return Objective(measure, frozenset({name}))


def channel_pair_batch(name: str, pairs: Sequence[tuple[int, int]]) -> Objective:
    """Picture k of a batch for both channels of pair k: whichever is weaker grows more, as of a product.

    Olah et al. 2017, "Feature Visualization": interactions between neurons.
    """

    def measure(found: Activations) -> Tensor:
        both = [channel_maps(found, name, *pair)[at].float().mean((1, 2)) for at, pair in enumerate(pairs)]
        shares = [softplus(one / (found[name][at].detach().float().std() + FLOOR)) for at, one in enumerate(both)]
        own = sum((one + FLOOR).log().sum() for one in shares)
        return own + LAYER_SHARE * found[name].float().mean()

    return Objective(measure, frozenset({name}))


def neuron(name: str, index: int, y: float = 0.5, x: float = 0.5) -> Objective:
    """One feature in one place: y and x in [0, 1] from the upper left. Olah et al. 2017."""

    def measure(found: Activations) -> Tensor:
        plane = channel_maps(found, name, index)[:, 0]
        row, column = (min(int(at * side), side - 1) for at, side in zip((y, x), plane.shape[1:], strict=True))
        return plane[:, row, column].float().mean()

    return Objective(measure, frozenset({name}))


def strongest_channel(name: str, *channels: int) -> Objective:
    """Any of some channels, everywhere: the softplus of the highest of them at every position.

    So each position grows what it already resembles most. A ReLU would give no gradient where a class's evidence starts
    negative, which is nearly everywhere.
    """

    def measure(found: Activations) -> Tensor:
        return softplus(channel_maps(found, name, *channels).float().amax(1)).mean()

    return Objective(measure, frozenset({name}))


def channel_maps(found: Activations, name: str, *channels: int) -> Tensor:
    """Some channels of a layer [n, len(channels), h, w]. Raises `UnknownChannel`."""
    there = found[name].shape[1]
    for channel in channels:
        if not 0 <= channel < there:
            raise UnknownChannel(layer=name, last=there - 1, channel=channel)
    return found[name][:, list(channels)]
