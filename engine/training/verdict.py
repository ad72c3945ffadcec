"""What the judge sees in a picture, and whether a dream made it see more of something.

    support(judge, picture, wanted) -> nats;  lifts(network, judge, objective, photos, wanted) -> one rise per photo

The judge learned from frames of 96 pixels that hold one thing, and a dream holds many things of many sizes. So it looks
at overlapping frames, and only its best quarter counts: a dream of eyes need not turn the whole picture into eyes, but
one accidental frame must not decide either.
"""

import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeVar

import torch
import torch.nn.functional as F
from torch import Generator, Tensor, nn

from engine.ascent.pixel_ascent import OctaveSchedule
from engine.networks.network import Network
from engine.objectives import Objective
from engine.training.dream_sheets import dream, photograph
from engine.training.judge_pictures import SIDE
from engine.training.training_loop import normalise

PHOTOGRAPHS: Final = ("astronaut", "cat", "coffee", "rocket", "camera")
"""scikit-image's: portrait, pet, still life, landscape at dusk; the last one, grey, is no backdrop of training."""

T = TypeVar("T")


def with_progress(items: Iterable[T], what: str, count: int) -> Iterator[T]:
    """The same items; says on standard error how far they are, so that standard output stays the answer's."""
    for number, item in enumerate(items, 1):
        yield item
        ending = "\n" if number == count else ""
        print(f"\r{what} {number}/{count}", end=ending, file=sys.stderr, flush=True)


def normalise_in_place(pictures: Tensor) -> Tensor:
    """Pictures in [0, 1] -> what both networks read, where they are: as training gives it to them."""
    return normalise(pictures, pictures.device)


@torch.no_grad()
def scores(network: nn.Module, pictures: Tensor) -> Tensor:
    """Logits [n, classes] for pictures [n, 3, h, w] in [0, 1], each resized once to SIDE as a whole."""
    if pictures.shape[2:] != (SIDE, SIDE):
        pictures = F.interpolate(pictures, (SIDE, SIDE), mode="bilinear", antialias=True)
    found: Tensor = network(normalise_in_place(pictures))
    return found


def frame_starts(length: int) -> list[int]:
    """Where frames of SIDE begin along an edge: every half frame, and one that ends with the edge."""
    last = length - SIDE
    return [*range(0, last, SIDE // 2), last]


def frames(picture: Tensor) -> Tensor:
    """Frames of SIDE, half overlapping, of a picture [3, h, w] and of its half: [n, 3, SIDE, SIDE].

    A side that is shorter than SIDE is enlarged to it.
    """
    found = []
    for scale in (1.0, 0.5):
        size = [max(SIDE, round(scale * edge)) for edge in picture.shape[1:]]
        seen = F.interpolate(picture[None], size, mode="bilinear", antialias=True)[0]
        found += [seen[:, y : y + SIDE, x : x + SIDE] for y in frame_starts(size[0]) for x in frame_starts(size[1])]
    return torch.stack(found)


def support(judge: nn.Module, picture: Tensor, wanted: Sequence[int]) -> float:
    """Log probability, in nats, that the judge gives to any of some classes: mean of its best quarter of the frames."""
    seen = scores(judge, frames(picture)).float()
    share = torch.logsumexp(seen[:, list(wanted)], 1) - torch.logsumexp(seen, 1)
    return float(share.topk(math.ceil(len(share) / 4)).values.mean())


def photographs(names: Sequence[str] = PHOTOGRAPHS) -> list[Tensor]:
    """Photographs as `look` has them; needs the `training` extra."""
    return [photograph(name, Generator()) for name in names]


def support_gains(
    network: Network,
    judge: nn.Module,
    objective: Objective,
    photos: Sequence[Tensor],
    wanted: Sequence[int],
    schedule: OctaveSchedule | None = None,
) -> list[float]:
    """By how many nats a dream raises the judge's support for some classes, on each photograph."""
    found = []
    for photo in photos:
        # The same jitter for every dream: subjects and layers are compared, not chance.
        after = dream(network, objective, photo, Generator().manual_seed(0), schedule)
        found.append(support(judge, after, wanted) - support(judge, photo, wanted))
    return found
