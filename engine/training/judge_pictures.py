"""The judging generator: the pictures that networks are examined with. FROZEN on 2026-11-20; never tune it.

    batch(sprites, photos, kind, index) -> pictures [64, 3, 96, 96] in [0, 1], labels [64]

It was written before the long training and shares no code with what makes training pictures (`scenes`, `backdrops`), so
that improving those cannot move the examination. Every picture has one right answer: the thing (or the texture) that
fills most of it. What else may be seen is smaller than a third of the frame.

`kind` is an art style of `sprites.STYLES` or "textures"; labels count emoji first, then textures. Seeds are fixed: the
same index is the same batch on every machine, up to rounding. test_judge_pictures.py holds its sums.
"""

from collections.abc import Sequence
from typing import Final

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from engine.training.emoji_sprites import STYLES, Sprites
from engine.training.textures import TEXTURES

SIDE: Final = 96
BATCH: Final = 64
KINDS: Final = (*STYLES, "textures")
_SEED: Final = 20_261_120
_GREY: Final = (0.299, 0.587, 0.114)


def between(n: int, low: float, high: float, generator: Generator) -> Tensor:
    """n numbers in [low, high)."""
    return low + (high - low) * torch.rand(n, generator=generator)


def sometimes(n: int, share: float, generator: Generator) -> Tensor:
    """n truths, of which about `share` hold."""
    return torch.lt(between(n, 0, 1, generator), share)


