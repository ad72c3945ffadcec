"""Detail as rich as it was: `(picture, energies of a reference) => picture`, band by band of a Laplacian pyramid.

What is magnified again and again has ever larger shapes and ever less detail. Burt and Adelson 1983, "The Laplacian
Pyramid as a Compact Image Code"; energies of bands as Heeger and Bergen 1995, "Pyramid-based Texture Analysis".
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor
from torch.nn.functional import interpolate

SMALLEST = 12
"""Pixels of the short side below which no further band is split off."""
SHARE = 0.8
"""How far a band's energy is moved at once."""
GAINS = (0.85, 1.2)
"""How much weaker or stronger a band becomes at most."""
FLOOR = 1e-4


def band_energies(picture: Tensor) -> list[float]:
    """The root mean square of each band of a picture [3, h, w], the finest first; of the last, its spread."""
    *bands, base = _split(picture)
    return [*(float(band.square().mean().sqrt()) for band in bands), float(base.std())]


def match_bands(picture: Tensor, wanted: Sequence[float]) -> Tensor:
    """A picture [3, h, w] in [0, 1] whose bands are moved towards those energies, kept in [0, 1]."""
    *bands, base = _split(picture)
    *fine, coarse = wanted
    middle = base.mean((1, 2), keepdim=True)
    matched = middle + _gain(float(base.std()), coarse) * (base - middle)
    for band, energy in zip(reversed(bands), reversed(fine), strict=True):
        matched = _enlarge(matched, band) + _gain(float(band.square().mean().sqrt()), energy) * band
    return matched.clamp(0, 1)


def _gain(found: float, wanted: float) -> float:
    gain: float = ((wanted + FLOOR) / (found + FLOOR)) ** SHARE
    return min(max(gain, GAINS[0]), GAINS[1])


def _split(picture: Tensor) -> list[Tensor]:
    """What each size adds to the next smaller one, and the smallest."""
    bands: list[Tensor] = []
    while min(picture.shape[1:]) >= 2 * SMALLEST:
        size = (picture.shape[1] // 2, picture.shape[2] // 2)
        small = interpolate(picture[None], size, mode="bilinear", antialias=True)[0]
        bands.append(picture - _enlarge(small, picture))
        picture = small
    return [*bands, picture]


def _enlarge(small: Tensor, like: Tensor) -> Tensor:
    found: Tensor = interpolate(small[None], like.shape[1:], mode="bilinear", align_corners=False)[0]
    return found


def limit_bands(change: Tensor, most: Sequence[float]) -> Tensor:
    """What is added to a picture, [3, h, w], no band of it stronger than those energies."""
    *bands, base = _split(change)
    *fine, coarse = most
    limited = min(1.0, (coarse + FLOOR) / (float(base.std()) + FLOOR)) * base
    for band, energy in zip(reversed(bands), reversed(fine), strict=True):
        share = min(1.0, (energy + FLOOR) / (float(band.square().mean().sqrt()) + FLOOR))
        limited = _enlarge(limited, band) + share * band
    return limited
