"""What the gallery's pictures are painted with: `(coordinates, seed) => planes [h, w]`, `(planes, colours) => picture`.

A picture is [h, w, 3] in [0, 1], float32. Its coordinates run from 0 to 4 across and from 0 to 3 down, so that a scene
is the same at every size. Chance comes from seeds only: the same picture every time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.floating[Any]]
"""[h, w], one value per pixel, or a picture [h, w, 3]."""
Colour = tuple[float, float, float]
"""Red, green and blue in [0, 1]."""
ACROSS, DOWN = 4.0, 3.0


@dataclass(frozen=True)
class Sheet:
    """Where the pixels lie: their coordinates, and a pixel's side in the same unit."""

    x: Plane
    y: Plane
    pixel: float

    @classmethod
    def of(cls, width: int) -> Sheet:
        """A 4:3 sheet, `width` pixels wide."""
        pixel = ACROSS / width
        columns = (np.arange(width, dtype=np.float32) + 0.5) * pixel
        rows = (np.arange(round(width * DOWN / ACROSS), dtype=np.float32) + 0.5) * pixel
        x, y = np.meshgrid(columns, rows)
        return cls(x, y, pixel)

    def cover(self, distance: Plane) -> Plane:
        """How much of each pixel lies inside a shape, by the signed distance to its edge (negative inside)."""
        inside: Plane = np.clip(0.5 - distance / self.pixel, 0, 1)
        return inside


def smooth(low: float, high: float, value: Plane) -> Plane:
    """0 below `low`, 1 above `high`, and a soft step between; the other way round if `low` is above `high`."""
    part = np.clip((value - low) / (high - low), 0, 1)
    step: Plane = part * part * (3 - 2 * part)
    return step


def mix(under: Plane, over: Plane | Colour, share: Plane | float) -> Plane:
    """A picture [h, w, 3] with another, or a colour, laid over it; `share` is [h, w] in [0, 1], or one number."""
    part = np.asarray(share, np.float32)
    part = part[..., None] if part.ndim else part
    return under + (np.asarray(over, np.float32) - under) * part


def ramp(value: Plane, stops: tuple[tuple[float, Colour], ...]) -> Plane:
    """The colours [..., 3] of values, between stops (value, colour) in rising order."""
    at = [stop for stop, _ in stops]
    bands = [np.interp(value, at, [colour[band] for _, colour in stops]) for band in range(3)]
    return np.stack(bands, -1).astype(np.float32)


def noise(x: Plane, y: Plane, seed: int) -> Plane:
    """Gradient noise in about [-1, 1], a new value at every unit of the coordinates. Perlin 1985, 2002 (the fade)."""
    turn = np.random.default_rng(seed).random(256 * 256, np.float32) * np.float32(2 * np.pi)
    east, south = np.cos(turn), np.sin(turn)
    left, top = np.floor(x), np.floor(y)
    u, v = x - left, y - top
    column, row = left.astype(np.int32), top.astype(np.int32)

    def corner(right: int, below: int) -> Plane:
        at = ((row + below) & 255) * 256 + ((column + right) & 255)
        rise: Plane = east.take(at) * (u - right) + south.take(at) * (v - below)
        return rise

    across = u * u * u * (u * (u * 6 - 15) + 10)
    upper = corner(0, 0) * (1 - across) + corner(1, 0) * across
    lower = corner(0, 1) * (1 - across) + corner(1, 1) * across
    return 1.5 * (upper + (lower - upper) * (v * v * v * (v * (v * 6 - 15) + 10)))


def fractal(x: Plane, y: Plane, seed: int, octaves: int = 5, ridged: bool = False) -> Plane:
    """Noise upon noise, each twice as fine and half as strong, in about [-1, 1]; ridged: crests instead of hills, in
    [0, 1] (Musgrave 1993)."""
    total, weight, share = np.zeros_like(x), np.ones_like(x), 0.5
    for octave in range(octaves):
        layer = noise(x * 2**octave + 17.3 * octave, y * 2**octave - 9.1 * octave, seed + octave)
        if ridged:
            layer = np.square(1 - np.abs(layer)) * weight
            weight = np.clip(layer * 1.8, 0, 1)  # crests carry the fine crests, valleys stay smooth
        total = total + share * layer
        share /= 2
    return total


def blur(plane: Plane, radius: float) -> Plane:
    """A plane [h, w], Gaussian with that standard deviation in pixels; edges are mirrored."""
    rim = min(int(3 * radius) + 1, *(side - 1 for side in plane.shape))
    padded = np.pad(plane, rim, mode="reflect")
    rows, columns = np.fft.fftfreq(padded.shape[0])[:, None], np.fft.rfftfreq(padded.shape[1])[None]
    keep = np.exp(-2 * (np.pi * radius) ** 2 * (rows**2 + columns**2))
    soft = np.fft.irfft2(np.fft.rfft2(padded) * keep, s=padded.shape)
    return soft[rim:-rim, rim:-rim].astype(np.float32)


def finish(picture: Plane, seed: int, grain: float = 0.012, vignette: float = 0.12) -> Plane:
    """A picture as a lens would give it back: grain, darker corners, within [0, 1]."""
    height, width = picture.shape[:2]
    speck = np.random.default_rng(seed).normal(0, grain, (height, width, 1)).astype(np.float32)
    rows, columns = np.linspace(-1, 1, height)[:, None], np.linspace(-1, 1, width)[None]
    dark = 1 - vignette * np.square((rows**2 + columns**2) / 2)
    taken: Plane = np.clip(picture * dark[..., None].astype(np.float32) + speck, 0, 1)
    return taken
