"""A network's work, recorded once for each shape and run again: `(network, what each asks) => gradients`.

Of a step on a GPU most is the CPU's: it names hundreds of small kernels, one by one. A CUDA graph holds them all, and
is started by one call (Gray 2019, "Getting Started with CUDA Graphs"). It works on the same memory each time, so
pictures are copied there first, and batches are filled up to few lengths. Recorded is the network, forward and back;
objectives, which are everybody's own and small, run between the two.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeVar

import torch
from torch import Tensor

from engine.passes.joint_gradient import Asked, FeatureExtractor, apart, joint_gradient, total_score

log = logging.getLogger(__name__)
Forward = Callable[[], Mapping[str, Tensor]]
Backward = Callable[[], Tensor]
T = TypeVar("T")

MOST = 24
"""Recordings that are kept."""
BYTES_A_PIXEL = 900
"""What a network keeps of a picture, in float32, for each of its pixels: of lite2's at 1024 px, about 920 MB."""
FURTHEST = 0.1
"""How far gradients of a recording may be from those without it, as a share of these: in bfloat16 some rounding."""
TINY = 1e-20
WARM_UPS = 3
"""Runs before a recording: kernels are chosen and workspaces made in the first ones (torch's own number)."""


class Recorder(Protocol):
    """How work is recorded."""

    def record(self, forward: Forward, backward: Backward) -> tuple[Forward, Backward]:
        """What does the same again with what lies in the same memory then; `backward` goes through the last `forward`.

        What they return is overwritten by the next run. Raises whatever stands in the way of recording.
        """
        ...


class EagerRecorder:
    """Records nothing and does the work again: where there are no graphs, and in tests."""

    def record(self, forward: Forward, backward: Backward) -> tuple[Forward, Backward]:
        """The same."""
        return forward, backward


class CudaRecorder:
    """CUDA graphs."""

    def __init__(self, device: torch.device) -> None:
        self.device = device

    def record(self, forward: Forward, backward: Backward) -> tuple[Forward, Backward]:
        """Two graphs that share their memory, as of `torch.cuda.make_graphed_callables`, which takes modules only and
        lets no other thread use the GPU meanwhile."""
        with torch.cuda.device(self.device):
            self._warm_up(forward, backward)
            pool: Any = torch.cuda.graph_pool_handle()
            return _capture(forward, pool), _capture(backward, pool)

    def _warm_up(self, forward: Forward, backward: Backward) -> None:
        """On a stream of its own, for nothing may be recorded from the usual one."""
        usual, own = torch.cuda.current_stream(), torch.cuda.Stream()  # type: ignore[no-untyped-call]
        own.wait_stream(usual)
        with torch.cuda.stream(own):
            for _ in range(WARM_UPS):
                forward()
                backward()
        usual.wait_stream(own)


def _capture(work: Callable[[], T], pool: Any) -> Callable[[], T]:
    """A graph of some work, as what runs it and returns where its results lie then."""
    graph = torch.cuda.CUDAGraph()
    # Other jobs may ask for memory in their threads meanwhile.
    with torch.cuda.graph(graph, pool=pool, capture_error_mode="thread_local"):
        made = work()

    def replay() -> T:
        graph.replay()
        return made

    return replay


class _Shape(NamedTuple):
    """What must be the same for a recording to be of use."""

    network: FeatureExtractor
    layers: frozenset[str]
    size: tuple[int, ...]
    """[n, 3, h, w]."""
    dtype: torch.dtype
    device: torch.device

    @property
    def pixels(self) -> int:
        return self.size[0] * self.size[2] * self.size[3]


