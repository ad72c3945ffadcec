"""What stands behind the sprites: photographs, 1/f noise, dead leaves, textures; kept as a bank of uint8 pictures.

    (bank, generator) -> Tensor [n, 3, SIDE, SIDE] uint8

Making a picture costs far more than cropping one, so a bank is made once per chapter of training and cropped, mirrored
and recoloured anew at every step.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from engine.training.textures import TEXTURES, noise

SIDE: Final = 128


def photographs() -> list[Tensor]:
    """The free photographs that come with scikit-image, [3, h, w] uint8 each; needs the `training` extra."""
    import skimage.data

    makers: tuple[Callable[[], Any], ...] = (
        skimage.data.astronaut,
        skimage.data.brick,
        skimage.data.cat,
        skimage.data.coffee,
        skimage.data.coins,
        skimage.data.grass,
        skimage.data.gravel,
        skimage.data.hubble_deep_field,
        skimage.data.immunohistochemistry,
        skimage.data.moon,
        skimage.data.retina,
        skimage.data.rocket,
        skimage.data.stereo_motorcycle,
    )
    found = []
    for make in makers:
        pixels = make()
        # The motorcycle comes as a pair with its disparity: the left picture is enough.
        picture = torch.from_numpy((pixels[0] if isinstance(pixels, tuple) else pixels).copy())
        picture = picture[..., None].expand(-1, -1, 3) if picture.ndim == 2 else picture[..., :3]
        picture = picture.permute(2, 0, 1)
        # Nothing above 640 pixels: a crop of a huge picture is only blur.
        shrink = min(1.0, 640 / max(picture.shape[1:]))
        size = (int(picture.shape[1] * shrink), int(picture.shape[2] * shrink))
        found.append(F.interpolate(picture[None].float(), size, mode="area")[0].byte())
    return found


def crops(n: int, photos: Sequence[Tensor], generator: Generator) -> Tensor:
    """Square cuttings of photographs at all scales: [n, 3, SIDE, SIDE] in [0, 1]."""
    found = []
    for _ in range(n):
        photo = photos[int(torch.randint(len(photos), (), generator=generator))]
        largest = min(photo.shape[1:])
        side = int(torch.randint(min(96, largest // 2), largest + 1, (), generator=generator))
        top = int(torch.randint(photo.shape[1] - side + 1, (), generator=generator))
        left = int(torch.randint(photo.shape[2] - side + 1, (), generator=generator))
        cut = photo[None, :, top : top + side, left : left + side].float()
        found.append(F.interpolate(cut, (SIDE, SIDE), mode="bilinear", antialias=True))
    return torch.cat(found) / 255 if found else torch.zeros(0, 3, SIDE, SIDE)


def clouds(n: int, generator: Generator) -> Tensor:
    """Noise of spectrum 1/f^a, a in 0.8..1.7, with correlated colours: [n, 3, SIDE, SIDE] in [0, 1]."""
    frequency = torch.hypot(torch.fft.fftfreq(SIDE)[:, None], torch.fft.rfftfreq(SIDE)[None])
    frequency[0, 0] = 1 / SIDE
    spectrum = torch.randn(n, 3, SIDE, SIDE // 2 + 1, 2, generator=generator)
    slope = 0.8 + 0.9 * torch.rand(n, 1, 1, 1, generator=generator)
    x = torch.fft.irfft2(torch.view_as_complex(spectrum) / frequency**slope, s=(SIDE, SIDE))
    x = x / x.std((2, 3), keepdim=True)
    mix = torch.randn(n, 3, 3, generator=generator) * 0.5 + torch.eye(3)
    strength = 0.3 * torch.rand(n, 1, 1, 1, generator=generator)
    return (torch.einsum("nij,njhw->nihw", mix, x) * strength + torch.rand(n, 3, 1, 1, generator=generator)).clamp(0, 1)


def dead_leaves(n: int, generator: Generator, discs: int = 120) -> Tensor:
    """Discs of all sizes, each over the last (Lee, Mumford & Huang 2001): [n, 3, SIDE, SIDE] in [0, 1]."""
    axis = torch.linspace(0, 1, SIDE)
    picture = torch.rand(n, 3, 1, 1, generator=generator).expand(-1, -1, SIDE, SIDE)
    palette = torch.rand(n, 6, 3, generator=generator)
    for k in range(discs):
        radius = 0.45 * (1 - k / discs) ** 2 + 0.03
        at = torch.rand(n, 2, 1, 1, generator=generator)
        pick = torch.randint(6, (n,), generator=generator)
        colour = palette[torch.arange(n), pick] + 0.1 * torch.randn(n, 3, generator=generator)
        on = (axis[None, :, None] - at[:, 0]) ** 2 + (axis[None, None, :] - at[:, 1]) ** 2 < radius**2
        picture = torch.where(on[:, None], colour[..., None, None], picture)
    shade = 1 + 0.3 * noise(n, SIDE, generator, 4, 3)[:, None]
    return (picture * shade).clamp(0, 1)


def to_bytes(x: Tensor) -> Tensor:
    """[0, 1] -> uint8."""
    return (x * 255).round().byte()


def texture_bank(each: int, generator: Generator) -> Tensor:
    """`each` pictures of every texture, [textures, each, 3, SIDE, SIDE] uint8."""
    return torch.stack([to_bytes(texture.draw(each, SIDE, generator)) for texture in TEXTURES.values()])


def backdrop_bank(n: int, photos: Sequence[Tensor], textures: Tensor, generator: Generator) -> Tensor:
    """A bank of n pictures: about 4 in 10 photographs, 3 noise, 2 leaves, 1 texture; shuffled; uint8."""
    photo, cloud, leaf = n * 4 // 10 if len(photos) else 0, n * 3 // 10, n * 2 // 10
    rest = n - photo - cloud - leaf
    kind, which = (torch.randint(count, (rest,), generator=generator) for count in textures.shape[:2])
    parts = [
        to_bytes(crops(photo, photos, generator)),
        to_bytes(clouds(cloud, generator)),
        to_bytes(dead_leaves(leaf, generator)),
        textures[kind, which],
    ]
    return torch.cat(parts)[torch.randperm(n, generator=generator)]
