"""Contact sheets: what the network dreams at each layer, and what it takes a class to be. For the eye, not for tests.

    python -m engine.training look --weights pocket.safetensors --out FOLDER

A plain loop, smaller than `engine.ascent`, so that a network can be judged while it is still being trained.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import torch
import torch.nn.functional as F
from PIL import Image
from torch import Generator, Tensor

from engine.networks.pocket import MEAN, STD, Pocket, load

Objective = Callable[[Tensor], Tensor]
"""Pictures [1, 3, h, w] in [0, 1] -> a scalar to raise."""

# Lucid's colour_correlation_svd_sqrt over its largest column norm (rows R, G, B), a quarter of it: colours start pale.
COLOURS: Final = ((0.1407, 0.0487, 0.0108), (0.1461, 0.0000, -0.0271), (0.1461, -0.0487, 0.0162))


@dataclass(frozen=True)
class Settings:
    """How to dream; the defaults are what looked best (docs/pocket-lab.md)."""

    octaves: int = 4
    ratio: float = 1.4
    iterations: int = 20
    step: float = 0.006
    jitter: int = 24
    smooth: Sequence[int] = (1, 3, 5)


def activations(network: Pocket, x: Tensor, last: str) -> Tensor:
    """Run the stages up to `last`."""
    x = ((x - MEAN[0]) / STD[0]).contiguous(memory_format=torch.channels_last)
    for name, stage in network.stages.items():
        x = stage(x)
        if name == last:
            return x
    raise KeyError(last)


def whole_layer(network: Pocket, name: str) -> Objective:
    """The notebook's objective: the mean square of a layer."""
    return lambda x: activations(network, x, name).square().mean()


def towards(network: Pocket, classes: Sequence[int]) -> Objective:
    """Evidence for any of some classes, at every position; softplus keeps a gradient where it starts negative."""
    weight = network.head.linear.weight[list(classes)]
    last = list(network.stages)[-1]
    return lambda x: F.softplus(torch.einsum("nchw,kc->nkhw", activations(network, x, last), weight).amax(1)).mean()


def slope(objective: Objective, x: Tensor, smooth: Sequence[int]) -> Tensor:
    """The gradient, averaged with blurred copies of itself, over its mean magnitude: [1, 3, h, w]."""
    x = x.detach().requires_grad_()
    (raw,) = torch.autograd.grad(objective(x), x)
    total = torch.zeros_like(raw)
    for k in smooth:
        total += F.avg_pool2d(F.pad(raw, (k // 2,) * 4, mode="reflect"), k, 1)
    return total / (total.abs().mean() + 1e-12)


def dream(photo: Tensor, objective: Objective, settings: Settings, generator: Generator) -> Tensor:
    """Ascend octave by octave, from small to large; what was dreamed is carried up, the photo stays sharp."""
    scales = [settings.ratio**-k for k in reversed(range(settings.octaves))]
    sizes = [(int(photo.shape[2] * s), int(photo.shape[3] * s)) for s in scales]
    detail = torch.zeros(1, 3, *sizes[0])
    x = photo
    for size in sizes:
        base = F.interpolate(photo, size, mode="bicubic", antialias=True).clamp(0, 1)
        x = base + F.interpolate(detail, size, mode="bicubic")
        for _ in range(settings.iterations):
            dy, dx = torch.randint(-settings.jitter, settings.jitter + 1, (2,), generator=generator).tolist()
            x = torch.roll(x, (dy, dx), (2, 3))
            x = (x + settings.step * slope(objective, x, settings.smooth)).clamp(0, 1)
            x = torch.roll(x, (-dy, -dx), (2, 3))
        detail = x - base
    return x


def concept(network: Pocket, label: int, generator: Generator, side: int = 192, iterations: int = 150) -> Tensor:
    """A class from noise: Adam on a Fourier spectrum, colours decorrelated (lucid), under shifts, zoom and grain."""
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
        scores = network((x - MEAN[0]) / STD[0])
        optimizer.zero_grad()
        torch.autograd.backward(-scores[0, label])
        optimizer.step()
    return paint().detach()


def photograph(name: str, side: int = 384) -> Tensor:
    """One of scikit-image's photographs, or `noise`: [1, 3, h, w] in [0, 1]."""
    import skimage.data

    if name == "noise":
        return torch.rand(1, 3, 288, side, generator=Generator().manual_seed(3)) * 0.3 + 0.35
    picture = torch.from_numpy(getattr(skimage.data, name)().copy()).permute(2, 0, 1)[None].float() / 255
    shrink = side / max(picture.shape[2:])
    size = (int(picture.shape[2] * shrink), int(picture.shape[3] * shrink))
    return F.interpolate(picture, size, mode="bilinear", antialias=True)


def sheet(rows: Sequence[Sequence[Tensor]], path: Path) -> None:
    """Write pictures [1, 3, h, w], of one size within a row, as one PNG."""
    lines = [torch.cat(list(row), 3) for row in rows]
    width = max(line.shape[3] for line in lines)
    whole = torch.cat([F.pad(line, (0, width - line.shape[3])) for line in lines], 2)[0]
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
    network, labels = load(weights)
    network = network.requires_grad_(False)
    chance, settings = Generator().manual_seed(0), Settings()
    layers = [name for name in network.stages if name.startswith(("conv3", "mixed"))]
    objectives = [whole_layer(network, name) for name in layers]
    objectives += [towards(network, [labels.index(label) for label in wish]) for wish in WISHES]
    for name in PHOTOGRAPHS:
        photo = photograph(name)
        seen = [photo, *(dream(photo, objective, settings, chance) for objective in objectives)]
        sheet([seen[at : at + 4] for at in range(0, len(seen), 4)], folder / f"{name}.png")
        yield folder / f"{name}.png"
    made = [concept(network, labels.index(label), chance) for label in CONCEPTS]
    sheet([made[:4], made[4:]], folder / "concepts.png")
    yield folder / "concepts.png"
