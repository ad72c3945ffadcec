"""A picture as bytes of colour: `tensor [3, h, w] in [0, 1] => Pillow picture`."""

from __future__ import annotations

import numpy as np
from PIL import Image
from torch import Tensor

from engine.canvas.resample import Size


def to_pillow(picture: Tensor, size: Size | None = None) -> Image.Image:
    """An RGB picture of that size, by default its own; values outside [0, 1] are cut off, the others rounded."""
    pixels = picture.detach().float().cpu().clamp(0, 1).mul(255).round().permute(1, 2, 0).numpy().astype(np.uint8)
    drawn = Image.fromarray(pixels)
    if size is None or size == (drawn.height, drawn.width):
        return drawn
    return drawn.resize((size[1], size[0]), Image.Resampling.BICUBIC)
