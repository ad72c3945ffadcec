"""Sketches of what people ask for: `art => tiny pictures of each emoji, the one to begin with first`.

    python -m engine.training sketches --fluent FOLDER

One of each design (Fluent's 3D and flat emoji share theirs), so small that it tells where a thing has which colour and
no more.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import torch
import torch.nn.functional as F
from PIL import ImageFont
from torch import Tensor

from engine.canvas.class_sketch import GREY
from engine.training import emoji_sprites

SIDE: Final = 16
"""Pixels of a sketch. With 10, what is painted over an octopus has no arms; with 14, its head is no head."""
MARGIN: Final = 0.05
"""Room around a sprite, as a share of its side."""
OTHER_WAY: Final = frozenset("🐙👨👩🌍🐶🍌🌹")
"""Whose Noto design was clearer, when pocket's 265 were painted and looked at side by side: theirs come first, of all
others Fluent's. The judge was no help: it was sure of nearly all of them."""


def draw_emoji(emoji: Iterable[str], font: Path, fluent: Path) -> Tensor:
    """Both designs of every emoji, [emoji, 2, 4, side, side] uint8 with straight alpha.

    Raises `ValueError` naming one that a style lacks.
    """
    face = ImageFont.truetype(str(font), emoji_sprites.FONT_SIZE)
    drawn = []
    for one in emoji:
        designs = emoji_sprites.draw_fluent(fluent, one), emoji_sprites.draw_noto(face, one)
        known = [design for design in designs if design is not None]
        if len(known) < len(designs):
            raise ValueError(f"{one} is lacking in a style")
        drawn.append(torch.stack(known[::-1] if one in OTHER_WAY else known))
    return torch.stack(drawn)


def shrink_sprites(art: Tensor) -> Tensor:
    """Sprites [emoji, designs, 4, side, side], uint8 with straight alpha, on grey: [emoji, designs, 3, SIDE, SIDE] in
    [0, 1]."""
    art = art.float() / 255
    cover = art[:, :, 3:]
    margin = round(MARGIN * art.shape[-1])
    pictures = F.pad(art[:, :, :3] * cover + GREY * (1 - cover), (margin,) * 4, value=GREY)
    small = F.interpolate(pictures.flatten(0, 1), (SIDE, SIDE), mode="area")
    return small.view(*art.shape[:2], 3, SIDE, SIDE)
