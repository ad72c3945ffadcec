"""Procedural textures: the classes that no emoji shows, and what gives the middle layers fur, brick and feathers.

    (n, side, generator) -> [n, 3, side, side] in [0, 1]

A pattern draws two planes: `tone` (0 dark .. 1 light) and `tint` (0 one colour .. 1 another). Colours are put on
afterwards, from the texture's own palette or from a random one, so that shape and not colour is what tells them apart.

Longer than most files: each texture is a function, and they share their brushes.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

Planes = tuple[Tensor, Tensor]
"""tone and tint, each [n, side, side], about [0, 1]."""
Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Field:
    """Where a pattern is drawn: coordinates in cells, turned, scaled and warped at random, [n, side, side] each."""

    u: Tensor
    v: Tensor
    generator: Generator

    def cell(self, salt: float = 0.0) -> Tensor:
        """One random number in [0, 1) for each unit cell."""
        return scatter(self.u.floor(), self.v.floor(), salt)

    def inside(self) -> Planes:
        """Position within the unit cell, [-0.5, 0.5)."""
        return self.u - self.u.floor() - 0.5, self.v - self.v.floor() - 0.5

    def noise(self, cells: int, octaves: int = 1) -> Tensor:
        """Smooth noise on the same grid, about [-1, 1]."""
        return noise(len(self.u), self.u.shape[-1], self.generator, cells, octaves)


def uniform(n: int, low: float, high: float, generator: Generator) -> Tensor:
    """[n, 1, 1] numbers in [low, high)."""
    return low + (high - low) * torch.rand(n, 1, 1, generator=generator)


def scatter(i: Tensor, j: Tensor, salt: float = 0.0) -> Tensor:
    """Pseudo-random number in [0, 1) of a pair of whole numbers: the shader writers' fract(sin(dot)) hash."""
    return torch.frac(torch.sin(i * 127.1 + j * 311.7 + salt * 74.7) * 43758.5453).abs()


def noise(n: int, side: int, generator: Generator, cells: int, octaves: int = 1) -> Tensor:
    """Value noise: random grids enlarged and summed, each octave twice as fine and half as strong; [n, side, side]."""
    total, weight = torch.zeros(n, side, side), 1.0
    for octave in range(octaves):
        count = min(cells * 2**octave, side)
        grid = torch.rand(n, 1, count + 2, count + 2, generator=generator) * 2 - 1
        total = total + weight * F.interpolate(grid, (side, side), mode="bicubic", align_corners=False)[:, 0]
        weight /= 2
    return total


def field(n: int, side: int, generator: Generator, cells: tuple[float, float] = (3, 8), turn: float = 0.4) -> Field:
    """Random coordinates: `cells` is how many unit cells cross the picture, `turn` the largest rotation in radians."""
    axis = torch.linspace(-0.5, 0.5, side)
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    warp = uniform(n, 0, 0.12 if turn > 0.2 else 0.04, generator)  # what people build stays nearly straight
    x = x + warp * noise(n, side, generator, 3)
    y = y + warp * noise(n, side, generator, 3)
    angle, scale = uniform(n, -turn, turn, generator), uniform(n, *cells, generator)
    aspect = torch.exp(uniform(n, -0.25, 0.25, generator))
    u = (torch.cos(angle) * x - torch.sin(angle) * y) * scale * aspect + uniform(n, 10, 20, generator)
    v = (torch.sin(angle) * x + torch.cos(angle) * y) * scale / aspect + uniform(n, 10, 20, generator)
    return Field(u, v, generator)


def step(x: Tensor, edge: float | Tensor = 0.0, width: float = 0.06) -> Tensor:
    """0 below the edge, 1 above it, smooth between."""
    return torch.sigmoid((x - edge) / (width / 4))


def polar(f: Field) -> Planes:
    """Distance to the middle of the cell and angle around it, (-pi, pi]."""
    x, y = f.inside()
    return torch.hypot(x, y), torch.atan2(y, x)


