"""Pictures at other sizes: `(picture, size) => picture`."""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import interpolate

from engine.files import picture_size

Size = tuple[int, int]
"""Height and width, in pixels."""


def resize(picture: Tensor, size: Size) -> Tensor:
    """[..., 3, h, w] => [..., 3, *size]. Bicubic, filtered when it shrinks; overshoots [0, 1] a little at edges."""
    if picture.shape[-2:] == size:
        return picture
    resized = interpolate(picture.reshape(-1, *picture.shape[-3:]), size, mode="bicubic", antialias=True)
    return resized.reshape(*picture.shape[:-2], *size)


def resize_long_side(picture: Tensor, side: int) -> Tensor:
    """[3, h, w] in [0, 1] => the same with even edges, the long one `side`, or a strip of that area; in [0, 1]."""
    return resize(picture, picture_size.fit((picture.shape[1], picture.shape[2]), side, step=2)).clamp(0, 1)


def enlarged_size(size: Size, side: int) -> Size:
    """Height and width of a picture of that shape whose long side is `side`, also of a strip."""
    factor = side / max(size)
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))


def soften(picture: Tensor, waves: int) -> Tensor:
    """A picture [3, h, w] without what is finer than so many waves of its short side, at the same size, in [0, 1]."""
    size: Size = (picture.shape[1], picture.shape[2])
    share = waves / min(size)
    small = resize(picture, (max(1, round(size[0] * share)), max(1, round(size[1] * share))))
    return resize(small, size).clamp(0, 1)
