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


def fit_size(size: Size, side: int) -> Size:
    """The even size of that aspect whose long side is `side`; for strips, `side` counts the area of a square."""
    return picture_size.fit(size, side, step=2)
