"""Waves that change in time and come back: `time in a loop => spectrum`.

Olah et al. 2017, "Feature Visualization": pictures that shall turn into one another are painted with some waves in
common, the coarse ones, so that a thing stays where it is while its details change. The others are splines in time: of
each moment a few neighbours are painted together, so that nothing trembles, and the end leads into the beginning.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from engine.canvas.fourier_canvas import frequencies
from engine.canvas.resample import Size
from engine.canvas.smoothstep import smoothstep

START = 0.01
"""Spread of the coefficients in the beginning: next to nothing."""
COARSE = 4.0
"""Waves along the long side that are half in common; coarser ones are more."""
OWN = 0.15
"""How much of the coarsest waves is each moment's own all the same: a castle is no banana."""


class LoopedWaves:
    """The spectra of a loop, [1, 3, h, w // 2 + 1, 2] at each time, as coefficients that an optimiser can move."""

    def __init__(self, size: Size, nodes: int, generator: torch.Generator, *, returns: bool = False) -> None:
        """`nodes` are moments of the loop with waves of their own; where it `returns`, the second half is the first
        one backwards. Chance is drawn on the CPU."""
        self.nodes, self.returns = nodes, returns
        self._shape = (3, size[0], size[1] // 2 + 1, 2)
        common = 1 / (1 + (frequencies(size, torch.device("cpu")) / COARSE) ** 2)
        self._common, self._own = (_flat(one) for one in (common, (1 - common).clamp(min=OWN)))
        drawn = torch.randn((2, math.prod(self._shape)), generator=generator) * START
        self.coefficients = torch.cat([drawn[:1], drawn[1:].expand(nodes, -1)]).requires_grad_()

    def to(self, device: torch.device) -> LoopedWaves:
        """The same, to be painted on that device."""
        self._common, self._own = self._common.to(device), self._own.to(device)
        self.coefficients = self.coefficients.detach().to(device).requires_grad_()
        return self

    def at(self, times: Sequence[float]) -> Tensor:
        """The spectra at some times in [0, 1), [n, 3, h, w // 2 + 1, 2]."""
        shares = torch.tensor([spline_weights(time, self.nodes, returns=self.returns) for time in times])
        own = shares.to(self.coefficients.device) @ self.coefficients[1:]
        return (self._common * self.coefficients[:1] + self._own * own).view(len(times), *self._shape)


def _flat(amplitudes: Tensor) -> Tensor:
    """[h, w] => one number for each coefficient of three planes."""
    return amplitudes[:, :, None].expand(3, -1, -1, 2).reshape(-1)


def spline_weights(time: float, nodes: int, *, returns: bool = False) -> list[float]:
    """How much each of some nodes around a loop counts at a time: a cubic B-spline; all together 1."""
    weights, at = [0.0] * nodes, time % 1 * nodes
    for node in range(int(at) - 1, int(at) + 3):
        found = node % nodes
        weights[nodes - found if returns and found > nodes - found else found] += _cubic(abs(at - node))
    return weights


def _cubic(distance: float) -> float:
    if distance < 1:
        return 2 / 3 - distance**2 + distance**3 / 2
    return max(0.0, 2 - distance) ** 3 / 6


def subject_weights(time: float, count: int, hold: float) -> list[float]:
    """How much of each of some subjects there is at a time of a loop through all of them, together 1.

    Each is alone for `hold` of the time from one to the next. Two are a way there and back.
    """
    at = time % 1 * count
    first = int(at) % count
    share = min(1.0, max(0.0, (at - int(at) - hold / 2) / (1 - hold)))
    eased = smoothstep(share)
    weights = [0.0] * count
    weights[first] += 1 - eased
    weights[(first + 1) % count] += eased
    return weights
