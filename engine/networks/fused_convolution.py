"""Frozen convolutions with the activations behind them, run as one on a CPU: `[n, i, h, w] => [n, o, h', w']`.

torch's own layers do more than a dream needs. They keep what came into every convolution, though only the slope of its
weights is computed from it; an activation is one more way to the memory and back; and the gradient of a convolution is
a kernel of its own, slower than the convolution with turned weights that gives the same sums. Here oneDNN applies the
activation while a result is in the cache (as torch's compiler has it do for a frozen network), and nothing is kept but
where activations let a slope pass. Weights lie as oneDNN wants them: to lay them anew for every call takes a third of
what a convolution of a small crop does (`engine.networks.packed_weights`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property, partial
from typing import Any, Final, NamedTuple, TypeGuard

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn.functional import pad

from engine.networks.first_convolution import FirstConv
from engine.networks.onednn import SIX, Size, convolution_gradient, convolve, has_bfloat16, has_onednn
from engine.networks.packed_weights import LAYOUTS, PackedWeights, most_bytes
from engine.networks.sequential_blocks import SamePadding
from engine.networks.strips import Seen, Windows
from engine.networks.usual_statistics import UsualStatistics

ACTIVATIONS: Final = {nn.ReLU: "relu", nn.ReLU6: "hardtanh"}
"""Activations that can be fused, and what oneDNN calls them."""
FEWEST: Final = 144**2
"""Pixels of a picture below which all layers are torch's own. Smaller than any crop; by such pictures it is estimated
what a step keeps of a network of whatever kind (`engine.ascent.memory_budget.PROBE_SIDES`)."""
CACHED: Final = 2**17
"""Values that are worked on at once, so that they stay in the cache."""


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


class Step:
    """A convolution and what follows it.

    A gradient of a crop runs some ninety of them in the time of two kernels each: what they need is looked up once.
    """

    def __init__(self, convolution: nn.Conv2d | FirstConv, activation: str, same: bool) -> None:
        """`activation` in oneDNN's words, "none" without one; `same` says whether it is padded as TensorFlow does."""
        self.convolution, self.activation, self.same = convolution, activation, same
        self.padding, self.stride, self.groups = _shape(convolution)
        """Rows and columns of padding on each side, the stride down and right, parts into which channels fall."""
        (down, right), (height, width) = self.padding, convolution.weight.shape[2:]
        self.reach: Size = (height - 1 - down, width - 1 - right)
        """Rows and columns on each side of a slope that the convolution with turned weights looks at beyond it."""
        self.rows = Windows(height, self.stride[0], down)
        """How it looks at rows."""
        self._packed: dict[torch.dtype, PackedWeights] = {}
        self._turned: PackedWeights | None = None

    def weight(self, x: Tensor) -> Tensor:
        """The weights packed for oneDNN and for inputs like that. The first convolution takes float32, too, whatever
        its numbers are.

        Packed when they are first asked for: what is never dreamed of takes no memory twice.
        """
        packed = self._packed.get(x.dtype)
        if packed is None:
            weight = self.convolution.weight
            if isinstance(self.convolution, FirstConv) and x.dtype != weight.dtype:
                weight = self.convolution.exact[0]
            packed = PackedWeights(lambda: weight, self.padding, self.stride, self.groups)
            self._packed[x.dtype] = packed
        return packed.pack_for(x)

    def turned_weight(self, slope: Tensor) -> Tensor | None:
        """The weights of the convolution that is the gradient of this one, packed likewise; None if there is none."""
        if not self.turns:
            return None
        if self._turned is None:
            assert isinstance(self.convolution, nn.Conv2d)
            self._turned = PackedWeights(partial(_turn, self.convolution), self.reach, [1, 1], self.groups)
        return self._turned.pack_for(slope)

    @cached_property
    def turns(self) -> bool:
        """Whether its gradient is a convolution with turned weights: with a stride of 1."""
        if isinstance(self.convolution, FirstConv) or self.stride != [1, 1] or min(self.reach) < 0:
            return False
        return self.groups == 1 or self.convolution.out_channels == self.groups == self.convolution.in_channels

    @property
    def packed_bytes(self) -> int:
        """Bytes that packed weights may take, at most."""
        return LAYOUTS * (1 + self.turns) * most_bytes(self.convolution.weight)

    def forget_packed(self) -> None:
        """Pack again when weights are asked for."""
        self._packed, self._turned = {}, None

    def __getstate__(self) -> dict[str, Any]:
        """What is copied: not what was packed, for oneDNN's tensors cannot be."""
        return self.__dict__ | {"_packed": {}, "_turned": None}

    def length(self, length: int, axis: int) -> int:
        """Rows (axis 0) or columns (1) that go out, of so many that come in."""
        side = self.convolution.weight.shape[2 + axis]
        return (length + 2 * self.padding[axis] - side) // self.stride[axis] + 1

    def more(self, size: torch.Size) -> Size:
        """Rows above and columns on the left that `SamePadding` adds for an input of that size."""
        return (1 - size[2] % 2, 1 - size[3] % 2) if self.same else (0, 0)

    def run(self, x: Tensor) -> Tensor:
        """The convolution and its activation."""
        if not self.same:
            return convolve(
                x, self.weight(x), self.convolution.bias, self.padding, self.stride, self.groups, self.activation
            )
        (down, right), (above, left) = self.padding, self.more(x.shape)
        # With so much padding on all sides, its second output is what TensorFlow's padding makes the first.
        out = convolve(
            x, self.weight(x), self.convolution.bias, (down + above, right + left), self.stride, self.groups,
            self.activation,
        )  # fmt: skip
        return out[:, :, above:, left:].contiguous(memory_format=torch.channels_last) if above or left else out

    def mark(self, out: Tensor) -> Tensor:
        """What is kept of an activation's output: a byte for each value where that costs no more time than it saves."""
        return out.bool().view(torch.uint8) if self.activation == "relu" and out.dtype == torch.float32 else out

    def through(self, slope: Tensor, kept: Tensor, out: Tensor) -> Tensor:
        """The slope before the activation, from the one behind it and what was kept."""
        if slope.numel() <= CACHED or kept.dtype == out.dtype:
            return self._through(slope, kept, out)
        rows = max(1, CACHED * slope.shape[2] // slope.numel())
        # Row by row, as torch first makes floats of bytes: of so few that they stay in the cache.
        parts = [tensor.split(rows, 2) for tensor in (slope, kept, out)]  # type: ignore[no-untyped-call]
        for part, mark, into in zip(*parts, strict=True):
            self._through(part, mark, into)
        return out

    def _through(self, slope: Tensor, kept: Tensor, out: Tensor) -> Tensor:
        if self.activation == "relu":
            torch.ops.aten.threshold_backward.grad_input(slope, kept, 0, grad_input=out)
        else:
            torch.ops.aten.hardtanh_backward.grad_input(slope, kept, 0.0, SIX, grad_input=out)
        return out

    def run_rows(self, part: Tensor, seen: Seen, count: int) -> Tensor:
        """So many rows of what goes out, of those rows of an input that were seen; not padded as TensorFlow does."""
        bias = self.convolution.bias
        if isinstance(self.convolution, FirstConv) and part.dtype != self.convolution.weight.dtype:
            bias = self.convolution.exact[1]
        out = convolve(
            part, self.weight(part), bias, (seen.padding, self.padding[1]), self.stride,
            self.groups, self.activation,
        )  # fmt: skip
        return out[:, :, seen.spare : seen.spare + count]

    def rows_gradient(self, slope: Tensor, width: int) -> Tensor:
        """Towards all rows of an input that windows look at, those of padding, too, of the slope behind them."""
        weight, right, (down, _) = self.convolution.weight, self.padding[1], self.stride
        height = (slope.shape[2] - 1) * down + weight.shape[2]
        if isinstance(self.convolution, FirstConv):
            cells = math.ceil(self.padding[0] / 2)
            padded = pad(slope, (0, 0, cells, cells))
            first = 2 * cells - self.padding[0]
            return self.convolution.gradient(padded, (2 * padded.shape[2], width))[:, :, first : first + height]
        if (turned := self.turned_weight(slope)) is not None:
            reach = (weight.shape[2] - 1, self.reach[1])
            return convolve(slope, turned, None, reach, [1, 1], self.groups, "none")
        size = torch.Size((slope.shape[0], weight.shape[1] * self.groups, height, width))
        return convolution_gradient(slope, size, weight, self.stride, [0, right], self.groups)

    def gradient(self, slope: Tensor, size: torch.Size) -> Tensor:
        """Towards an input of that size, of a slope behind the convolution."""
        if (turned := self.turned_weight(slope)) is not None and not self.same:
            return convolve(slope, turned, None, self.reach, [1, 1], self.groups, "none")
        (down, right), (above, left) = self.padding, self.more(size)
        if above or left:
            slope = pad(slope, (left, 0, above, 0))
        if isinstance(self.convolution, FirstConv):
            padded = (size[2] + above, size[3] + left)
            return self.convolution.gradient(slope, padded)[:, :, above:, left:]
        weight = self.convolution.weight
        return convolution_gradient(slope, size, weight, self.stride, [down + above, right + left], self.groups)


class Part(NamedTuple):
    """Steps one after another."""

    steps: Sequence[Step]
    adds: bool
    """Whether what came in is added to what they find."""


def run_parts(x: Tensor, parts: Sequence[Part]) -> Tensor:
    """Parts one after another, as one function of [n, i, h, w]: what Python does between two convolutions, the thread
    of the other crop waits for."""
    found: Tensor = _Fused.apply(x, parts)
    return found


class _Fused(torch.autograd.Function):
    """Parts, forward and back."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, parts: Sequence[Part]) -> Tensor:
        kept: list[Tensor] = []
        ctx.parts, ctx.sizes, keeps = parts, [], ctx.needs_input_grad[0]
        for steps, adds in parts:
            before = x
            for step in steps:
                ctx.sizes.append(x.shape)
                x = step.run(x)
                if keeps and step.activation != "none":
                    kept.append(step.mark(x))
            if adds:
                x = x.add_(before) if steps[-1].activation == "none" else x + before
        ctx.save_for_backward(*kept)
        return x

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        kept, sizes, (slope,), ours = list(ctx.saved_tensors), ctx.sizes.copy(), gradients, False
        for steps, adds in reversed(ctx.parts):
            behind, ours = slope, ours and not adds
            for step in reversed(steps):
                if step.activation != "none":
                    slope = step.through(slope, kept.pop(), slope if ours else torch.empty_like(slope))
                slope, ours = step.gradient(slope, sizes.pop()), True
            if adds:
                slope = slope.add_(behind)
        return slope, None


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


def _shape(convolution: nn.Conv2d | FirstConv) -> tuple[Size, list[int], int]:
    """Its padding on each side, its strides and its groups."""
    if isinstance(convolution, FirstConv):
        return (convolution.weight.shape[2] // 2,) * 2, [2, 2], 1
    assert not isinstance(convolution.padding, str)
    down, right = convolution.padding
    return (down, right), list(convolution.stride), convolution.groups


def _turn(convolution: nn.Conv2d) -> Tensor:
    """Weights of the convolution that is the gradient of one that `Step.turns`."""
    weight = convolution.weight.detach().flip(2, 3)
    return weight if convolution.groups > 1 else weight.transpose(0, 1).contiguous(memory_format=torch.channels_last)