def voronoi(f: Field, jitter: float = 0.8) -> tuple[Tensor, Tensor, Tensor]:
    """Distance to the nearest and second nearest of one random point per cell, and a random number per region."""
    i, j = f.u.floor(), f.v.floor()
    first, second, region = torch.full_like(i, 9.0), torch.full_like(i, 9.0), torch.zeros_like(i)
    for di in (-1, 0, 1):
        for dj in (-1, 0, 1):
            p, q = i + di, j + dj
            x = p + 0.5 + jitter * (scatter(p, q, 1) - 0.5) - f.u
            y = q + 0.5 + jitter * (scatter(p, q, 2) - 0.5) - f.v
            d = torch.hypot(x, y)
            second = torch.minimum(second, torch.maximum(first, d))
            region = torch.where(d < first, scatter(p, q, 3), region)
            first = torch.minimum(first, d)
    return first, second, region


def shingles(f: Field) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Overlapping discs in shifted rows, lower rows on top: distance to the middle (0..1), x, y, random number."""
    r = torch.full_like(f.u, 2.0)
    px, py, tag = torch.zeros_like(r), torch.zeros_like(r), torch.zeros_like(r)
    for back in (-1, 0, 1, 2):  # painted from the back, so that later discs cover earlier ones
        row = (f.v * 2).floor() + back - 1
        shift = torch.remainder(row, 2) * 0.5
        column = (f.u - shift).floor()
        x, y = f.u - shift - column - 0.5, f.v - row / 2
        d = torch.hypot(x, y) / 0.56
        on = d < 1
        r, px, py = torch.where(on, d, r), torch.where(on, x, px), torch.where(on, y, py)
        tag = torch.where(on, scatter(column, row, 4), tag)
    return r, px, py, tag


def smear(grain: Tensor, dx: Tensor, dy: Tensor, reach: float, taps: int = 9) -> Tensor:
    """Line integral convolution, one straight stroke per pixel: grain averaged along (dx, dy); all [n, side, side]."""
    side = grain.shape[-1]
    axis = torch.linspace(-1, 1, side)
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    total = torch.zeros_like(grain)
    for k in range(taps):
        t = reach * (k / (taps - 1) - 0.5)
        at = torch.stack([x + t * dx, y + t * dy], -1)
        total += F.grid_sample(grain[:, None], at, padding_mode="reflection", align_corners=True)[:, 0]
    return total / taps


def strands(n: int, side: int, g: Generator, angle: Tensor, reach: float) -> Tensor:
    """Hair along an angle field [n, side, side]: contrasty streaks, about [0, 1]."""
    grain = F.interpolate(torch.rand(n, 1, side * 3 // 4, side * 3 // 4, generator=g), (side, side), mode="bilinear")
    streak = smear(grain[:, 0], torch.cos(angle), torch.sin(angle), reach)
    return (0.5 + (streak - 0.5) * 3.2).clamp(0, 1)


# Patterns, alphabetically. Each: (n, side, generator) -> tone, tint.


def arches(n: int, side: int, g: Generator) -> Planes:
    """Rows of round-headed openings."""
    f = field(n, side, g, (1.5, 4.5), 0.15)
    x, y = f.inside()
    top = torch.hypot(x, (y + 0.05) * 1.1)
    inside = torch.where(y < -0.05, top, x.abs())
    ring = (torch.cos(torch.atan2(y + 0.05, x) * 16) > 0).float() * ((inside > 0.3) & (inside < 0.4)).float()
    return step(inside, 0.3) * (0.85 - 0.3 * ring) * step(0.47 - y.abs()) + 0.1, f.cell()


def bark(n: int, side: int, g: Generator) -> Planes:
    """Deep upright ridges."""
    f = field(n, side, g, (3, 6), 0.3)
    ridge = torch.sin(2 * math.pi * (f.u * 1.5 + 0.7 * f.noise(5, 2))).abs()
    crack = step(f.noise(9, 2), 0.55, 0.4)
    return (ridge**0.7) * (0.75 + 0.25 * f.noise(24)) * (1 - 0.6 * crack), f.noise(6) * 0.5 + 0.5


def basket(n: int, side: int, g: Generator) -> Planes:
    """Woven bands, over and under."""
    f = field(n, side, g, (4, 9), 0.8)
    x, y = f.inside()
    over = torch.remainder(f.u.floor() + f.v.floor(), 2)
    across = torch.where(over > 0.5, y, x)
    along = torch.where(over > 0.5, x, y)
    return torch.cos(across * math.pi) * (0.55 + 0.45 * torch.cos(along * math.pi)) * step(0.44 - across.abs()), over


def brick(n: int, side: int, g: Generator) -> Planes:
    """A wall in running bond."""
    f = field(n, side, g, (5, 11), 0.2)
    course = f.v.floor()
    x = f.u / 2 + 0.5 * torch.remainder(course, 2)
    dx, dy = (x - x.floor() - 0.5).abs() * 2, (f.v - course - 0.5).abs()
    stone = step(0.46 - torch.maximum(dx - 0.5, dy))
    tag = scatter(x.floor(), course)
    return 1 - stone * (0.35 + 0.35 * tag + 0.15 * f.noise(20)), tag


def bubbles(n: int, side: int, g: Generator) -> Planes:
    """Glassy discs, each with a highlight."""
    f = field(n, side, g, (3, 6), 3.1)
    x, y = f.inside()
    radius = 0.25 + 0.22 * f.cell()
    d = torch.hypot(x, y) / radius
    rim = torch.exp(-(((d - 0.9) / 0.12) ** 2))
    shine = torch.exp(-(((x / radius + 0.35) ** 2 + (y / radius + 0.4) ** 2) / 0.05))
    return (0.25 + 0.2 * step(1 - d) + 0.5 * rim + 0.8 * shine * (d < 1)).clamp(0, 1), f.cell(7)


def camouflage(n: int, side: int, g: Generator) -> Planes:
    """Two overlapping sets of blotches."""
    f = field(n, side, g)
    return step(f.noise(5, 2), 0.1, 0.1) * 0.6 + 0.2, step(f.noise(5, 2), -0.1, 0.1)


def columns(n: int, side: int, g: Generator) -> Planes:
    """Fluted pillars with light from one side."""
    f = field(n, side, g, (2, 5), 0.15)
    x, _ = f.inside()
    body = step(0.36 - x.abs())
    flute = 0.8 + 0.2 * torch.cos(x * 2 * math.pi * 8)
    band = step(0.08 - (f.v / 2 - (f.v / 2).floor() - 0.5).abs())
    return body * (torch.cos(x * 3 - 0.4) * flute * (1 - 0.3 * band)) + 0.08, band


def domes(n: int, side: int, g: Generator) -> Planes:
    """Onion domes in shifted rows."""
    f = field(n, side, g, (2, 4.5), 0.15)
    x = f.u + 0.5 * torch.remainder(f.v.floor(), 2)
    x, y = x - x.floor() - 0.5, f.v - f.v.floor()
    width = 0.42 * torch.sin(math.pi * (y.clamp(0, 1) ** 1.5)).clamp(min=0) ** 0.8 + 0.02
    on = step(width - x.abs())
    rib = 0.75 + 0.25 * torch.cos(x / width * math.pi * 4)
    return on * rib * (0.9 - 0.5 * (x / width + 0.3).clamp(-1, 1) ** 2) + 0.1 * (1 - on), f.cell()


def eyes(n: int, side: int, g: Generator) -> Planes:
    """Rows of lidded eyes."""
    f = field(n, side, g, (1.5, 4), 0.7)
    x, y = f.inside()
    lid = step(0.30 * (1 - (2.2 * x) ** 2) - y.abs(), 0, 0.05)
    look = 0.12 * (f.cell(5) - 0.5)
    d = torch.hypot(x - look, y)
    iris, pupil = step(0.2 - d, 0, 0.03), step(0.09 - d, 0, 0.03)
    spokes = 0.45 + 0.2 * torch.sin(torch.atan2(y, x - look) * 14)
    white = lid * (1 - iris) * (1 - 0.8 * x.abs())
    shine = torch.exp(-((x - look + 0.05) ** 2 + (y + 0.06) ** 2) / 0.0012)
    lashes = step(0.36 * (1 - (2.1 * x) ** 2) - y.abs(), 0, 0.05) - lid
    tone = (1 - lid) * (0.55 - 0.45 * lashes) + white + lid * iris * (1 - pupil) * spokes + lid * shine
    return tone, (lid * iris * (1 - pupil)).clamp(0, 1)


def feathers(n: int, side: int, g: Generator) -> Planes:
    """Overlapping plumes, each with a quill and barbs."""
    f = field(n, side, g, (2, 5), 0.8)
    r, x, y, tag = shingles(f)
    barbs = 0.5 + 0.5 * torch.sin((y + 0.9 * x.abs()) * 2 * math.pi * 9)
    quill = torch.exp(-((x / 0.03) ** 2))
    return ((0.45 + 0.4 * barbs) * (1.1 - 0.7 * r) + 0.5 * quill).clamp(0, 1), step(r, 0.75, 0.2) * 0.7 + 0.3 * tag


def flames(n: int, side: int, g: Generator) -> Planes:
    """Rising tongues."""
    f = field(n, side, g, (2, 4), 0.25)
    tongue = torch.sin(2 * math.pi * (f.u + 0.5 * f.noise(4, 2))).abs()
    height = torch.remainder(f.v * 0.8 + 0.5 * tongue + 0.15 * f.noise(8), 1)
    return height**0.8, step(height, 0.6, 0.5)


def fur(n: int, side: int, g: Generator) -> Planes:
    """Hair that flows and parts."""
    angle = uniform(n, 0, 2 * math.pi, g) + noise(n, side, g, 3, 2) * 1.3
    hair = strands(n, side, g, angle, 0.28)
    shade = noise(n, side, g, 5, 2)
    return hair * (0.75 + 0.25 * shade), (0.5 + shade).clamp(0, 1)


def gems(n: int, side: int, g: Generator) -> Planes:
    """Triangular facets, each with its own brightness."""
    f = field(n, side, g, (3, 7), 3.1)
    u, v = f.u + f.v / 2, f.v
    x, y = u - u.floor(), v - v.floor()
    half = (x + y > 1).float()
    legs = torch.minimum(torch.where(half > 0, 1 - x, x), torch.where(half > 0, 1 - y, y))
    near = torch.minimum(legs, (x + y - 1).abs())
    tag = scatter(u.floor(), v.floor(), 1) * (1 - half) + scatter(u.floor(), v.floor(), 9) * half
    return (0.15 + 0.8 * tag) * (0.7 + 0.3 * step(near, 0.05)) + 0.25 * (1 - step(near, 0.04)), tag


def giraffe(n: int, side: int, g: Generator) -> Planes:
    """Dark patches between light seams."""
    first, second, region = voronoi(field(n, side, g, (3, 7), 3.1))
    return 1 - step(second - first, 0.14, 0.12) * (0.6 + 0.3 * region), region


def grass(n: int, side: int, g: Generator) -> Planes:
    """Upright blades."""
    angle = math.pi / 2 + noise(n, side, g, 6, 2) * 0.6
    blade = strands(n, side, g, angle, 0.45)
    return blade * (0.8 + 0.2 * noise(n, side, g, 8)), noise(n, side, g, 12) * 0.5 + 0.5


def honeycomb(n: int, side: int, g: Generator) -> Planes:
    """Hexagonal cells with thin walls."""
    f = field(n, side, g, (4, 9), 0.6)
    root = math.sqrt(3)
    near: Tensor | None = None
    for shift in (0.0, 0.5):
        x = torch.remainder(f.u + shift, 1) - 0.5
        y = torch.remainder(f.v + shift * root, root) - root / 2
        wall = torch.maximum(x.abs(), x.abs() / 2 + y.abs() * root / 2)
        near = wall if near is None else torch.minimum(near, wall)
    assert near is not None
    return step(near, 0.43) * 0.7 + 0.25 * (1 - near * 2).clamp(0, 1), f.cell()


def knit(n: int, side: int, g: Generator) -> Planes:
    """Rows of V-shaped stitches."""
    f = field(n, side, g, (4, 9), 0.5)
    x, _ = f.inside()
    loop = torch.cos(2 * math.pi * (f.v * 1.5 + 1.3 * x.abs()))
    return (0.5 + 0.4 * loop) * (0.5 + torch.sin(2 * math.pi * x.abs()) * 0.6), step(f.noise(4), 0.2, 0.1)


def labyrinth(n: int, side: int, g: Generator) -> Planes:
    """Turing stripes, as on brain coral and pufferfish: noise of one wavelength only."""
    plane = torch.fft.rfft2(torch.randn(n, side, side, generator=g))
    radius = torch.hypot(torch.fft.fftfreq(side)[:, None], torch.fft.rfftfreq(side)[None]) * side
    wanted = uniform(n, 6, 14, g)
    band = torch.fft.irfft2(plane * torch.exp(-(((radius - wanted) / 1.5) ** 2)), s=(side, side))
    band = band / band.std((1, 2), keepdim=True)
    return 0.5 + 0.5 * torch.tanh(band * 2.5), noise(n, side, g, 4) * 0.5 + 0.5


def leaves(n: int, side: int, g: Generator) -> Planes:
    """A pile of pointed leaves with veins."""
    f = field(n, side, g, (2, 4), 3.1)
    tone, tint = torch.full_like(f.u, 0.1), torch.zeros_like(f.u)
    for layer in range(5):
        u, v = f.u + layer * 3.37, f.v + layer * 5.71
        i, j = u.floor(), v.floor()
        x, y, turn = u - i - 0.5, v - j - 0.5, 6.283 * scatter(i, j, layer)
        a, b = torch.cos(turn) * x - torch.sin(turn) * y, torch.sin(turn) * x + torch.cos(turn) * y
        on = step(0.24 * (1 - (2.05 * b) ** 2) - a.abs(), 0, 0.03)
        veins = 0.5 + 0.5 * torch.sin((b - 1.2 * a.abs()) * 2 * math.pi * 10)
        rib = torch.exp(-((a / 0.02) ** 2))
        tone = tone * (1 - on) + on * (0.35 + 0.3 * scatter(i, j, 8) + 0.15 * veins + 0.3 * rib)
        tint = tint * (1 - on) + on * scatter(i, j, layer + 20)
    return tone, tint


def leopard(n: int, side: int, g: Generator) -> Planes:
    """Broken dark rosettes."""
    f = field(n, side, g, (4, 7), 3.1)
    first, _, _ = voronoi(f, 0.6)
    broken = step(f.noise(16), -0.25, 0.3)
    ring = torch.exp(-(((first - 0.3) / 0.09) ** 2)) * broken
    return 0.95 - 0.85 * ring, step(0.26 - first, 0, 0.1)


def marble(n: int, side: int, g: Generator) -> Planes:
    """Veined stone."""
    f = field(n, side, g, (1, 3), 3.1)
    vein = torch.sin(2 * math.pi * (f.u + 1.2 * f.noise(4, 4))).abs()
    return vein**0.45, f.noise(5, 2) * 0.5 + 0.5


def mosaic(n: int, side: int, g: Generator) -> Planes:
    """Small square stones of many shades."""
    f = field(n, side, g, (6, 14), 0.8)
    x, y = f.inside()
    return step(0.43 - torch.maximum(x.abs(), y.abs())) * (0.3 + 0.7 * f.cell()), f.cell(3)


def ornament(n: int, side: int, g: Generator) -> Planes:
    """Interlaced stars: plane waves in 4 to 7 directions, a quasi-crystal."""
    f = field(n, side, g, (2, 4), 3.1)
    count = torch.randint(4, 8, (n, 1, 1), generator=g)
    x, y = f.u - f.u.mean((1, 2), keepdim=True), f.v - f.v.mean((1, 2), keepdim=True)
    total = torch.zeros_like(x)
    for k in range(7):
        angle = math.pi * k / count
        total = total + torch.cos(2 * math.pi * (torch.cos(angle) * x + torch.sin(angle) * y)) * (k < count)
    total = total / count
    return 0.5 + 0.5 * torch.tanh(total.abs() * 8 - 1.5), step(total, 0.1, 0.2)


def pagoda(n: int, side: int, g: Generator) -> Planes:
    """Stacked roofs with upturned eaves."""
    f = field(n, side, g, (2, 5), 0.12)
    x, _ = f.inside()
    y = f.v + 0.55 * (2 * x.abs()) ** 2 * 0.6
    drop = y - y.floor()
    roof = step(0.5 - drop)
    tiles = 0.7 + 0.3 * torch.sin(x * (1 + drop) * 2 * math.pi * 9)
    wall = (0.25 + 0.5 * step(torch.sin(x * 2 * math.pi * 4), 0.3, 0.4)) * (1 - roof)
    return roof * tiles * (0.35 + 0.9 * drop) + wall, roof


def pebbles(n: int, side: int, g: Generator) -> Planes:
    """Round stones, lit from above."""
    first, second, region = voronoi(field(n, side, g, (3, 8), 3.1))
    return step(second - first, 0.08, 0.1) * (1 - first * 1.1) * (0.5 + 0.5 * region), region


def petals(n: int, side: int, g: Generator) -> Planes:
    """Rosettes: petals around a button."""
    f = field(n, side, g, (1.5, 4), 3.1)
    r, angle = polar(f)
    count = torch.randint(4, 9, (n, 1, 1), generator=g)
    edge = 0.28 + 0.18 * torch.cos(angle * count)
    on, button = step(edge - r), step(0.12 - r)
    return on * (0.45 + 1.1 * r + 0.12 * torch.cos(angle * count * 5)) * (1 - 0.4 * button) + 0.08, 1 - button


def rings(n: int, side: int, g: Generator) -> Planes:
    """Targets: circles around a middle."""
    f = field(n, side, g, (1, 3.5), 3.1)
    r, _ = polar(f)
    return 0.5 + 0.5 * torch.tanh(4 * torch.sin(2 * math.pi * r * uniform(n, 4, 8, g))), f.cell()


def roof_tiles(n: int, side: int, g: Generator) -> Planes:
    """Half-round tiles laid in rows."""
    f = field(n, side, g, (4, 8), 0.3)
    x, _ = f.inside()
    drop = f.v + 0.25 * (1 - (2 * x) ** 2)
    drop = drop - drop.floor()
    return (0.25 + 0.75 * torch.cos(x * math.pi)) * (0.4 + 0.6 * drop) * step(drop, 0.08), f.cell()


def scales(n: int, side: int, g: Generator) -> Planes:
    """Overlapping discs with bright rims: fish and dragons."""
    r, x, y, tag = shingles(field(n, side, g, (3, 8), 0.8))
    rim = torch.exp(-(((r - 0.92) / 0.08) ** 2))
    return (0.2 + 0.55 * (1 - r) + 0.6 * rim + 0.2 * (y - x)).clamp(0, 1), tag


def spiral(n: int, side: int, g: Generator) -> Planes:
    """Whorls with one to three arms."""
    f = field(n, side, g, (1, 3), 3.1)
    r, angle = polar(f)
    arms = torch.randint(1, 4, (n, 1, 1), generator=g) * torch.where(uniform(n, 0, 1, g) < 0.5, -1, 1)
    wave = torch.sin(arms * angle + 2 * math.pi * uniform(n, 5, 9, g) * r)
    return 0.5 + 0.5 * torch.tanh(wave * 3), (r * 2).clamp(0, 1)


def spots(n: int, side: int, g: Generator) -> Planes:
    """Round dots, in rows or scattered."""
    first, _, region = voronoi(field(n, side, g, (4, 9), 3.1), float(torch.rand((), generator=g)) * 0.6)
    return step(0.3 - first, 0, 0.05) * 0.85 + 0.1, region


def stars(n: int, side: int, g: Generator) -> Planes:
    """Five-pointed stars on a plain ground."""
    f = field(n, side, g, (2, 5), 3.1)
    r, angle = polar(f)
    wedge = (torch.remainder(angle + 6.283 * f.cell(), 2 * math.pi / 5) - math.pi / 5).abs()
    edge = 0.17 / torch.cos(math.pi / 5 * 1.9 - wedge).clamp(min=0.1)
    return step(edge.clamp(max=0.46) - r, 0, 0.04) * 0.9 + 0.08, f.cell(2)


def stripes(n: int, side: int, g: Generator) -> Planes:
    """A zebra's wandering bands."""
    f = field(n, side, g, (3, 8), 3.1)
    return 0.5 + 0.5 * torch.tanh(3 * torch.sin(2 * math.pi * (f.u + 0.7 * f.noise(3, 2)))), f.noise(4) * 0.5 + 0.5


