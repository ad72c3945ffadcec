"""Thumbnails: what every channel of a layer responds to, painted beforehand: `(network, layer) => small pictures`.

Painting them takes minutes, and a page that shows what a network sees has to be there in seconds. One WebP for each
layer, with all channels in rows; `python -m engine.gallery.thumbnails` paints them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import torch
from PIL import Image
from torch import Tensor

FOLDER: Final = Path(__file__).with_name("thumbnails")
"""`NETWORK-LAYER.webp` of every layer that has any."""
SIDE: Final = 64
"""Pixels of a thumbnail."""
COLUMNS: Final = 16
"""Thumbnails in a row of a file."""
QUALITY = 80


def thumbnail_file(network: str, layer: str, folder: Path = FOLDER) -> Path:
    """Where a layer's thumbnails lie, if it has any."""
    return folder / f"{network}-{layer}.webp"


def read(network: str, layer: str, channels: int, folder: Path = FOLDER) -> Tensor | None:
    """[channels, 3, SIDE, SIDE] in [0, 1]; None for a layer that has no thumbnails, or those of other channels."""
    path = thumbnail_file(network, layer, folder)
    if not path.is_file():
        return None
    with Image.open(path) as image:
        if image.size != _size(channels):
            return None
        pixels = torch.from_numpy(np.array(image.convert("RGB"), np.float32)) / 255
    tiles = pixels.reshape(-1, SIDE, COLUMNS, SIDE, 3).permute(0, 2, 4, 1, 3)  # [rows, ACROSS, 3, SIDE, SIDE]
    return tiles.reshape(-1, 3, SIDE, SIDE)[:channels].contiguous()


def write(network: str, layer: str, pictures: Tensor, folder: Path = FOLDER) -> Path:
    """Store pictures [channels, 3, SIDE, SIDE] in [0, 1]; empty places are black."""
    columns, rows = (edge // SIDE for edge in _size(len(pictures)))
    tiles = pictures.new_zeros(rows * columns, 3, SIDE, SIDE)
    tiles[: len(pictures)] = pictures
    whole = tiles.reshape(rows, columns, 3, SIDE, SIDE).permute(0, 3, 1, 4, 2).reshape(rows * SIDE, columns * SIDE, 3)
    path = thumbnail_file(network, layer, folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray((whole * 255).round().byte().numpy()).save(path, quality=QUALITY, method=6)
    return path


def _size(channels: int) -> tuple[int, int]:
    """Width and height of a file with so many, in pixels."""
    return COLUMNS * SIDE, -(-channels // COLUMNS) * SIDE
