"""Stages that nobody looks at between, run as one function on a CPU: `[n, i, h, w] => [n, o, h', w']`.

A gradient of a crop is some ninety convolutions of a fifth of a millisecond each: a module and a node of autograd for
each stage take a tenth of it.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from engine.networks.fused_convolution import FusedConvs, run_parts
from engine.networks.part_strips import Part
from engine.networks.sequential_blocks import Residual
from engine.networks.usual_statistics import UsualStatistics, is_measuring


class FusedStages:
    """Sequences one after another that hold nothing but fused convolutions: [n, i, h, w] => [n, o, h', w']."""

    def __init__(self, stages: Sequence[nn.Module]) -> None:
        """Take sequences of which each `joins`."""
        self._stages = stages
        self._convolutions = [one for stage in stages for one in stage.children() if isinstance(one, FusedConvs)]
        self._parts = [
            Part(one.steps, isinstance(stage, Residual)) for stage, one in zip(stages, self._convolutions, strict=True)
        ]

    @staticmethod
    def joins(stage: nn.Module) -> bool:
        """Whether a sequence may be among them."""
        if not isinstance(stage, nn.Sequential) or type(stage).forward not in (nn.Sequential.forward, Residual.forward):
            return False
        kinds = [type(one) for one in stage]
        return kinds[:1] == [FusedConvs] and all(kind is UsualStatistics for kind in kinds[1:])

    def __call__(self, x: Tensor) -> Tensor:
        """As one function where nobody looks at what is between them."""
        if not is_measuring() and all(one.runs_as_one(x) for one in self._convolutions):
            return run_parts(x, self._parts)
        for stage in self._stages:
            x = stage(x)
        return x
