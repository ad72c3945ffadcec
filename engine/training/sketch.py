"""Sketches of every class: `art => tiny pictures of each, the one to begin with first`.

    python -m engine.training sketches --sprites sprites.gz

One of each design that was trained on (Fluent's 3D and flat emoji share theirs), so small that it tells where a thing
has which colour and no more.
"""

from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.canvas.sketch import GREY
from engine.training.sprites import Sprites

SIDE: Final = 14
"""Pixels of a sketch. With 16, what is painted over it looks no better; with 10, an octopus loses its arms."""
MARGIN: Final = 0.05
"""Room around a sprite, as a share of its side."""
STYLES: Final = ("flat", "noto")
"""The order for most classes. Flat colours survive shrinking best."""
OTHER_WAY: Final = frozenset({"octopus", "man", "woman", "globe", "eye", "dog face"})
"""Whose Noto design was clearer than the flat one, when all 265 were painted and looked at side by side. The judge was
no help: it was sure of nearly all of them."""


def shrunk(sprites: Sprites) -> Tensor:
    """Every class in STYLES, the clearer one first, on grey: [classes, 2, 3, SIDE, SIDE] in [0, 1]."""
    art = torch.stack([sprites.art[style] for style in STYLES], 1).float() / 255
    cover = art[:, :, 3:]
    margin = round(MARGIN * art.shape[-1])
    pictures = F.pad(art[:, :, :3] * cover + GREY * (1 - cover), (margin,) * 4, value=GREY)
    small = F.interpolate(pictures.flatten(0, 1), (SIDE, SIDE), mode="area").view(-1, len(STYLES), 3, SIDE, SIDE)
    turned = torch.tensor([label in OTHER_WAY for label in sprites.labels])
    return torch.where(turned.view(-1, 1, 1, 1, 1), small.flip(1), small)
