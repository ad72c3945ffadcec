"""Sprites on backdrops: an endless stream of labelled pictures.

    Scenes(sprites, photos, seed).batch(step, n, side) -> pictures [n, 3, side, side] in [0, 1], labels [n]

Every number that is drawn comes from (seed, step): the same step gives the same batch, whatever ran before, and a run
that is taken up again sees what the uninterrupted one would have seen. Banks of backdrops change every CHAPTER steps.
On a GPU the art and the banks lie there and pixels are composed there; only the few numbers per picture are drawn here.
"""

from collections.abc import Sequence
from typing import Final

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from engine.training import backdrops
from engine.training.classes import FACES
from engine.training.emoji_sprites import TRAINED_STYLES, Sprites
from engine.training.textures import TEXTURES, uniform

CHAPTER: Final = 4000
STYLE_WEIGHTS: Final = {"noto": 0.4, "fluent": 0.35, "flat": 0.25}
"""How often each style is drawn; a style without a weight counts 1."""
_LUMA: Final = (0.299, 0.587, 0.114)


def affine(n: int, small: float, large: float, generator: Generator) -> tuple[Tensor, Tensor]:
    """Random 2x3 maps from frame to sprite (turn, size, aspect, shear, mirror, shift), and the scales drawn."""

    def draw(low: float, high: float) -> Tensor:
        return uniform(n, low, high, generator).view(n)

    turn = torch.where(draw(0, 1) < 0.12, draw(0, 6.28), draw(-0.6, 0.6))
    scale, shear = draw(small, large), draw(-0.2, 0.2)
    mirror = torch.where(draw(0, 1) < 0.5, 1.0, -1.0)
    room = (1.05 - scale).clamp(0.1)
    shift = torch.stack([draw(-1, 1) * room, draw(-1, 1) * room], 1)
    c, s = torch.cos(turn), torch.sin(turn)
    linear = torch.stack([torch.stack([c * mirror, -s + shear], 1), torch.stack([s * mirror, c], 1)], 1)
    linear = linear / scale.view(-1, 1, 1)
    linear = linear * torch.stack([torch.exp(draw(-0.2, 0.2)), torch.ones(n)], 1)[..., None]
    return torch.cat([linear, -(linear @ shift[..., None])], 2), scale


def bend(n: int, side: int, generator: Generator, strength: float) -> Tensor:
    """A smooth displacement of every pixel, [n, side, side, 2] in units of half the frame."""
    coarse = torch.randn(n, 2, 4, 4, generator=generator) * strength * uniform(n, 0, 1, generator)[:, None]
    return F.interpolate(coarse, (side, side), mode="bicubic", align_corners=False).permute(0, 2, 3, 1)


def sample(
    pictures: Tensor, maps: Tensor, side: int, displacement: Tensor | float = 0.0, outside: str = "zeros"
) -> Tensor:
    """Resample uint8 pictures through affine maps: [n, c, s, s] -> [n, c, side, side] in [0, 1]."""
    grid = F.affine_grid(maps, [len(pictures), 1, side, side], align_corners=False) + displacement
    grid = grid.to(pictures.device)
    return F.grid_sample(pictures.float() / 255, grid, padding_mode=outside, align_corners=False)


def premultiply(art: Tensor) -> Tensor:
    """Straight alpha -> premultiplied, uint8: resampling then leaves no dark rims."""
    opacity = art[:, 3:].float() / 255
    return torch.cat([(art[:, :3] * opacity).round().byte(), art[:, 3:]], 1)


def turn_hue(x: Tensor, angle: Tensor) -> Tensor:
    """Rotate the hues of each picture by its angle (radians, [n]); premultiplied colours stay premultiplied."""
    grey = torch.tensor([_LUMA] * 3)
    # The usual matrices of a hue rotation that keeps luma (feColorMatrix hueRotate, SVG 1.1).
    cos = torch.tensor([[0.701, -0.587, -0.114], [-0.299, 0.413, -0.114], [-0.3, -0.588, 0.886]])
    sin = torch.tensor([[0.168, 0.330, -0.497], [-0.328, 0.035, 0.292], [1.25, -1.05, -0.203]])
    angle = angle.view(-1, 1, 1)
    turned = (grey + torch.cos(angle) * cos + torch.sin(angle) * sin).to(x.device) @ x.flatten(2)
    return turned.view_as(x)


