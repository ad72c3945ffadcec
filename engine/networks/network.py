"""A trained network as everyone else sees it: `(picture in [0, 1], layers wanted) => activations by layer name`.

It owns its normalisation and is made for dreaming when it is built: frozen, BatchNorm folded into the convolutions,
channels last, and a first convolution whose gradient towards the picture is cheap. Measured on two cores, 512 px,
each of these pays (see `engine.benchmark`).
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from engine.catalog import catalog
from engine.networks.classifier_head import convolution
from engine.networks.first_convolution import FirstConv
from engine.networks.frugal import make_frugal
from engine.networks.fused_convolution import FusedConvs, looking_at
from engine.networks.fused_stages import FusedStages
from engine.networks.onednn import has_onednn
from engine.networks.pooled_convolution import PooledConv, pooled_stages
from engine.networks.sketches import Sketches
from engine.networks.usual_statistics import UsualStatistics, distances, measured_moments

LOGITS = catalog.LOGITS
"""The layer behind the stages: the head's scores at every position, [n, classes, h, w]."""

STATISTICS = catalog.STATISTICS
"""In place of a layer's name: how far pictures are from what it is used to, [n, stages] (see `UsualStatistics`)."""

Run = Callable[[Tensor], Tensor] | PooledConv
"""A stage, or several as one."""

SMALLEST = 32
"""The shortest side of a picture, in pixels, that every stage can look at."""


class Network(nn.Module):
    """Named stages that run one after another, an optional head behind one, and what is known of its classes."""

    mean: Tensor
    std: Tensor
    head: nn.Module | None

    def __init__(
        self,
        stages: Mapping[str, nn.Module],
        *,
        mean: Sequence[float],
        std: Sequence[float],
        head: nn.Module | None = None,
        behind: str | None = None,
        labels: Sequence[str] = (),
        sketches: Sketches | None = None,
        bgr: bool = False,
    ) -> None:
        """`mean` is subtracted from pictures in [0, 1], `std` divides afterwards. The stages given are not changed.

        The head scores what comes out of the stage `behind` which it stands, the last one if that is not said: a
        linear one every position on its own. With `bgr` the network wants blue first; mean and std are in its order.
        """
        super().__init__()
        self.stages = nn.ModuleDict({name: _freeze_stage(stage) for name, stage in stages.items()})
        self.head = None if head is None else _freeze_head(head)
        self.behind = behind or tuple(stages)[-1]
        self.bgr = bgr
        self.labels = tuple(labels)
        self.sketches = sketches or {}
        known = ([one for one in stage.modules() if isinstance(one, UsualStatistics)] for stage in self.stages.values())
        for last in (one[-1] for one in known if one):
            last.measures = True
        self.register_buffer("mean", torch.tensor(mean).view(1, 3, 1, 1))
        self.register_buffer("std", torch.tensor(std).view(1, 3, 1, 1))
        _cheapen_first(self.stages)
        make_frugal(self.stages)
        self.eval().requires_grad_(False)
        self.to(memory_format=torch.channels_last)
        self._pooled = pooled_stages(self.stages)
        self._by_looks: dict[frozenset[str], list[tuple[str, Run]]] = {}

    @property
    def layers(self) -> tuple[str, ...]:
        """Every name that `activations` takes: stages in order of depth, then `LOGITS` if there is a head."""
        return (*self.stages, LOGITS) if self.head is not None else tuple(self.stages)

    def activations(self, picture: Tensor, layers: Collection[str]) -> dict[str, Tensor]:
        """Activations [n, c, h', w'] of the layers wanted, for a picture [n, 3, h, w] in [0, 1], sides >= `SMALLEST`.

        Runs only up to the deepest one. The picture may be of another dtype; the activations have the network's.
        With `STATISTICS` among them, how unusual the stages were that it ran through: of those that know, [n, k].
        Raises `KeyError` for a layer that it does not have.
        """
        wanted = set(layers) - {STATISTICS}
        if missing := wanted - set(self.layers):
            raise KeyError(f"no layer {sorted(missing)}; there is {list(self.layers)}")
        if STATISTICS not in layers:
            with looking_at(picture):
                return self._run(picture, wanted)
        with looking_at(picture), measured_moments() as moments:
            found = self._run(picture, wanted)
        return found | {STATISTICS: distances(moments) if moments else picture.new_zeros(len(picture), 1)}

    def packed_bytes(self, layers: Collection[str]) -> int:
        """Bytes of weights packed for a CPU's convolutions, at most, once some layers were dreamed of
        (`engine.networks.packed_weights`)."""
        if self.mean.device.type != "cpu" or not has_onednn():
            return 0
        last = max(self.layers.index(name) for name in layers if name != STATISTICS)
        looked_at = [*self.stages.values(), *([] if self.head is None else [self.head])][: last + 1]
        return sum(one.packed_bytes for part in looked_at for one in part.modules() if isinstance(one, FusedConvs))

    def _run(self, picture: Tensor, wanted: set[str]) -> dict[str, Tensor]:
        x = self._normalise(picture)
        found: dict[str, Tensor] = {}
        for name, run in self._runs(frozenset(wanted | {self.behind} if LOGITS in wanted else wanted)):
            x = run(x if isinstance(run, PooledConv) else x.to(self.mean.dtype))
            if name in wanted:
                found[name] = x
            if LOGITS in wanted and name == self.behind and self.head is not None:
                found[LOGITS] = self.head(x)
        return found

    def _runs(self, looked_at: frozenset[str]) -> list[tuple[str, Run]]:
        """The stages up to the last one that is looked at, those together that run as one, each by its last name."""
        if looked_at not in self._by_looks:
            self._by_looks[looked_at] = list(self._join(looked_at - {LOGITS}))
        return self._by_looks[looked_at]

    def _join(self, looked_at: frozenset[str]) -> Iterator[tuple[str, Run]]:
        names, stages = list(self.stages), self.stages
        names = names[: 1 + max(names.index(name) for name in looked_at)] if looked_at else []
        pooled = {name: one for name, one in self._pooled.items() if name not in looked_at}
        while names:
            if names[0] in pooled:
                yield names[1], pooled[names[0]]
                names = names[2:]
                continue
            most = next((at for at, name in enumerate(names, 1) if name in looked_at), len(names))
            joins = [name not in pooled and FusedStages.joins(stages[name]) for name in names[:most]]
            together = max(1, [*joins, False].index(False))
            first, last = stages[names[0]], names[together - 1]
            yield last, first if together == 1 else FusedStages([stages[name] for name in names[:together]])
            names = names[together:]

    def _normalise(self, picture: Tensor) -> Tensor:
        picture = picture.flip(1) if self.bgr else picture
        # Centred before it is rounded to the network's dtype: small values keep more digits.
        x = (picture - self.mean.to(picture.dtype)) / self.std.to(picture.dtype)
        return x.contiguous(memory_format=torch.channels_last)


