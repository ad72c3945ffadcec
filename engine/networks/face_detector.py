"""Where faces are in a picture: `picture => boxes with probabilities`.

Zhang et al. 2016, "Joint Face Detection and Alignment using Multitask Cascaded Convolutional Networks": three small
networks, each of which looks closer at what the one before it took for a face. The weights are those of the package
`facenet-pytorch`, of which nothing is imported; modules have its names, so that its state dicts fit.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate

from engine.catalog.catalog import Catalog, Package
from engine.errors import NotWeights, PackageDamaged
from engine.networks import weights

_MODULE: Final = "facenet_pytorch"
PACKAGES: Final = (
    Package(
        module=_MODULE, file="data/pnet.pt", megabytes=0.03,
        sha256="a2a71925e0b9996a42f63e47efc1ca19043e69558b5c523b978d611dfae49c8f",
    ),
    Package(
        module=_MODULE, file="data/rnet.pt", megabytes=0.4,
        sha256="bbb937de72efc9ef83b186c49f5f558467a1d7e3453a8ece0d71a886633f6a86",
    ),
    Package(
        module=_MODULE, file="data/onet.pt", megabytes=1.6,
        sha256="165bfbe42940416ccfb977545cf0e976d5bf321f67083ae2aaaa5c764280118d",
    ),
)  # fmt: skip
"""Weights of the three networks."""
SIDE = 480
"""Long side at which a picture is searched, in pixels."""
SMALLEST = 28
"""Pixels of the smallest face, at that size."""
STEP = 0.709
"""How much smaller each picture of the pyramid is: faces of half the area."""
CELL, STRIDE = 12, 2
"""What the first network sees at a position, and from one position to the next, in pixels."""
PROPOSAL_THRESHOLD = (0.6, 0.7, 0.7)
"""What each network must give a face, at least, as in the paper's implementation."""
SAME, SAME_SCALE = 0.7, 0.5
"""Boxes that overlap more than this are one face; more than that, on one scale."""
MAX_PROPOSALS = 256
"""Candidates that are looked at closer at most: else a picture of gravel takes seconds."""


class _Proposals(nn.Module):
    """[n, 3, h, w] -> [n, 4, h', w'] of shifts, [n, h', w'] of probabilities."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.prelu1, self.pool1 = nn.Conv2d(3, 10, 3), nn.PReLU(10), nn.MaxPool2d(2, 2, ceil_mode=True)
        self.conv2, self.prelu2 = nn.Conv2d(10, 16, 3), nn.PReLU(16)
        self.conv3, self.prelu3 = nn.Conv2d(16, 32, 3), nn.PReLU(32)
        self.conv4_1, self.conv4_2 = nn.Conv2d(32, 2, 1), nn.Conv2d(32, 4, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Look at every position."""
        x = self.prelu2(self.conv2(self.pool1(self.prelu1(self.conv1(x)))))
        x = self.prelu3(self.conv3(x))
        return self.conv4_2(x), self.conv4_1(x).softmax(1)[:, 1]


class _Refinement(nn.Module):
    """Crops [n, 3, 24, 24] -> [n, 4] of shifts, [n] of probabilities."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.prelu1, self.pool1 = nn.Conv2d(3, 28, 3), nn.PReLU(28), nn.MaxPool2d(3, 2, ceil_mode=True)
        self.conv2, self.prelu2, self.pool2 = nn.Conv2d(28, 48, 3), nn.PReLU(48), nn.MaxPool2d(3, 2, ceil_mode=True)
        self.conv3, self.prelu3 = nn.Conv2d(48, 64, 2), nn.PReLU(64)
        self.dense4, self.prelu4 = nn.Linear(576, 128), nn.PReLU(128)
        self.dense5_1, self.dense5_2 = nn.Linear(128, 2), nn.Linear(128, 4)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Look at every crop."""
        x = self.pool2(self.prelu2(self.conv2(self.pool1(self.prelu1(self.conv1(x))))))
        x = self.prelu4(self.dense4(_flat(self.prelu3(self.conv3(x)))))
        return self.dense5_2(x), self.dense5_1(x).softmax(1)[:, 1]


class _Output(nn.Module):
    """Crops [n, 3, 48, 48] -> [n, 4] of shifts, [n] of probabilities."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.prelu1, self.pool1 = nn.Conv2d(3, 32, 3), nn.PReLU(32), nn.MaxPool2d(3, 2, ceil_mode=True)
        self.conv2, self.prelu2, self.pool2 = nn.Conv2d(32, 64, 3), nn.PReLU(64), nn.MaxPool2d(3, 2, ceil_mode=True)
        self.conv3, self.prelu3, self.pool3 = nn.Conv2d(64, 64, 3), nn.PReLU(64), nn.MaxPool2d(2, 2, ceil_mode=True)
        self.conv4, self.prelu4 = nn.Conv2d(64, 128, 2), nn.PReLU(128)
        self.dense5, self.prelu5 = nn.Linear(1152, 256), nn.PReLU(256)
        self.dense6_1, self.dense6_2 = nn.Linear(256, 2), nn.Linear(256, 4)
        self.dense6_3 = nn.Linear(256, 10)  # where eyes, nose and mouth are: nobody asks

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Look at every crop."""
        x = self.pool2(self.prelu2(self.conv2(self.pool1(self.prelu1(self.conv1(x))))))
        x = self.prelu4(self.conv4(self.pool3(self.prelu3(self.conv3(x)))))
        x = self.prelu5(self.dense5(_flat(x)))
        return self.dense6_2(x), self.dense6_1(x).softmax(1)[:, 1]


