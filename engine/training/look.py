"""Contact sheets: what the network dreams at each layer, and what it takes a class to be. For the eye, not for tests.

    python -m engine.training look --weights pocket.safetensors --out FOLDER

The loop is the product's own, `engine.ascent`, so that a network is judged by what people will see.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import torch
import torch.nn.functional as F
from PIL import Image
from torch import Generator, Tensor

from engine.ascent.climb import Course, ascend
from engine.canvas.opening import opening
from engine.networks.loading import from_pocket
from engine.networks.network import EVIDENCE, Network
from engine.networks.pocket import load
from engine.objectives import Objective, evidence, layer

SIDE: Final = 384
"""Long side of a dream on a sheet, in pixels."""

# Lucid's colour_correlation_svd_sqrt over its largest column norm (rows R, G, B), a quarter of it: colours start pale.
COLOURS: Final = ((0.1407, 0.0487, 0.0108), (0.1461, 0.0000, -0.0271), (0.1461, -0.0487, 0.0162))


def dream(
    network: Network, objective: Objective, photo: Tensor, generator: Generator, course: Course | None = None
) -> Tensor:
    """A dream of a photo [3, h, w] in [0, 1], of the same shape."""
    for report in ascend(network, objective, photo, course or Course(), generator):
        photo = report.picture
    return photo


def towards(labels: Sequence[str], wish: Sequence[str]) -> Objective:
    """Evidence for any of some classes, at every position."""
    return evidence(*(labels.index(label) for label in wish))


def concept(network: Network, label: int, generator: Generator, side: int = 192, iterations: int = 150) -> Tensor:
    """A class from noise, [3, side, side]: Adam on a Fourier spectrum, colours decorrelated (lucid), under shifts,
    zoom and grain."""
    frequency = torch.hypot(torch.fft.fftfreq(side)[:, None], torch.fft.rfftfreq(side)[None]).clamp(min=1 / side)
    # Lucid divides by f; f^1.5, the same at the lowest frequency, gives calmer and better closed shapes.
    falloff = frequency**1.5 * side**0.5
    spectrum = (torch.randn(1, 3, side, side // 2 + 1, 2, generator=generator) * 0.01).requires_grad_()
    mix = torch.tensor(COLOURS)

    def paint() -> Tensor:
        planes = torch.fft.irfft2(torch.view_as_complex(spectrum) / falloff, s=(side, side), norm="ortho")
        return torch.sigmoid(torch.einsum("ij,njhw->nihw", mix, planes))

    optimizer = torch.optim.Adam([spectrum], 0.05)
    for _ in range(iterations):
        dy, dx, zoom = torch.randint(-12, 13, (3,), generator=generator).tolist()
        x = torch.roll(paint(), (dy, dx), (2, 3))
        x = F.interpolate(x, (112 + 2 * zoom,) * 2, mode="bilinear", antialias=True)
        x = x + torch.randn(x.shape, generator=generator) * 0.03
        score = network.activations(x, [EVIDENCE])[EVIDENCE][0, label].mean()
        optimizer.zero_grad()
        torch.autograd.backward(-score)
        optimizer.step()
    return paint().detach()[0]


def photograph(name: str, generator: Generator) -> Tensor:
    """One of scikit-image's photographs, or `noise`: [3, h, w] in [0, 1]."""
    import skimage.data

    if name == "noise":
        return opening(None, SIDE, generator)
    picture = torch.from_numpy(getattr(skimage.data, name)().copy()).permute(2, 0, 1).float() / 255
    return opening(picture, SIDE, generator)


def sheet(rows: Sequence[Sequence[Tensor]], path: Path) -> None:
    """Write pictures [3, h, w], of one size within a row, as one PNG."""
    lines = [torch.cat(list(row), 2) for row in rows]
    width = max(line.shape[2] for line in lines)
    whole = torch.cat([F.pad(line, (0, width - line.shape[2])) for line in lines], 1)
    Image.fromarray((whole.clamp(0, 1) * 255).byte().permute(1, 2, 0).contiguous().numpy()).save(path)


PHOTOGRAPHS: Final = ("astronaut", "cat", "coffee", "rocket", "noise")
CONCEPTS: Final = ("banana", "dog face", "eye", "tiger face", "japanese castle", "butterfly", "rose", "octopus")
WISHES: Final = (
    ("eye", "owl", "dog face"),
    ("castle", "japanese castle", "church"),
    ("octopus", "tropical fish", "crab"),
    ("peacock", "parrot", "feathers"),
)


def sheets(weights: Path | None, folder: Path) -> Iterator[Path]:
    """One sheet for every photograph (each layer, then towards each wish), one of classes; yields each when written."""
    model, labels = load(weights)
    network, chance = from_pocket(model, labels), Generator().manual_seed(0)
    objectives = [layer(name) for name in network.layers if name.startswith(("conv3", "mixed"))]
    objectives += [towards(labels, wish) for wish in WISHES]
    for name in PHOTOGRAPHS:
        photo = photograph(name, chance)
        seen = [photo, *(dream(network, objective, photo, chance) for objective in objectives)]
        sheet([seen[at : at + 4] for at in range(0, len(seen), 4)], folder / f"{name}.png")
        yield folder / f"{name}.png"
    made = [concept(network, labels.index(label), chance) for label in CONCEPTS]
    sheet([made[:4], made[4:]], folder / "concepts.png")
    yield folder / "concepts.png"