def waves(n: int, side: int, g: Generator) -> Planes:
    """Seigaiha: fans of nested arcs."""
    r, _, _, tag = shingles(field(n, side, g, (2, 5), 0.3))
    return 0.5 + 0.5 * torch.tanh(3 * torch.sin(2 * math.pi * r * 4)), tag


def web(n: int, side: int, g: Generator) -> Planes:
    """Spokes, and threads that sag between them."""
    f = field(n, side, g, (0.9, 2.2), 3.1)
    r, angle = polar(f)
    count = torch.randint(8, 15, (n, 1, 1), generator=g)
    spoke = (torch.sin(angle * count / 2).abs() / count * 2) * r.clamp(min=0.02)
    thread = torch.sin(math.pi * (r + 0.02 * torch.cos(angle * count)) * uniform(n, 9, 14, g)).abs() / 26
    return torch.exp(-((torch.minimum(spoke, thread) / 0.009) ** 2)), r * 2


def windows(n: int, side: int, g: Generator) -> Planes:
    """A facade at dusk: some windows are lit."""
    f = field(n, side, g, (4, 9), 0.15)
    x, y = f.inside()
    pane = step(0.28 - x.abs()) * step(0.34 - y.abs())
    cross = 1 - 0.7 * torch.maximum(step(0.03 - x.abs()), step(0.03 - y.abs()))
    lit = (f.cell() > 0.5).float()
    return (1 - pane) * 0.45 + pane * cross * (0.1 + 0.9 * lit), pane * lit