class RecordedPasses:
    """Recordings, of which those used last are kept. For one thread at a time."""

    def __init__(self, recorder: Recorder, memory: int, most: int = MOST) -> None:
        """In about so many bytes `memory`, at most so many recordings are kept."""
        self._recorder = recorder
        self._most, self._most_pixels = most, memory / BYTES_A_PIXEL
        self._kept: OrderedDict[_Shape, _Recording | None] = OrderedDict()
        """In the order in which they were used; None is what cannot be recorded."""

    def gradients(self, network: FeatureExtractor, asked: Sequence[Asked]) -> list[Tensor]:
        """As `joint_gradient`. Raises what that raises."""
        recording = self._recording(network, asked)
        return joint_gradient(network, asked) if recording is None else recording.gradients(asked)

    def forget(self) -> None:
        """Give all memory back."""
        self._kept.clear()

    def __len__(self) -> int:
        """How many are kept."""
        return sum(one is not None for one in self._kept.values())

    def _recording(self, network: FeatureExtractor, asked: Sequence[Asked]) -> _Recording | None:
        first = asked[0].pictures
        size = (_filled_up(sum(len(one.pictures) for one in asked)), *first.shape[1:])
        shape = _Shape(network, asked[0].objective.layers, size, first.dtype, first.device)
        if shape not in self._kept:
            self._make_room(shape)
            self._kept[shape] = self._record(shape, asked)
        self._kept.move_to_end(shape)
        return self._kept[shape]

    def _record(self, shape: _Shape, asked: Sequence[Asked]) -> _Recording | None:
        """None, said once in the log, where it cannot be recorded or comes to something else; and where it takes more
        than all may."""
        if shape.pixels > self._most_pixels:
            return None
        try:
            made = _Recording(shape, self._recorder)
            away = _distance(made.gradients(asked), joint_gradient(shape.network, asked))
        except Exception as error:
            log.warning("%s cannot be recorded and runs operation by operation", list(shape.size), exc_info=error)
            return None
        if not away <= FURTHEST:
            log.error("%s was recorded wrongly, %.2g away, and runs operation by operation", list(shape.size), away)
            return None
        return made

    def _make_room(self, shape: _Shape) -> None:
        while self._kept and (len(self._kept) >= self._most or self._pixels + shape.pixels > self._most_pixels):
            self._kept.popitem(last=False)

    @property
    def _pixels(self) -> int:
        return sum(shape.pixels for shape, one in self._kept.items() if one is not None)


class _Recording:
    """A network's pass over so many pictures of one size, in memory of its own."""

    def __init__(self, shape: _Shape, recorder: Recorder) -> None:
        self._shape = shape
        self._pictures = torch.full(shape.size, 0.5, dtype=shape.dtype, device=shape.device).requires_grad_()
        self._found: Mapping[str, Tensor] = {}
        self._slopes: list[Tensor] = []
        self._look, self._descend = recorder.record(self._forward, self._backward)

    def _forward(self) -> Mapping[str, Tensor]:
        self._found = self._shape.network.activations(self._pictures, self._shape.layers)
        self._slopes = self._slopes or [torch.zeros_like(one) for one in self._found.values()]
        return self._found

    def _backward(self) -> Tensor:
        (slope,) = torch.autograd.grad(list(self._found.values()), self._pictures, self._slopes)
        return slope

    def gradients(self, asked: Sequence[Asked]) -> list[Tensor]:
        """As `joint_gradient`, for no more pictures than were recorded."""
        with torch.no_grad():
            for place, one in zip(apart(self._pictures, asked), asked, strict=True):
                place.copy_(one.pictures)
        leaves = {name: found.detach().requires_grad_() for name, found in self._look().items()}
        score = total_score(asked, leaves)
        slopes = torch.autograd.grad(score, list(leaves.values()), allow_unused=True, materialize_grads=True)
        for recorded, slope in zip(self._slopes, slopes, strict=True):
            recorded.copy_(slope)
        return apart(self._descend().clone(), asked)


def _distance(found: Sequence[Tensor], wanted: Sequence[Tensor]) -> float:
    """The greatest of all, as a share of what is wanted."""
    pairs = zip(found, wanted, strict=True)
    return float(torch.stack([(one - other).norm() / (other.norm() + TINY) for one, other in pairs]).max())


def _filled_up(count: int) -> int:
    """The next power of two: of few lengths few recordings are made, and hardly ever half is for nothing."""
    return 1 << (count - 1).bit_length()