class Detector:
    """The cascade."""

    def __init__(self, *states: dict[str, Tensor]) -> None:
        """Of the three networks, in order. Raises `ValueError` if they are not theirs."""
        self._networks = (_Proposals(), _Refinement(), _Output())
        for network, state in zip(self._networks, states, strict=True):
            try:
                network.load_state_dict(state)
            except RuntimeError as error:
                raise ValueError(str(error)) from None
            network.eval().requires_grad_(False)

    @torch.no_grad()
    def faces(self, picture: Tensor) -> Tensor:
        """Left, top, right, bottom as shares of a picture [3, h, w] in [0, 1], and a probability: [n, 5]."""
        scale = SIDE / max(picture.shape[1:])
        seen = _resize(picture.cpu().float(), scale) * 2 - 1
        boxes = self._propose(seen)
        for network, side, enough in zip(self._networks[1:], (24, 48), PROPOSAL_THRESHOLD[1:], strict=True):
            boxes = _refine(network, seen, boxes, side, enough)
        height, width = seen.shape[1:]
        return boxes / torch.tensor([width, height, width, height, 1.0])

    def _propose(self, seen: Tensor) -> Tensor:
        found, scale = [], CELL / SMALLEST
        while min(seen.shape[1:]) * scale >= CELL:
            shifts, shares = self._networks[0](_resize(seen, scale)[None])
            rows, columns = (shares[0] >= PROPOSAL_THRESHOLD[0]).nonzero(as_tuple=True)
            corner = torch.stack([columns, rows], 1).float() * STRIDE + 1
            boxes = torch.cat([corner / scale, (corner + CELL - 1) / scale], 1)
            boxes = torch.cat([_apply_shifts(boxes, shifts[0, :, rows, columns].T), shares[0, rows, columns, None]], 1)
            found.append(_non_maximum_suppression(boxes, SAME_SCALE))
            scale *= STEP
        return _non_maximum_suppression(torch.cat(found) if found else torch.zeros(0, 5), SAME)[:MAX_PROPOSALS]


@cache
def detector(catalog: Catalog) -> Detector | None:
    """What finds faces; None where its package is not installed, or is damaged."""
    paths = [catalog.package_file(package) for package in PACKAGES]
    try:
        states = [
            weights.read_package(package, path, _MODULE)
            for package, path in zip(PACKAGES, paths, strict=True)
            if path is not None
        ]
    except (PackageDamaged, NotWeights):
        return None
    return Detector(*states) if len(states) == len(PACKAGES) else None


def _flat(x: Tensor) -> Tensor:
    """[n, c, h, w] -> [n, w * h * c]: columns first, as where the weights come from."""
    return x.permute(0, 3, 2, 1).flatten(1)


def _resize(picture: Tensor, scale: float) -> Tensor:
    size = [max(CELL, round(edge * scale)) for edge in picture.shape[1:]]
    return interpolate(picture[None], size, mode="bilinear", antialias=True)[0]


def _refine(network: nn.Module, seen: Tensor, boxes: Tensor, side: int, enough: float) -> Tensor:
    """Boxes [n, 5] that a network takes for faces when it looks at them alone, put right."""
    squares = _square(boxes)
    crops = [_crop(seen, box, side) for box in squares]
    if not crops:
        return boxes
    shifts, shares = network(torch.stack(crops))
    kept = shares >= enough
    right = torch.cat([_apply_shifts(squares[kept], shifts[kept]), shares[kept, None]], 1)
    return _non_maximum_suppression(right, SAME)


def _square(boxes: Tensor) -> Tensor:
    """Squares [n, 4] around the middles of boxes."""
    middle, half = (boxes[:, :2] + boxes[:, 2:4]) / 2, (boxes[:, 2:4] - boxes[:, :2]).amax(1, keepdim=True) / 2
    return torch.cat([middle - half, middle + half], 1)


def _crop(seen: Tensor, box: Tensor, side: int) -> Tensor:
    """What is in a box, [3, side, side]; outside of the picture it is grey."""
    left, top, right, bottom = (round(value) for value in box.tolist())
    edge = max(1, right - left)
    part = seen.new_zeros(3, edge, edge)
    inside = seen[:, max(0, top) : max(0, min(top + edge, bottom + 1)), max(0, left) : max(0, right)]
    below, beside = max(0, -top), max(0, -left)
    height, width = min(inside.shape[1], edge - below), min(inside.shape[2], edge - beside)
    part[:, below : below + height, beside : beside + width] = inside[:, :height, :width]
    return interpolate(part[None], (side, side), mode="bilinear", antialias=True)[0]


def _apply_shifts(boxes: Tensor, shifts: Tensor) -> Tensor:
    """Boxes [n, 4] whose corners are moved by shares of their sides."""
    sides = (boxes[:, 2:4] - boxes[:, :2]).repeat(1, 2)
    return boxes + shifts * sides


def _non_maximum_suppression(boxes: Tensor, overlap: float) -> Tensor:
    """Each face once, the likeliest box of it; likeliest faces first.

    Greedy non-maximum suppression. Not torchvision's, which an engine would have to import at its start for this alone.
    """
    left, kept = boxes[boxes[:, 4].argsort(descending=True, stable=True)], []
    while len(left):
        kept.append(left[0])
        left = left[1:][_intersection_over_union(left[0], left[1:]) <= overlap]
    return torch.stack(kept) if kept else boxes


def _intersection_over_union(box: Tensor, others: Tensor) -> Tensor:
    """Intersection over union of a box [5] with others [n, 5]: [n]."""
    sides = torch.minimum(box[2:4], others[:, 2:4]) - torch.maximum(box[:2], others[:, :2])
    both = sides.clamp(min=0).prod(1)
    return both / (_area(box[None]) + _area(others) - both)


def _area(boxes: Tensor) -> Tensor:
    return (boxes[:, 2:4] - boxes[:, :2]).prod(1)
