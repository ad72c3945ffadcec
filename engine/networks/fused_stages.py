"""Stages that nobody looks at between, run as one function on a CPU: `[n, i, h, w] => [n, o, h', w']`.

A gradient of a crop is some ninety convolutions of a fifth of a millisecond each: a module and a node of autograd for
each stage take a tenth of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from torch import Tensor, nn

from engine.networks.fused_convolution import FusedConvs, run_parts
from engine.networks.part_strips import Part
from engine.networks.sequential_blocks import Residual
from engine.networks.usual_statistics import UsualStatistics


class FusedStages:
    """Sequences one after another that hold nothing but fused convolutions: [n, i, h, w] => [n, o, h', w']."""

    def __init__(self, stages: Sequence[nn.Module]) -> None:
        """Take sequences of which each `joins`."""
        self._stages = stages
        self._convolutions = [one for stage in stages for one in stage.children() if isinstance(one, FusedConvs)]
        self._parts = [
            Part(one.steps, isinstance(stage, Residual), _measuring(stage))
            for stage, one in zip(stages, self._convolutions, strict=True)
        ]

    @staticmethod
    def joins(stage: nn.Module) -> bool:
        """Whether a sequence may be among them."""
        if not isinstance(stage, nn.Sequential) or type(stage).forward not in (nn.Sequential.forward, Residual.forward):
            return False
        kinds = [type(one) for one in stage]
        return kinds[:1] == [FusedConvs] and all(kind is UsualStatistics for kind in kinds[1:])

    def __call__(self, x: Tensor) -> Tensor:
        """As one function where oneDNN runs them; `measured_moments` hears of each stage."""
        as_one = [one.runs_as_one(x) for one in self._convolutions]
        for together, run in groupby(range(len(as_one)), as_one.__getitem__):
            places = list(run)
            if together:
                x = run_parts(x, self._parts[places[0] : places[-1] + 1])
                continue
            for at in places:
                x = self._stages[at](x)
        return x


def _measuring(stage: nn.Module) -> UsualStatistics | None:
    """What tells `measured_moments` of a stage: the last of what stands behind its convolutions."""
    last = list(stage.children())[-1]
    return last if isinstance(last, UsualStatistics) and last.measures else None