def photographs(n: int, photos: Sequence[Tensor], generator: Generator) -> Tensor:
    """Square cuttings of at least a third of a photograph ([3, h, w] uint8): [n, 3, SIDE, SIDE]."""
    found = []
    for _ in range(n):
        photo = photos[int(torch.randint(len(photos), (), generator=generator))]
        shorter = min(photo.shape[1:])
        side = int(torch.randint(shorter // 3, shorter + 1, (), generator=generator))
        top = int(torch.randint(photo.shape[1] - side + 1, (), generator=generator))
        left = int(torch.randint(photo.shape[2] - side + 1, (), generator=generator))
        cut = photo[None, :, top : top + side, left : left + side].float() / 255
        found.append(F.interpolate(cut, (SIDE, SIDE), mode="bilinear", antialias=True))
    return torch.cat(found)


def clouds(n: int, generator: Generator) -> Tensor:
    """Coloured noise of spectrum 1/f^1.25: [n, 3, SIDE, SIDE]."""
    frequency = torch.hypot(torch.fft.fftfreq(SIDE)[:, None], torch.fft.rfftfreq(SIDE)[None])
    frequency[0, 0] = 1 / SIDE
    spectrum = torch.view_as_complex(torch.randn(n, 3, SIDE, SIDE // 2 + 1, 2, generator=generator))
    x: Tensor = torch.fft.irfft2(spectrum / frequency**1.25, s=(SIDE, SIDE))
    x = x / x.std((1, 2, 3), keepdim=True)
    return (torch.rand(n, 3, 1, 1, generator=generator) + 0.15 * x).clamp(0, 1)


def dead_leaves(n: int, generator: Generator) -> Tensor:
    """Eighty discs, each over the last (Lee, Mumford & Huang 2001): [n, 3, SIDE, SIDE]."""
    axis = torch.linspace(0, 1, SIDE)
    x = torch.rand(n, 3, 1, 1, generator=generator).expand(-1, -1, SIDE, SIDE)
    for disc in range(80):
        radius = 0.35 * (1 - disc / 80) + 0.03
        at = torch.rand(n, 2, 1, 1, generator=generator)
        inside = (axis[None, :, None] - at[:, 0]).square() + (axis - at[:, 1]).square() < radius**2
        x = torch.where(inside[:, None], torch.rand(n, 3, 1, 1, generator=generator), x)
    return x


def ground(n: int, photos: Sequence[Tensor], generator: Generator) -> Tensor:
    """What stands behind: photographs, clouds or dead leaves, 45 : 30 : 25 (none given: no photographs)."""
    draw = torch.rand(n, generator=generator)
    x = dead_leaves(n, generator)
    cloudy = (draw >= 0.45) & (draw < 0.75)
    x[cloudy] = clouds(int(cloudy.sum()), generator)
    photographed = draw < 0.45
    if len(photos) and photographed.any():
        x[photographed] = photographs(int(photographed.sum()), photos, generator)
    return x


def place(art: Tensor, small: float, large: float, generator: Generator) -> Tensor:
    """RGBA art, straight alpha, uint8 -> laid somewhere into the frame, premultiplied: [n, 4, SIDE, SIDE] in [0, 1].

    Size is a share of the frame in [small, large]; turned up to 0.5 rad (one in ten by any angle), half mirrored,
    sheared by up to 0.2, narrowed or widened by up to a fifth, and gently bent.
    """
    n = len(art)
    turn = torch.where(sometimes(n, 0.1, generator), between(n, 0, 6.2832, generator), between(n, -0.5, 0.5, generator))
    mirror = torch.where(sometimes(n, 0.5, generator), -1.0, 1.0)
    size, shear = between(n, small, large, generator), between(n, -0.2, 0.2, generator)
    narrow, free = torch.exp(between(n, -0.2, 0.2, generator)), (1 - size).clamp(min=0.1)
    shift = torch.stack([between(n, -1, 1, generator) * free, between(n, -1, 1, generator) * free], 1)
    c, s = torch.cos(turn), torch.sin(turn)
    rows = torch.stack([c * mirror * narrow, (shear - s) * narrow, s * mirror, c], 1).view(n, 2, 2)
    linear = rows / size.view(n, 1, 1)
    maps = torch.cat([linear, -(linear @ shift[..., None])], 2)
    bent = torch.randn(n, 2, 4, 4, generator=generator) * between(n, 0, 0.06, generator).view(n, 1, 1, 1)
    bent = F.interpolate(bent, (SIDE, SIDE), mode="bicubic", align_corners=False).permute(0, 2, 3, 1)
    alpha = art[:, 3:].float() / 255
    straight = torch.cat([art[:, :3].float() / 255 * alpha, alpha], 1)
    # Twice as many samples per side, then averaged: small art keeps no jagged edges.
    fine = F.affine_grid(maps, [n, 1, 2 * SIDE, 2 * SIDE], align_corners=False)
    fine = fine + F.interpolate(bent.permute(0, 3, 1, 2), scale_factor=2, mode="bilinear").permute(0, 2, 3, 1)
    return F.avg_pool2d(F.grid_sample(straight, fine, align_corners=False), 2)


def over(under: Tensor, cover: Tensor) -> Tensor:
    """Premultiplied RGBA over RGB."""
    return under * (1 - cover[:, 3:]) + cover[:, :3]


def camera(x: Tensor, generator: Generator) -> Tensor:
    """Contrast 0.75-1.25, light +-0.1, grain up to 0.04; one in twelve grey, one in seven slightly blurred."""
    n = len(x)
    x = (x - 0.5) * between(n, 0.75, 1.25, generator).view(n, 1, 1, 1) + 0.5
    x = x + between(n, -0.1, 0.1, generator).view(n, 1, 1, 1)
    grey = (x * torch.tensor(_GREY).view(1, 3, 1, 1)).sum(1, keepdim=True).expand_as(x)
    x = torch.where(sometimes(n, 1 / 12, generator).view(n, 1, 1, 1), grey, x)
    soft = F.avg_pool2d(x, 3, 1, 1, count_include_pad=False)
    x = torch.where(sometimes(n, 1 / 7, generator).view(n, 1, 1, 1), soft, x)
    grain = torch.randn(x.shape, generator=generator) * between(n, 0, 0.04, generator).view(n, 1, 1, 1)
    return (x + grain).clamp(0, 1)


@torch.no_grad()
def batch(sprites: Sprites, photos: Sequence[Tensor], kind: str, index: int) -> tuple[Tensor, Tensor]:
    """Examination batch `index` (0, 1, ...) of a kind: pictures [64, 3, 96, 96] in [0, 1] and labels [64]."""
    generator = Generator().manual_seed(_SEED + 1_000_003 * KINDS.index(kind) + 7919 * index)
    emoji = len(sprites.labels)
    if kind == "textures":
        which = torch.randint(len(TEXTURES), (BATCH,), generator=generator)
        x = torch.empty(BATCH, 3, SIDE, SIDE)
        for number, texture in enumerate(TEXTURES.values()):
            if count := int((which == number).sum()):
                x[which == number] = texture.draw(count, SIDE, generator)
        labels = which + emoji
    else:
        labels = torch.randint(emoji, (BATCH,), generator=generator)
        x = ground(BATCH, photos, generator)
        behind = sometimes(BATCH, 0.3, generator)
        other = sprites.art[kind][torch.randint(emoji, (int(behind.sum()),), generator=generator)]
        x[behind] = over(x[behind], place(other, 0.15, 0.33, generator))
        x = over(x, place(sprites.art[kind][labels], 0.5, 1.1, generator))
        before = sometimes(BATCH, 0.15, generator)
        other = sprites.art[kind][torch.randint(emoji, (int(before.sum()),), generator=generator)]
        x[before] = over(x[before], place(other, 0.15, 0.3, generator))
    return camera(x, generator), labels