def _freeze_stage(stage: nn.Module) -> nn.Module:
    """A frozen copy in evaluation mode, its BatchNorms folded."""
    stage = copy.deepcopy(stage).eval().requires_grad_(False)
    for module in list(stage.modules()):
        if isinstance(module, nn.Sequential):
            fold_batch_norm(module)
        if hasattr(module, "inplace"):
            setattr(module, "inplace", False)  # noqa: B010 - autograd would first copy what is to be overwritten
    return stage


def _freeze_head(head: nn.Module) -> nn.Module:
    frozen = _freeze_stage(convolution(head) if isinstance(head, nn.Linear) else head)
    return FusedConvs(frozen) if FusedConvs.fits(frozen, first=True) else frozen


def fold_batch_norm(block: nn.Sequential) -> None:
    """Turn every (convolution, batch norm) into one convolution."""
    for at, (first, second) in enumerate(zip(list(block), list(block)[1:], strict=False)):
        if isinstance(first, nn.Conv2d) and isinstance(second, nn.BatchNorm2d):
            block[at] = fuse_conv_bn_eval(first, second)
            block[at + 1] = UsualStatistics(second)


def _cheapen_first(stages: nn.ModuleDict) -> None:
    """Give the convolution that sees the picture its own backward, if it has the shape for it."""
    for stage in stages.values():
        for block in stage.modules():
            if isinstance(block, nn.Sequential) and len(block) and FirstConv.fits(block[0]):
                block[0] = FirstConv(block[0])
        return
