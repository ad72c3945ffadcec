"""A picture as bytes of colour: `tensor [3, h, w] in [0, 1] <=> Pillow picture`."""

from __future__ import annotations

import io

import numpy as np
import torch
from PIL import Image
from torch import Tensor

Size = tuple[int, int]
"""Height and width, in pixels."""


def raster(picture: Tensor, size: Size | None = None) -> Image.Image:
    """An RGB picture of that size, by default its own; values outside [0, 1] are cut off, the others rounded."""
    pixels = picture.detach().float().cpu().clamp(0, 1).mul(255).round().permute(1, 2, 0).numpy().astype(np.uint8)
    drawn = Image.fromarray(pixels)
    if size is None or size == (drawn.height, drawn.width):
        return drawn
    return drawn.resize((size[1], size[0]), Image.Resampling.BICUBIC)


def tensor(data: bytes) -> Tensor:
    """A picture of ours as [3, h, w] in [0, 1]: the decoder's PNG, or a result, which may be a WebP to fit a limit.

    Strangers' bytes never come here.
    """
    with Image.open(io.BytesIO(data), formats=("PNG", "WEBP")) as drawn:
        pixels = np.array(drawn.convert("RGB"), dtype=np.float32)
    return torch.from_numpy(pixels).permute(2, 0, 1).div(255)


def within(size: Size, side: int) -> Size:
    """The size of that aspect whose long side is `side`."""
    scale = side / max(size)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