def flatten(colour: Tensor, alpha: Tensor, generator: Generator) -> Tensor:
    """A painter who shades less: three in ten of the premultiplied colours [n, 3, h, w] keep 3 to 6 tones a channel."""
    n, device = len(colour), colour.device
    steps = torch.randint(2, 6, (n, 1, 1, 1), generator=generator).to(device)
    flat = (torch.rand(n, 1, 1, 1, generator=generator) < 0.3).to(device)
    toned = (colour / alpha.clamp(min=1 / 255) * steps).round() / steps
    return torch.where(flat, toned * alpha, colour)


def recolour(cover: Tensor, generator: Generator) -> Tensor:
    """Another painter's colours for premultiplied sprites [n, 4, h, w]: mostly a nuance, one in forty any hue at all.

    Strong rotation of whole pictures destroyed the colours of dreams. One thing in eight of any hue was still too much:
    a network that expects it dreams grey strawberries.
    """
    n = len(cover)
    nuance, any_hue = torch.randn(n, generator=generator) * 0.1, uniform(n, -3.14, 3.14, generator).view(n)
    angle = torch.where(torch.rand(n, generator=generator) < 1 / 40, any_hue, nuance)
    gain = (0.85 + 0.3 * torch.rand(n, 3, 1, 1, generator=generator)).to(cover.device)
    alpha = cover[:, 3:]
    colour = (turn_hue(cover[:, :3], angle) * gain).clamp(min=0)
    return torch.cat([torch.minimum(flatten(colour, alpha, generator), alpha), alpha], 1)


def weather(x: Tensor, generator: Generator) -> Tensor:
    """What a camera does: hue, contrast, brightness, noise; one in thirty grey, one in eight blurred; in [0, 1]."""
    n, device = len(x), x.device

    def chance(p: float) -> Tensor:
        return (uniform(n, 0, 1, generator)[:, None] < p).to(device)

    x = turn_hue(x, torch.randn(n, generator=generator) * 0.12)
    contrast, light = uniform(n, 0.75, 1.25, generator)[:, None], uniform(n, -0.1, 0.1, generator)[:, None]
    x = (x - 0.5) * contrast.to(device) + 0.5 + light.to(device)
    grey = (x * torch.tensor(_LUMA, device=device).view(1, 3, 1, 1)).sum(1, keepdim=True)
    x = torch.where(chance(0.03), grey, x)
    blurred = chance(0.12).view(n)
    x[blurred] = F.avg_pool2d(x[blurred], 3, 1, 1, count_include_pad=False)
    amount = uniform(n, 0, 0.05, generator)[:, None].to(device)
    if device.type == "cpu":
        grain = torch.randn(x.shape, generator=generator)
    else:
        # The one draw as large as the pictures: made where they are.
        there = Generator(device).manual_seed(int(torch.randint(2**31, (), generator=generator)))
        grain = torch.randn(x.shape, generator=there, device=device)
    return (x + grain * amount).clamp(0, 1)


