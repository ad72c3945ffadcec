"""Pictures at other sizes: `(picture, size) => picture`."""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import interpolate

Size = tuple[int, int]
"""Height and width, in pixels."""


def resize(picture: Tensor, size: Size) -> Tensor:
    """[..., 3, h, w] => [..., 3, *size]. Bicubic, filtered when it shrinks; overshoots [0, 1] a little at edges."""
    if picture.shape[-2:] == size:
        return picture
    resized = interpolate(picture.reshape(-1, *picture.shape[-3:]), size, mode="bicubic", antialias=True)
    return resized.reshape(*picture.shape[:-2], *size)


def fitted(size: Size, side: int, smallest: int = 32) -> Size:
    """The even size of that aspect whose long side is `side`; the short one has at least `smallest` pixels."""
    scale = side / max(size)
    height, width = (min(side, max(smallest, 2 * round(edge * scale / 2))) for edge in size)
    return height, width