def wood(n: int, side: int, g: Generator) -> Planes:
    """Long grain around knots."""
    f = field(n, side, g, (1.5, 3), 0.3)
    r = torch.hypot((f.u - f.u.mean((1, 2), keepdim=True)) * 1.2, (f.v - f.v.mean((1, 2), keepdim=True)) * 0.22)
    ring = torch.sin(2 * math.pi * (r * 6 + 0.7 * f.noise(3, 2)))
    return (0.55 + 0.35 * ring) * (0.9 + 0.1 * f.noise(40)), 0.5 + 0.5 * ring


@dataclass(frozen=True)
class Texture:
    """A pattern and the colours it usually has: dark, light, and the light of the other tint."""

    pattern: Callable[[int, int, Generator], Planes]
    dark: Colour
    light: Colour
    other: Colour

    def draw(self, n: int, side: int, generator: Generator) -> Tensor:
        """Pictures [n, 3, side, side] in [0, 1]; six in ten in the usual colours, all lit unevenly."""
        tone, tint = self.pattern(n, side, generator)
        usual = torch.tensor([self.dark, self.light, self.other]).expand(n, 3, 3)
        usual = usual + 0.12 * torch.randn(n, 3, 3, generator=generator)
        free = torch.rand(n, 3, 3, generator=generator)
        free[:, 0] *= 0.5
        dark, light, other = torch.where(uniform(n, 0, 1, generator) < 0.6, usual, free)[..., None, None].unbind(1)
        tone, tint = tone.clamp(0, 1)[:, None], tint.clamp(0, 1)[:, None]
        lighting = 1 + 0.25 * noise(n, side, generator, 2)[:, None]
        return ((dark + (light + (other - light) * tint - dark) * tone) * lighting).clamp(0, 1)


