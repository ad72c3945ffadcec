"""The mean of what is near: `(picture, radius) => picture`."""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import avg_pool2d

from engine.canvas.resample import Size, resize


def box_filter(picture: Tensor, radius: int) -> Tensor:
    """Each point of [c, h, w] as the mean of a square of 2 `radius` + 1 around it, of what lies in the picture.

    Down, then across: a square of 53 pixels at once takes twelve times as long. Still it takes the longer the larger
    the square is, so that means over large ones are taken of smaller pictures (`coarseness`).
    """
    side = 2 * radius + 1
    down = avg_pool2d(picture[None], (side, 1), 1, (radius, 0), count_include_pad=False)
    return avg_pool2d(down, (1, side), 1, (0, radius), count_include_pad=False)[0]


def soft_filter(picture: Tensor, radius: int) -> Tensor:
    """Means over squares, twice, so that no square is to be seen; large ones of a smaller picture: [c, h, w]."""
    size: Size = (picture.shape[1], picture.shape[2])
    times = coarseness(radius)
    coarse, radius = resize(picture, coarser(size, times)), round(radius / times)
    return resize(box_filter(box_filter(coarse, radius), radius), size)


def coarseness(radius: int) -> int:
    """How many times smaller a picture may be of which means over squares of that radius are taken: they are so smooth
    that hardly anything is lost."""
    return max(1, min(4, radius // 3))


def coarser(size: Size, times: int) -> Size:
    """A size so many times smaller."""
    return max(1, size[0] // times), max(1, size[1] // times)
