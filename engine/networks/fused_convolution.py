"""Frozen convolutions with the activations behind them, run as one on a CPU: `[n, i, h, w] => [n, o, h', w']`.

torch's own layers do more than a dream needs. They keep what came into every convolution, though only the slope of its
weights is computed from it; an activation is one more way to the memory and back; and the gradient of a convolution is
a kernel of its own, slower than the convolution with turned weights that gives the same sums. Here oneDNN applies the
activation while a result is in the cache (as torch's compiler has it do for a frozen network), and nothing is kept but
where activations let a slope pass. Weights lie as oneDNN wants them: to lay them anew for every call takes a third of
what a convolution of a small crop does (`engine.networks.packed_weights`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final, TypeGuard

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from engine.networks import part_strips
from engine.networks.convolution_step import Step
from engine.networks.first_convolution import FirstConv
from engine.networks.onednn import has_bfloat16, has_onednn
from engine.networks.part_strips import Part
from engine.networks.sequential_blocks import SamePadding
from engine.networks.usual_statistics import Moments, UsualStatistics, heard_moments, measure, measured_slope

ACTIVATIONS: Final = {nn.ReLU: "relu", nn.ReLU6: "hardtanh"}
"""Activations that can be fused, and what oneDNN calls them."""
FEWEST: Final = 144**2
"""Pixels of a picture below which all layers are torch's own. Smaller than any crop; by such pictures it is estimated
what a step keeps of a network of whatever kind (`engine.ascent.memory_budget.PROBE_SIDES`)."""

_of_large_picture: ContextVar[bool] = ContextVar("of_large_picture", default=True)


@contextmanager
def looking_at(picture: Tensor) -> Iterator[None]:
    """Meanwhile a picture [n, 3, h, w] is looked at: all layers of a small one are torch's own. Decided for all of them
    at once, so that what a step keeps grows with its picture (`engine.ascent.memory_budget` goes by small ones)."""
    token = _of_large_picture.set(picture.shape[2] * picture.shape[3] >= FEWEST)
    try:
        yield
    finally:
        _of_large_picture.reset(token)


class FusedConvs(nn.Sequential):
    """Convolutions whose weights are not learned any more, with activations behind them.

    Runs its modules one by one wherever oneDNN does not run them: on a GPU, in other number types, for small pictures,
    and when statistics are asked for that are taken before an activation.
    """

    def __init__(self, *modules: nn.Module) -> None:
        """Take modules in the order in which they run; `fits` says which may be among them."""
        super().__init__(*modules)
        self.steps = _steps(modules)
        self.statistics = [one for one in self.modules() if isinstance(one, UsualStatistics)]

    @staticmethod
    def fits(module: nn.Module, *, first: bool) -> bool:
        """Whether a module may be the first of them, or a further one."""
        if isinstance(module, SamePadding):
            return len(module) > 0 and _fits(module[0]) and all(isinstance(one, UsualStatistics) for one in module[1:])
        return _fits(module) or (not first and (type(module) in ACTIVATIONS or isinstance(module, UsualStatistics)))

    def forward(self, x: Tensor) -> Tensor:
        """[n, i, h, w] => [n, o, h', w']."""
        if not self.runs_as_one(x):
            plain: Tensor = super().forward(x)  # type: ignore[no-untyped-call]
            return plain
        return run_parts(x, [Part(self.steps, adds=False)])

    def runs_as_one(self, x: Tensor) -> bool:
        """Whether an input comes out of one function. Alone, a convolution in bfloat16 gains nothing by it: GoogLeNet
        took 5 % more."""
        return self.is_faster(x) and (len(self.steps) > 1 or x.dtype == torch.float32)

    @property
    def dtype(self) -> torch.dtype:
        """Of the weights."""
        return self.steps[0].convolution.weight.dtype

    def is_faster(self, x: Tensor) -> bool:
        """Whether oneDNN runs them as one for such an input, and that is worth it."""
        if x.device.type != "cpu" or x.dtype != self.dtype:
            return False
        if not (_of_large_picture.get() and has_onednn()) or any(one.is_heard for one in self.statistics):
            return False
        return x.dtype == torch.float32 or (x.dtype == torch.bfloat16 and has_bfloat16())

    @property
    def packed_bytes(self) -> int:
        """Bytes that packed weights may take, at most."""
        return sum(step.packed_bytes for step in self.steps)

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> FusedConvs:
        """As any module goes elsewhere; what was packed is packed again there."""
        for step in self.steps:
            step.forget_packed()
        super()._apply(fn, recurse)  # type: ignore[no-untyped-call]
        return self


def run_parts(x: Tensor, parts: Sequence[Part]) -> Tensor:
    """Parts one after another, as one function of [n, i, h, w]: what Python does between two convolutions, the thread
    of the other crop waits for. Who listens to `measured_moments` hears of the parts that have statistics."""
    heard = heard_moments()
    found, *numbers = _Fused.apply(x, parts, heard is not None)
    if heard is not None:
        std = [part.statistics.std.float() for part in parts if part.statistics is not None]
        heard += map(Moments, numbers[::2], numbers[1::2], std)
    out: Tensor = found
    return out


class _Fused(torch.autograd.Function):
    """Parts, forward and back; and the means and mean squares of what has statistics."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, parts: Sequence[Part], measures: bool) -> tuple[Tensor, ...]:
        marks: list[Tensor] | None = [] if ctx.needs_input_grad[0] else None
        ctx.parts, ctx.sizes, ctx.strips, ctx.means = parts, [], [], []
        measured: list[Tensor] = []
        numbers: list[Tensor] = []
        for part in parts:
            sizes = part.sizes(x.shape)
            mean = part.statistics.mean.float() if measures and part.statistics is not None else None
            strips = part_strips.cut(part, sizes) if mean is None else []
            ctx.sizes.append(sizes)
            ctx.strips.append(strips)
            ctx.means.append(mean)
            if strips:
                x = part_strips.run(x, part, sizes, strips, marks)
                continue
            before, x = x, _run_whole(x, part, marks)
            if mean is not None:
                measured.append(x)
                numbers += measure(x, mean)
            if part.adds:
                x = x + before if mean is not None or part.steps[-1].activation != "none" else x.add_(before)
        ctx.save_for_backward(*measured, *(marks or ()))
        return x, *numbers

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        (slope, *numbers), ours = gradients, False
        measured, marks = list(ctx.saved_tensors[: len(numbers) // 2]), list(ctx.saved_tensors[len(numbers) // 2 :])
        for part, sizes, strips, mean in reversed([*zip(ctx.parts, ctx.sizes, ctx.strips, ctx.means, strict=True)]):
            behind, ours = slope, ours and not part.adds
            if mean is not None:
                x, of_square, of_mean = measured.pop(), numbers.pop(), numbers.pop()
                offset, scale = measured_slope(x, mean, of_mean, of_square)
                slope, ours = torch.addcmul(slope, x, scale.to(x.dtype)).add_(offset), True
            if strips:
                slope = part_strips.gradient(slope, part, sizes, strips, marks)
            else:
                slope = _whole_gradient(slope, part, sizes, marks, ours)
            slope, ours = slope.add_(behind) if part.adds else slope, True
        return slope, None, None


def _run_whole(x: Tensor, part: Part, marks: list[Tensor] | None) -> Tensor:
    """What the steps find, nothing added yet."""
    for step in part.steps:
        x = step.run(x)
        if marks is not None and step.activation != "none":
            marks.append(step.mark(x))
    return x


def _whole_gradient(slope: Tensor, part: Part, sizes: Sequence[torch.Size], marks: list[Tensor], ours: bool) -> Tensor:
    """`ours` says whether the slope may be written to."""
    for step, size in reversed([*zip(part.steps, sizes[:-1], strict=True)]):
        if step.activation != "none":
            slope = step.through(slope, marks.pop(), slope if ours else torch.empty_like(slope))
        slope, ours = step.gradient(slope, size), True
    return slope


def _steps(modules: Iterable[nn.Module]) -> list[Step]:
    steps: list[Step] = []
    for module in modules:
        if type(module) in ACTIVATIONS:
            steps[-1] = Step(steps[-1].convolution, ACTIVATIONS[type(module)], steps[-1].same)
        elif not isinstance(module, UsualStatistics):
            inner = module[0] if isinstance(module, SamePadding) else module
            assert isinstance(inner, nn.Conv2d | FirstConv)
            steps.append(Step(inner, "none", isinstance(module, SamePadding)))
    return steps


def _fits(module: nn.Module) -> TypeGuard[nn.Conv2d | FirstConv]:
    if isinstance(module, FirstConv):
        return True
    plain = type(module) is nn.Conv2d and module.dilation == (1, 1) and module.padding_mode == "zeros"
    return plain and not isinstance(module.padding, str)