class Scenes:
    """Composes batches; holds the art and the banks of the current chapter (about 250 MB)."""

    def __init__(
        self,
        sprites: Sprites,
        photos: Sequence[Tensor],
        seed: int,
        bank: int = 1600,
        each_texture: int = 40,
        device: str = "cpu",
    ) -> None:
        self.labels = [*sprites.labels, *TEXTURES]
        self.emoji = len(sprites.labels)
        self.seed, self.photos, self.bank, self.each_texture = seed, photos, bank, each_texture
        self.device = torch.device(device)
        self.art = {style: premultiply(art).to(device) for style, art in sprites.art.items()}
        # Half-size copies for small sprites: sampling the large ones would skip pixels.
        self.small = {style: F.avg_pool2d(art.float(), 2).round().byte() for style, art in self.art.items()}
        self.weights = torch.tensor([0.5 if label in FACES else 1.0 for label in self.labels])
        self.chapter = -1
        self.textures = self.backdrops = torch.zeros(0)

    def generator(self, step: int) -> Generator:
        """The one source of chance of a step; negative steps are for evaluation."""
        return Generator().manual_seed(self.seed * 1_000_003 + step + 500_000_000)

    def open_chapter(self, chapter: int) -> None:
        """Make the banks of a chapter, unless they are open already."""
        if chapter == self.chapter:
            return
        generator = Generator().manual_seed(self.seed * 1_000_003 + 900_000_000 + chapter)
        textures = backdrops.texture_bank(self.each_texture, generator)
        self.backdrops = backdrops.backdrop_bank(self.bank, self.photos, textures, generator).to(self.device)
        self.textures = textures.to(self.device)
        crowded = torch.rand(self.bank, generator=generator)
        self.crowd(crowded < 0.2, 1.2, 2.4, generator)  # one huge thing, of which only a part is seen
        self.crowd(crowded > 0.6, 0.15, 0.4, generator)  # something small that is not the answer
        self.chapter = chapter

    def crowd(self, where: Tensor, small: float, large: float, generator: Generator) -> None:
        """Paint a random sprite onto each chosen picture of the bank."""
        where = where.to(self.device)
        under = self.backdrops[where].float() / 255
        labels = torch.randint(self.emoji, (len(under),), generator=generator)
        self.backdrops[where] = backdrops.to_bytes(self.lay(under, labels, small, large, TRAINED_STYLES, generator))

    def lay(
        self,
        under: Tensor,
        labels: Tensor,
        small: float,
        large: float,
        styles: Sequence[str],
        generator: Generator,
        grain: Tensor | None = None,
    ) -> Tensor:
        """Paint one sprite over each picture; `grain` [n, 1, side, side] about 1 gives its surface some material."""
        n, side = len(under), under.shape[-1]
        if n == 0:
            return under
        maps, scale = affine(n, small, large, generator)
        curve = bend(n, side, generator, 0.08)
        weights = torch.tensor([STYLE_WEIGHTS.get(name, 1.0) for name in styles])
        style = torch.multinomial(weights, n, replacement=True, generator=generator)
        tiny = scale * side < 64
        cover = torch.empty(n, 4, side, side, device=self.device)
        for index, name in enumerate(styles):
            for source, fits in ((self.small[name], tiny), (self.art[name], ~tiny)):
                chosen = (style == index) & fits
                if chosen.any():
                    pictures = source[labels[chosen].to(self.device)]
                    cover[chosen.to(self.device)] = sample(pictures, maps[chosen], side, curve[chosen])
        cover = recolour(cover, generator)
        paint = cover[:, :3] if grain is None else (cover[:, :3] * grain)
        return under * (1 - cover[:, 3:]) + paint

    def ground(self, labels: Tensor, side: int, generator: Generator) -> Tensor:
        """The picture below the sprite: a backdrop or, for the texture classes, the texture itself."""
        n = len(labels)
        pictures = self.backdrops[torch.randint(self.bank, (n,), generator=generator).to(self.device)]
        textured = labels >= self.emoji
        which = torch.randint(self.each_texture, (n,), generator=generator)[textured].to(self.device)
        kind = (labels[textured] - self.emoji).to(self.device)
        pictures[textured.to(self.device)] = self.textures[kind, which]
        zoom, mirror = uniform(n, 0.5, 1.0, generator).view(n), torch.rand(n, generator=generator) < 0.5
        place = (torch.rand(n, 2, generator=generator) * 2 - 1) * (1 - zoom[:, None])
        maps = torch.zeros(n, 2, 3)
        maps[:, 0, 0], maps[:, 1, 1], maps[:, :, 2] = torch.where(mirror, -zoom, zoom), zoom, place
        return sample(pictures, maps, side, outside="reflection")

    def batch(
        self, step: int, n: int, side: int, styles: Sequence[str] = TRAINED_STYLES, labels: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Pictures [n, 3, side, side] in [0, 1] and labels [n]; labels are drawn unless given."""
        # Evaluation looks at whatever chapter is open: it must not cost new banks.
        self.open_chapter(step // CHAPTER if step >= 0 else max(0, self.chapter))
        generator = self.generator(step)
        if labels is None:
            labels = torch.multinomial(self.weights, n, replacement=True, generator=generator)
        x = self.ground(labels, side, generator)
        thing = labels < self.emoji
        material = self.backdrops[torch.randint(self.bank, (n,), generator=generator).to(self.device), :1].float() / 255
        material = F.interpolate(material, (side, side), mode="bilinear")
        strength = uniform(n, -0.8, 0.9, generator).clamp(min=0)[:, None].to(self.device)
        grain, on = 1 + (material - 0.5) * strength, thing.to(self.device)
        x[on] = self.lay(x[on], labels[thing], 0.4, 1.15, styles, generator, grain[on])
        hidden = torch.rand(n, generator=generator) < 0.2
        others = torch.randint(self.emoji, (int(hidden.sum()),), generator=generator)
        on = hidden.to(self.device)
        x[on] = self.lay(x[on], others, 0.15, 0.35, styles, generator)
        return weather(x, generator), labels