TEXTURES: Final[dict[str, Texture]] = {
    "arches": Texture(arches, (0.15, 0.1, 0.1), (0.9, 0.8, 0.6), (0.8, 0.65, 0.5)),
    "bark": Texture(bark, (0.12, 0.08, 0.05), (0.55, 0.42, 0.3), (0.5, 0.5, 0.4)),
    "basketwork": Texture(basket, (0.25, 0.15, 0.05), (0.9, 0.7, 0.4), (0.75, 0.5, 0.25)),
    "brick": Texture(brick, (0.35, 0.12, 0.08), (0.85, 0.8, 0.75), (0.85, 0.75, 0.7)),
    "bubbles": Texture(bubbles, (0.05, 0.2, 0.45), (0.8, 0.95, 1.0), (0.95, 0.8, 1.0)),
    "camouflage": Texture(camouflage, (0.2, 0.22, 0.12), (0.55, 0.6, 0.35), (0.5, 0.4, 0.25)),
    "columns": Texture(columns, (0.2, 0.2, 0.25), (0.95, 0.92, 0.85), (0.9, 0.75, 0.4)),
    "domes": Texture(domes, (0.25, 0.35, 0.6), (0.95, 0.75, 0.2), (0.3, 0.8, 0.6)),
    "eyes": Texture(eyes, (0.1, 0.05, 0.05), (0.98, 0.95, 0.9), (0.3, 0.65, 0.95)),
    "feathers": Texture(feathers, (0.05, 0.15, 0.2), (0.2, 0.7, 0.6), (0.3, 0.4, 0.95)),
    "flames": Texture(flames, (0.4, 0.02, 0.0), (0.95, 0.4, 0.05), (1.0, 0.9, 0.3)),
    "fur": Texture(fur, (0.15, 0.1, 0.06), (0.85, 0.65, 0.4), (0.95, 0.85, 0.7)),
    "gems": Texture(gems, (0.15, 0.05, 0.4), (0.8, 0.6, 1.0), (0.5, 0.95, 1.0)),
    "giraffe skin": Texture(giraffe, (0.4, 0.2, 0.08), (0.95, 0.85, 0.6), (0.9, 0.75, 0.5)),
    "grass": Texture(grass, (0.05, 0.2, 0.03), (0.5, 0.8, 0.2), (0.75, 0.85, 0.35)),
    "honeycomb": Texture(honeycomb, (0.45, 0.25, 0.02), (1.0, 0.85, 0.3), (0.95, 0.65, 0.1)),
    "knitting": Texture(knit, (0.3, 0.05, 0.1), (0.9, 0.3, 0.3), (0.95, 0.9, 0.85)),
    "labyrinth": Texture(labyrinth, (0.1, 0.1, 0.25), (0.95, 0.85, 0.5), (0.9, 0.6, 0.6)),
    "leaves": Texture(leaves, (0.02, 0.12, 0.03), (0.5, 0.8, 0.25), (0.85, 0.6, 0.15)),
    "leopard skin": Texture(leopard, (0.1, 0.06, 0.03), (0.95, 0.8, 0.5), (0.8, 0.5, 0.2)),
    "marble": Texture(marble, (0.25, 0.25, 0.3), (0.97, 0.95, 0.93), (0.85, 0.9, 0.88)),
    "mosaic": Texture(mosaic, (0.1, 0.12, 0.2), (0.3, 0.65, 0.9), (0.95, 0.75, 0.35)),
    "ornament": Texture(ornament, (0.05, 0.15, 0.35), (0.95, 0.85, 0.55), (0.2, 0.7, 0.75)),
    "pagoda": Texture(pagoda, (0.12, 0.1, 0.15), (0.8, 0.25, 0.15), (0.35, 0.55, 0.45)),
    "pebbles": Texture(pebbles, (0.12, 0.12, 0.12), (0.75, 0.73, 0.7), (0.65, 0.6, 0.5)),
    "petals": Texture(petals, (0.1, 0.3, 0.1), (0.95, 0.85, 0.2), (0.95, 0.45, 0.65)),
    "rings": Texture(rings, (0.7, 0.08, 0.08), (0.97, 0.95, 0.95), (0.4, 0.6, 0.9)),
    "roof tiles": Texture(roof_tiles, (0.3, 0.08, 0.04), (0.9, 0.45, 0.25), (0.8, 0.55, 0.4)),
    "scales": Texture(scales, (0.05, 0.2, 0.25), (0.4, 0.85, 0.7), (0.9, 0.7, 0.3)),
    "spiral": Texture(spiral, (0.1, 0.1, 0.2), (0.95, 0.9, 0.85), (0.9, 0.5, 0.3)),
    "spots": Texture(spots, (0.75, 0.1, 0.1), (0.98, 0.97, 0.95), (0.2, 0.2, 0.2)),
    "stars": Texture(stars, (0.05, 0.08, 0.3), (1.0, 0.9, 0.35), (0.98, 0.98, 0.98)),
    "stripes": Texture(stripes, (0.06, 0.06, 0.06), (0.96, 0.95, 0.92), (0.95, 0.65, 0.25)),
    "waves": Texture(waves, (0.08, 0.15, 0.5), (0.92, 0.95, 1.0), (0.7, 0.9, 0.95)),
    "web": Texture(web, (0.08, 0.1, 0.12), (0.95, 0.96, 1.0), (0.85, 0.9, 0.95)),
    "windows": Texture(windows, (0.08, 0.1, 0.18), (0.65, 0.6, 0.6), (1.0, 0.9, 0.5)),
    "wood": Texture(wood, (0.3, 0.15, 0.06), (0.8, 0.55, 0.3), (0.9, 0.65, 0.4)),
}
"""Label -> texture. The order is the order of the network's labels, behind the emoji."""
