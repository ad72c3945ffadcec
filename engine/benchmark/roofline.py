"""How fast this machine could be: `(work) => seconds`, from its own measured peaks.

A per-operation roofline (Williams et al. 2009, "Roofline"): an operation takes at least as long as its arithmetic takes
at the machine's best, and as long as it takes to read what it reads and to write what it writes, whichever is longer;
one after another these are what a network takes that is run operation by operation. What works on single values counts
as part of the operation before it. Operations that leave data in the
cache for the next one can be faster than that.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

SIDE: Final = 1536
"""Of the matrices that are multiplied."""
BYTES: Final = 2**27
"""Of each of the tensors that are read and written: far more than a cache holds."""
GPU_TIMES: Final = 5
"""How many times as long the sides of a GPU's matrices are: it has to have work for all of its cores."""
ROUNDS: Final = 5
CPU: Final = torch.device("cpu")


UNCOUNTED: Final = ("empty", "_reorder_convolution_weight")
"""Operations, by parts of their names, that a step does not pay for: memory that nobody has touched yet, and weights
that are packed once and for all."""
FUSED: Final = frozenset(
    [
        "relu",
        "threshold_backward",
        "hardtanh",
        "hardtanh_backward",
        "add",
        "sub",
        "mul",
        "div",
        "pow",
        "detach",
        "_to_copy",
    ]
)
"""Work on single values, which needs no way to the memory of its own: it can be done with what comes before it. Counted
as free, so that the limit is not easier to reach the more of it is not."""


class Peaks(NamedTuple):
    """The best that was measured."""

    flops: float
    """Floating-point operations a second, of a product of matrices in the number type asked for."""
    bandwidth: float
    """Bytes a second, read and written."""

    def giga(self) -> tuple[float, float]:
        """Both in 10**9."""
        return self.flops / 1e9, self.bandwidth / 1e9


class Operation(NamedTuple):
    """Work of one operation."""

    name: str
    flops: int
    bytes: int

    def seconds(self, peaks: Peaks) -> float:
        """The least that it takes."""
        return max(self.flops / peaks.flops, self.bytes / peaks.bandwidth)


class Roofline(NamedTuple):
    """What operations take at least, all of them one after another."""

    gigaflop: float
    gigabytes: float
    seconds: float


def measure_peaks(dtype: torch.dtype, device: torch.device = CPU) -> Peaks:
    """The peaks of a device; of a CPU, with as many threads as torch has now."""
    side = SIDE if device.type == "cpu" else GPU_TIMES * SIDE
    matrix = torch.randn(side, side, device=device).to(dtype)
    source, target = torch.ones(BYTES // 4, device=device), torch.empty(BYTES // 4, device=device)
    product = _best_seconds(lambda: matrix @ matrix, device)
    addition = _best_seconds(lambda: torch.add(source, 1.0, out=target), device)
    return Peaks(2 * side**3 / product, 2 * BYTES / addition)


def wait_for(device: torch.device) -> None:
    """Until a device has done what it was told: a GPU says at once that it will."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def record(work: Callable[[], Any]) -> list[Operation]:
    """The operations of a piece of work, forward and backward."""
    recorder = _Recorder()
    with recorder:
        work()
    return recorder.operations


def roofline(operations: list[Operation], peaks: Peaks) -> Roofline:
    """What they take at least."""
    flops, size = sum(one.flops for one in operations), sum(one.bytes for one in operations)
    return Roofline(flops / 1e9, size / 1e9, sum(one.seconds(peaks) for one in operations))


class _Recorder(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Hears of every operation that torch runs, also of those in a backward."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.operations: list[Operation] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        if not func.is_view and not any(word in str(func) for word in UNCOUNTED):
            free = func._overloadpacket.__name__ in FUSED
            moved = (
                0
                if free
                else sum(one.numel() * one.element_size() for one in _tensors((_read(func, args), kwargs, out)))
            )
            self.operations.append(Operation(str(func._overloadpacket), _flops(func, args, out), moved))
        return out


def _flops(function: Any, args: Any, out: Any) -> int:
    """Of convolutions and products of matrices; what else there is takes as long as its memory does."""
    match function._overloadpacket:
        case torch.ops.aten.convolution | torch.ops.mkldnn._convolution_pointwise:
            return 2 * int(out.numel() * args[1].shape[1:].numel())
        case torch.ops.aten.convolution_backward:
            wanted = args[-1][0] + args[-1][1]  # the slopes of what came in, and of the weights
            return 2 * int(wanted * args[0].numel() * args[2][0].numel())
        case torch.ops.aten.mm:
            return 2 * int(out.numel() * args[0].shape[1])
        case torch.ops.aten.addmm:
            return 2 * int(out.numel() * args[1].shape[1])
    return 0


def _read(function: Any, args: Any) -> Any:
    """What an operation reads of what it is given: without slopes of weights nobody reads what came in."""
    if function._overloadpacket is torch.ops.aten.convolution_backward and not args[-1][1]:
        return args[0], args[2]
    return args


def _tensors(value: Any) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _tensors(one)
    elif isinstance(value, dict):
        yield from _tensors(list(value.values()))


def _best_seconds(work: Callable[[], Any], device: torch.device) -> float:
    best = float("inf")
    for _ in range(ROUNDS + 1):
        began = time.perf_counter()
        work()
        wait_for(device)
        best = min(best, time.perf_counter() - began)
    return best
