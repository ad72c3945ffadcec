"""Sketches of every class: `art => tiny pictures of each, the one to begin with first`.

    python -m engine.training sketches --sprites sprites.gz

One of each design that was trained on (Fluent's 3D and flat emoji share theirs), so small that it tells where a thing
has which colour and no more.
"""

from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.canvas.class_sketch import GREY
from engine.training.emoji_sprites import Sprites

SIDE: Final = 16
"""Pixels of a sketch. With 10, what is painted over an octopus has no arms; with 14, its head is no head."""
MARGIN: Final = 0.05
"""Room around a sprite, as a share of its side."""
STYLES: Final = ("fluent", "noto")
"""The order for most classes."""
OTHER_WAY: Final = frozenset({"octopus", "man", "woman", "globe", "dog face", "banana", "rose"})
"""Whose Noto design was clearer, when all 265 were painted and looked at side by side. The judge was no help: it was
sure of nearly all of them."""


def shrink_sprites(sprites: Sprites) -> Tensor:
    """Every class in STYLES, the clearer one first, on grey: [classes, 2, 3, SIDE, SIDE] in [0, 1]."""
    art = torch.stack([sprites.art[style] for style in STYLES], 1).float() / 255
    cover = art[:, :, 3:]
    margin = round(MARGIN * art.shape[-1])
    pictures = F.pad(art[:, :, :3] * cover + GREY * (1 - cover), (margin,) * 4, value=GREY)
    small = F.interpolate(pictures.flatten(0, 1), (SIDE, SIDE), mode="area").view(-1, len(STYLES), 3, SIDE, SIDE)
    turned = torch.tensor([label in OTHER_WAY for label in sprites.labels])
    return torch.where(turned.view(-1, 1, 1, 1, 1), small.flip(1), small)
