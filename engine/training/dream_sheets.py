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

from engine.ascent.feature_visualization import visualize_coarse_to_fine
from engine.ascent.pixel_ascent import OctaveSchedule, ascend
from engine.canvas.fourier_canvas import FourierCanvas
from engine.canvas.initial_image import initial_image
from engine.networks.loading import from_pocket
from engine.networks.network import LOGITS, Network
from engine.networks.pocket import load
from engine.objectives import Objective, layer, strongest_channel

SIDE: Final = 384
"""Long side of a dream on a sheet, in pixels."""


def dream(
    network: Network, objective: Objective, photo: Tensor, generator: Generator, schedule: OctaveSchedule | None = None
) -> Tensor:
    """A dream of a photo [3, h, w] in [0, 1], of the same shape."""
    for report in ascend(network, objective, photo, schedule or OctaveSchedule(), generator):
        photo = report.show()
    return photo


def dream_layers(network: Network) -> list[str]:
    """The layers that dreams use as a whole."""
    return [name for name in network.layers if name.startswith(("conv3", "mixed"))]


def class_evidence(labels: Sequence[str], wish: Sequence[str]) -> Objective:
    """Evidence for any of some classes, at every position."""
    return strongest_channel(LOGITS, *(labels.index(label) for label in wish))


def paint(
    network: Network,
    objective: Objective,
    n: int,
    generator: Generator,
    side: int = 128,
    iterations: int = 128,
    begun: Tensor | None = None,
) -> Tensor:
    """Pictures, [n, 3, side, side] in [0, 1], by the product's canvas and loop; from nothing, or what is `begun`."""
    canvas = FourierCanvas((side, side), generator, n, begun)
    for _ in visualize_coarse_to_fine(network, objective, canvas, iterations, generator, side * 9 // 16):
        pass
    return canvas.pictures().detach()


def logit_batch(classes: Sequence[int]) -> Objective:
    """Picture k of a batch for class k: the sum of their logits, which are means over the positions.

    Less 0.5 or 1 of the logsumexp of all, the judge recognised fewer of twelve classes, or no more.
    """
    own = torch.tensor(list(classes))[:, None]
    return Objective(lambda found: found[LOGITS].float().mean((2, 3)).gather(1, own).sum(), frozenset({LOGITS}))


def concepts(
    network: Network,
    classes: Sequence[int],
    generator: Generator,
    side: int = 128,
    iterations: int = 128,
    begun: Tensor | None = None,
) -> Tensor:
    """Classes, [n, 3, side, side] in [0, 1], all of them in one batch."""
    return paint(network, logit_batch(classes), len(classes), generator, side, iterations, begun)


def photograph(name: str, generator: Generator) -> Tensor:
    """One of scikit-image's photographs, or `noise`: [3, h, w] in [0, 1]."""
    import skimage.data

    if name == "noise":
        return initial_image(None, SIDE, generator)
    pixels = torch.from_numpy(getattr(skimage.data, name)().copy())
    picture = pixels[..., None].expand(-1, -1, 3) if pixels.ndim == 2 else pixels
    return initial_image(picture.permute(2, 0, 1).float() / 255, SIDE, generator)


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
    objectives = [layer(name) for name in dream_layers(network)]
    objectives += [class_evidence(labels, wish) for wish in WISHES]
    for name in PHOTOGRAPHS:
        photo = photograph(name, chance)
        seen = [photo, *(dream(network, objective, photo, chance) for objective in objectives)]
        sheet([seen[at : at + 4] for at in range(0, len(seen), 4)], folder / f"{name}.png")
        yield folder / f"{name}.png"
    made = concepts(network, [labels.index(label) for label in CONCEPTS], chance)
    sheet([list(made[:4]), list(made[4:])], folder / "concepts.png")
    yield folder / "concepts.png"
