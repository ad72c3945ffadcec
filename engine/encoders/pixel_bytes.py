"""A file of ours as a picture: `bytes => tensor [3, h, w] in [0, 1]`."""

from __future__ import annotations

import io

import numpy as np
import torch
from PIL import Image
from torch import Tensor


def to_tensor(data: bytes) -> Tensor:
    """A picture of ours as [3, h, w] in [0, 1]: the decoder's PNG, or a result, which may be a WebP to fit a limit.

    Strangers' bytes never come here.
    """
    with Image.open(io.BytesIO(data), formats=("PNG", "WEBP")) as drawn:
        pixels = np.array(drawn.convert("RGB"), dtype=np.float32)
    return torch.from_numpy(pixels).permute(2, 0, 1).div(255)
