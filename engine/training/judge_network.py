"""The judge: a second network that never dreams and only says what it sees in what the pocket network drew.

    picture [n, 3, h, w], normalised as pocket's -> logits [n, classes]

Plain residual blocks (He et al. 2016, arXiv:1512.03385) with ReLU and a max pool, where pocket has parallel branches,
SiLU and average pools; other seed, other pictures. What both agree on is in the picture and not in a quirk of one.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.networks import packing

WEIGHTS: Final = Path(__file__).with_name("judge.safetensors.xz")
"""In the repository and not in the package: only whoever trains needs it. Eight bits a weight, and packed."""
SCALE: Final = ".scale"
"""After a tensor's name: what each of its output channels is multiplied by."""


class Residual(nn.Module):
    """Two 3x3 convolutions beside a short cut: [n, i, h, w] -> [n, o, h / stride, w / stride]."""

    def __init__(self, i: int, o: int, stride: int = 1) -> None:
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(i, o, 3, stride, 1, bias=False), nn.BatchNorm2d(o))
        self.second = nn.Sequential(nn.Conv2d(o, o, 3, 1, 1, bias=False), nn.BatchNorm2d(o))
        self.past = (
            nn.Identity() if i == o else nn.Sequential(nn.Conv2d(i, o, 1, stride, bias=False), nn.BatchNorm2d(o))
        )

    def forward(self, x: Tensor) -> Tensor:
        """Both paths, added, rectified."""
        return F.relu(self.past(x) + self.second(F.relu(self.first(x))))


class Judge(nn.Module):
    """1.3 million parameters; pictures of any size from 32 pixels up."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, 24, 5, 2, 2, bias=False), nn.BatchNorm2d(24), nn.ReLU(), nn.MaxPool2d(3, 2, 1)
        )
        self.blocks = nn.Sequential(
            Residual(24, 40),
            Residual(40, 40),
            Residual(40, 72, 2),
            Residual(72, 72),
            Residual(72, 144, 2),
            Residual(144, 144),
            Residual(144, 144),
        )
        self.linear = nn.Linear(144, classes)

    def forward(self, x: Tensor) -> Tensor:
        """[n, 3, h, w], normalised -> logits [n, classes]."""
        scores: Tensor = self.linear(self.blocks(self.stem(x)).mean((2, 3)))
        return scores


def to_eight_bits(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Round filters and matrices to int8, each output channel by its largest weight; the rest stays as it is.

    As in Jacob et al. 2018, arXiv:1712.05877. What it costs stands in docs/pocket-lab.md.
    """
    found: dict[str, Tensor] = {}
    for name, weight in state.items():
        if weight.dim() < 2:
            found[name] = weight
            continue
        rows = weight.float().flatten(1)
        scale = (rows.abs().amax(1, keepdim=True) / 127).clamp(min=1e-12)
        found[name] = (rows / scale).round().to(torch.int8).view(weight.shape)
        found[name + SCALE] = scale[:, 0]
    return found


def from_eight_bits(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights in float32, whether or not they were rounded to int8."""
    found = {name: tensor.float() for name, tensor in tensors.items() if not name.endswith(SCALE)}
    for name in (name for name in found if name + SCALE in tensors):
        found[name] *= tensors[name + SCALE].view(-1, *[1] * (found[name].dim() - 1))
    return found


def load(path: Path | None = None) -> tuple[Judge, list[str]]:
    """Read a judge, in evaluation mode and float32, and its labels; None means the one of the repository."""
    tensors, facts = packing.read(path or WEIGHTS)
    labels: list[str] = json.loads(facts["labels"])
    state = from_eight_bits(tensors)
    judge = Judge(len(labels))
    # num_batches_tracked is a counter of training; it is not stored.
    missing, unexpected = judge.load_state_dict(state, strict=False)
    if unexpected or any(not name.endswith("num_batches_tracked") for name in missing):
        raise ValueError(f"{path or WEIGHTS} does not hold this judge; train it again")
    return judge.eval(), labels
