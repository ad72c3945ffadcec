"""A picture as bytes of colour: `tensor [3, h, w] in [0, 1] => Pillow picture`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from engine.canvas.resample import Size

BAND = 512
"""Rows that are made into bytes at once: a poster takes no second buffer of its size."""


def to_pillow(picture: Tensor, size: Size | None = None) -> Image.Image:
    """An RGB picture of that size, by default its own; values outside [0, 1] are cut off, the others rounded."""
    pixels = np.empty((*picture.shape[1:], 3), np.uint8)
    for top in range(0, len(pixels), BAND):
        pixels[top : top + BAND] = _to_bytes(picture[:, top : top + BAND])
    drawn = Image.fromarray(pixels)
    if size is None or size == (drawn.height, drawn.width):
        return drawn
    return drawn.resize((size[1], size[0]), Image.Resampling.BICUBIC)


def _to_bytes(picture: Tensor) -> NDArray[np.float32]:
    """[3, h, w] in [0, 1] => whole numbers from 0 to 255, [h, w, 3]."""
    bands: NDArray[np.float32] = picture.detach().float().cpu().clamp(0, 1).mul(255).round().permute(1, 2, 0).numpy()
    return bands
