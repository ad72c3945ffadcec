"""A building that was never built: `(width) => picture [h, w, 3]`. A palace with arcade, windows, tower and tiled roof.

The facade is a relief: a height towards the eye and a colour at every point of its front. Light from the upper left
is then cast over it, shadow by shadow, as over a real one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.paintings.procedural_painting import Colour, Plane, Sheet, blur, finish, fractal, mix, noise, ramp, smooth

GROUND, EAVES, ROOF = 2.46, 1.16, 0.80  # heights on the sheet
LEFT, RIGHT = 0.34, 3.66
TOWER = (1.68, 2.32, 0.58)  # left, right, top
SUNLIGHT: Colour = (1.25, 1.02, 0.76)
SKYLIGHT: Colour = (0.40, 0.46, 0.60)
STUCCO: Colour = (0.80, 0.60, 0.40)
STONE: Colour = (0.80, 0.75, 0.66)
GLASS: Colour = (0.10, 0.13, 0.18)


@dataclass
class Relief:
    """The front as it grows: height towards the eye, colour [h, w, 3], what is solid, and what shines by itself."""

    sheet: Sheet
    height: Plane
    colour: Plane
    solid: Plane
    shine: Plane

    @classmethod
    def of(cls, sheet: Sheet) -> Relief:
        """Nothing yet."""
        flat = np.zeros_like(sheet.x)
        return cls(sheet, flat.copy(), np.zeros((*flat.shape, 3), np.float32), flat.copy(), flat.copy())

    def lay(self, inside: Plane, height: Plane | float, colour: Plane | Colour) -> None:
        """Put a part in front of, or into, what is there; `inside` is its coverage."""
        self.height = self.height + (np.asarray(height, np.float32) - self.height) * inside
        self.colour = mix(self.colour, colour, inside)
        self.solid = np.maximum(self.solid, inside)
        self.shine = self.shine * (1 - inside)

    def box(self, left: float, top: float, right: float, bottom: float) -> Plane:
        """Coverage of a rectangle."""
        x, y = self.sheet.x, self.sheet.y
        return self.sheet.cover(np.maximum(np.maximum(left - x, x - right), np.maximum(top - y, y - bottom)))

    def arch(self, centre: float, half: float, spring: float, bottom: float) -> Plane:
        """Coverage of an opening with a round head that begins at `spring`."""
        x, y = self.sheet.x - centre, self.sheet.y
        head = np.where(y < spring, np.hypot(x, y - spring), np.abs(x)) - half
        return self.sheet.cover(np.maximum(head, y - bottom))


def building(width: int) -> Plane:
    """The picture, `width` pixels wide."""
    sheet = Sheet.of(width)
    front = Relief.of(sheet)
    roof(front)
    walls(front)
    storeys(front)
    arcade(front)
    tower(front)
    shown = mix(sky(sheet), shade_front(front), front.solid)
    return finish(square(shown, sheet), seed=4, grain=0.006)


def sky(sheet: Sheet) -> Plane:
    """Late light: blue above, apricot below, torn clouds."""
    stops: tuple[tuple[float, Colour], ...] = (
        (0.0, (0.20, 0.40, 0.66)),
        (1.3, (0.52, 0.68, 0.82)),
        (2.5, (0.98, 0.84, 0.68)),
    )
    veil = fractal(sheet.x * 0.8 + 0.4 * sheet.y, sheet.y * 2.1, 11, 6)
    shade = smooth(-0.2, 0.4, veil - fractal(sheet.x * 0.8 + 0.4 * sheet.y - 0.15, sheet.y * 2.1 - 0.12, 11, 4))
    cloud = mix(np.broadcast_to(np.array((0.72, 0.70, 0.78), np.float32), (*veil.shape, 3)), (1.0, 0.95, 0.88), shade)
    heavens = mix(ramp(sheet.y, stops), cloud, 0.8 * smooth(0.02, 0.45, veil))
    for low, swell, seed, tone in ((2.16, 0.16, 81, (0.62, 0.66, 0.72)), (2.30, 0.12, 84, (0.36, 0.44, 0.38))):
        crest = low - swell * fractal(sheet.x * 1.3, sheet.x * 0, seed, 5)
        heavens = mix(heavens, tone, sheet.cover(crest - sheet.y))
    return cypresses(heavens, sheet)


def cypresses(picture: Plane, sheet: Sheet) -> Plane:
    """Dark slender trees at both sides of the house."""
    for x, top, half in ((0.10, 1.42, 0.075), (0.24, 1.80, 0.06), (3.77, 1.62, 0.065), (3.91, 1.30, 0.085)):
        part = np.clip((sheet.y - top) / (GROUND - top), 0, 1)
        shape = half * np.sqrt(part) * np.sqrt(np.clip(1.12 - part**3, 0, 1))
        ragged = 0.02 * fractal(sheet.x * 20, sheet.y * 9, 87, 3)
        inside = sheet.cover(np.maximum(np.abs(sheet.x - x) - shape - ragged, top - sheet.y))
        round_ = (sheet.x - x) / half + 0.5 * fractal(sheet.x * 26, sheet.y * 12, 88, 4)
        leaf = ramp(round_, ((-1.0, (0.32, 0.38, 0.16)), (0.0, (0.12, 0.20, 0.11)), (1.0, (0.04, 0.09, 0.08))))
        picture = mix(picture, leaf, inside)
    return picture


def stucco(sheet: Sheet) -> Plane:
    """Plaster [h, w, 3] with stains that run down from the eaves, and here and there the bricks under it."""
    x, y = sheet.x, sheet.y
    patches = fractal(x * 2.2, y * 2.2, 31, 6)
    streaks = fractal(x * 14, y * 1.1, 32, 4) * smooth(2.2, 1.1, y)
    plain = ramp(patches, ((-0.6, (0.68, 0.47, 0.30)), (0.0, STUCCO), (0.6, (0.90, 0.72, 0.50))))
    plain = plain * (1 + 0.10 * np.minimum(streaks, 0) + 0.05 * noise(x * 60, y * 60, 33))[..., None]
    row = np.floor(y / 0.034)
    across = (x + 0.035 * (row % 2)) / 0.07
    joint = np.minimum(np.abs(across % 1 - 0.5) * -0.07 + 0.035, np.abs(y / 0.034 % 1 - 0.5) * -0.034 + 0.017)
    brick = ramp(noise(np.floor(across) * 3.7, row * 2.3, 34), ((-0.7, (0.42, 0.20, 0.14)), (0.7, (0.64, 0.36, 0.25))))
    brick = mix(brick, (0.66, 0.58, 0.50), smooth(0.006, 0.002, joint))
    return mix(plain, brick, smooth(0.30, 0.36, patches + 0.25 * smooth(1.8, 2.46, y) + 0.1 * noise(x * 9, y * 9, 35)))


def roof(front: Relief) -> None:
    """A hipped roof of round tiles."""
    x, y = front.sheet.x, front.sheet.y
    slant = 0.75 * np.clip(EAVES - y, 0, None)
    inside = front.box(LEFT - 0.09, ROOF, RIGHT + 0.09, EAVES)
    inside = inside * front.sheet.cover(np.maximum(LEFT - 0.09 + slant - x, x - RIGHT - 0.09 + slant))
    column, row = x / 0.052, (EAVES - y) / 0.042
    curve = np.sqrt(np.clip(1 - np.square(2 * (column % 1) - 1), 0, 1))
    tone = noise(np.floor(column) * 1.9, np.floor(row) * 2.7, 41) + 0.4 * fractal(x * 3, y * 3, 42, 4)
    clay = ramp(tone, ((-0.8, (0.40, 0.19, 0.13)), (0.0, (0.62, 0.31, 0.19)), (0.8, (0.78, 0.48, 0.30))))
    front.lay(inside, 0.10 - 0.25 * (EAVES - y) + 0.028 * curve - 0.022 * (row % 1), clay)


def walls(front: Relief) -> None:
    """The plastered body, its stone corners, string courses and cornice."""
    sheet = front.sheet
    stone = stonework(sheet)
    front.lay(front.box(LEFT, EAVES, RIGHT, GROUND), 0, stucco(sheet))
    for row in range(13):
        top = EAVES + 0.1 * row
        wide = 0.13 if row % 2 else 0.09
        for left, right in ((LEFT, LEFT + wide), (RIGHT - wide, RIGHT)):
            front.lay(front.box(left, top + 0.006, right, top + 0.094), 0.018, stone)
    for y, thick, out in ((1.155, 0.035, 0.085), (1.19, 0.03, 0.055), (1.78, 0.035, 0.04), (1.815, 0.02, 0.022)):
        front.lay(front.box(LEFT - out * 0.7, y, RIGHT + out * 0.7, y + thick), out, stone)
    for k in range(56):
        x = LEFT + 0.03 + k * 0.0591
        front.lay(front.box(x, 1.215, x + 0.026, 1.25), 0.045, stone)


def stonework(sheet: Sheet) -> Plane:
    """Pale weathered stone, [h, w, 3]."""
    wear = fractal(sheet.x * 6, sheet.y * 6, 51, 5) + 0.25 * noise(sheet.x * 70, sheet.y * 70, 57)
    return ramp(wear, ((-0.6, (0.58, 0.52, 0.44)), (0.0, STONE), (0.6, (0.90, 0.87, 0.80))))


def storeys(front: Relief) -> None:
    """The windows of the upper floor, with a lamp behind two of them; the tower takes the middle."""
    for k in range(9):
        centre = 0.58 + k * 0.355
        if TOWER[0] - 0.1 < centre < TOWER[1] + 0.1:
            continue
        window(front, centre, 0.075, 1.45, 1.74, lamp=k in (1, 7))


def window(front: Relief, centre: float, half: float, spring: float, bottom: float, lamp: bool = False) -> None:
    """A window: stone frame, deep reveal, glass that holds the sky, bars, sill, shutters of green wood."""
    sheet, stone = front.sheet, stonework(front.sheet)
    slats = 0.010 * np.sin(sheet.y * 2 * np.pi / 0.016)
    green = ramp(fractal(sheet.x * 9, sheet.y * 9, 52, 3), ((-0.5, (0.16, 0.27, 0.22)), (0.5, (0.30, 0.42, 0.32))))
    for side in (-1, 1):
        hinge = centre + side * (half + 0.055)
        front.lay(front.box(hinge - 0.036, spring - 0.02, hinge + 0.036, bottom), 0.022 + slats, green)
    front.lay(front.arch(centre, half + 0.024, spring, bottom), 0.03, stone)
    front.lay(front.box(centre - 0.018, spring - half - 0.045, centre + 0.018, spring - half), 0.045, stone)
    pane = front.arch(centre, half, spring, bottom)
    front.lay(pane, -0.06, panes(sheet, lamp))
    front.shine = np.maximum(front.shine, pane * (0.85 if lamp else 0.30))
    front.lay(pane * front.box(centre - 0.007, spring - half, centre + 0.007, bottom), -0.045, (0.55, 0.50, 0.42))
    for y in (spring, (spring + bottom) / 2):
        front.lay(pane * front.box(centre - half, y - 0.006, centre + half, y + 0.006), -0.045, (0.55, 0.50, 0.42))
    front.lay(front.box(centre - half - 0.05, bottom, centre + half + 0.05, bottom + 0.024), 0.06, stone)


def panes(sheet: Sheet, lamp: bool) -> Plane:
    """What a window shows, [h, w, 3]: a lamp behind curtains, or clouds upon dark glass."""
    if lamp:
        folds = noise(sheet.x * 34, sheet.y * 2, 53)
        return ramp(folds, ((-0.8, (0.85, 0.48, 0.18)), (0.8, (1.0, 0.82, 0.46))))
    cloud = fractal(sheet.x * 3.1, sheet.y * 4.2, 54, 4)
    return ramp(cloud, ((-0.4, GLASS), (0.1, (0.22, 0.29, 0.37)), (0.6, (0.62, 0.68, 0.72))))


def arcade(front: Relief) -> None:
    """A wall of hewn blocks over round arches on columns, a dim walk behind them, lanterns in it."""
    sheet = front.sheet
    row, across = sheet.y / 0.062, sheet.x / 0.19
    across = across + 0.5 * (np.floor(row) % 2)
    joint = np.minimum(np.minimum(row % 1, 1 - row % 1) * 0.062, np.minimum(across % 1, 1 - across % 1) * 0.19)
    block = 0.80 + 0.09 * noise(np.floor(across) * 3.1, np.floor(row) * 2.3, 58)
    ashlar = stonework(sheet) * block[..., None] * np.array((0.98, 0.88, 0.74), np.float32)
    front.lay(front.box(LEFT, 1.84, RIGHT, GROUND), 0.012 - 0.009 * smooth(0.007, 0.002, joint), ashlar)
    count, pitch = 9, (RIGHT - LEFT) / 9
    for k in range(count):
        centre = LEFT + (k + 0.5) * pitch
        front.lay(front.arch(centre, 0.158, 2.10, GROUND), 0.028, voussoirs(sheet, centre, 2.10))
        dim = ramp(sheet.y, ((1.9, (0.10, 0.08, 0.08)), (2.25, (0.26, 0.18, 0.13)), (2.46, (0.17, 0.13, 0.11))))
        glow = np.exp(-np.square((sheet.x - centre) / 0.10) - np.square((sheet.y - 2.10) / 0.14))
        opening = front.arch(centre, 0.128, 2.10, GROUND)
        front.lay(opening, -0.30, mix(dim, (1.0, 0.72, 0.36), 0.55 * glow))
        front.shine = np.maximum(front.shine, opening * (0.25 + 0.6 * glow))
        door = opening * front.arch(centre, 0.06, 2.24, GROUND)
        front.lay(door, -0.32, (0.20, 0.12, 0.08))
        lantern = sheet.cover(np.hypot(sheet.x - centre, (sheet.y - 2.08) * 0.8) - 0.014)
        front.lay(lantern, -0.12, (1.0, 0.92, 0.66))
        front.shine = np.maximum(front.shine, lantern)
    for k in range(count + 1):
        column(front, LEFT + k * pitch)


def voussoirs(sheet: Sheet, centre: float, spring: float) -> Plane:
    """The wedge stones of an arch, [h, w, 3], dark joints between them."""
    turn = np.arctan2(sheet.x - centre, spring - sheet.y) / np.pi * 11
    tone = noise(np.floor(turn + 0.5) * 5.1, np.full_like(turn, centre * 7), 55)
    wedge = ramp(tone, ((-0.6, (0.66, 0.55, 0.44)), (0.6, (0.90, 0.84, 0.74))))
    joint = smooth(0.10, 0.04, (turn + 0.5) % 1) * (sheet.y < spring)
    return mix(wedge, (0.40, 0.33, 0.27), 0.8 * joint)


def column(front: Relief, centre: float) -> None:
    """A round column with base and capital."""
    sheet, stone = front.sheet, stonework(front.sheet)
    radius = 0.036
    belly = np.sqrt(np.clip(1 - np.square((sheet.x - centre) / radius), 0, 1))
    front.lay(front.box(centre - radius, 2.10, centre + radius, GROUND), 0.03 + 0.05 * belly, stone)
    for top, bottom, wide in ((2.075, 2.10, 0.058), (2.10, 2.118, 0.046), (2.40, 2.425, 0.046), (2.425, 2.46, 0.058)):
        front.lay(front.box(centre - wide, top, centre + wide, bottom), 0.09, stone)


def tower(front: Relief) -> None:
    """A bell tower over the middle: clock, bells behind three arches, a pointed roof of slates, a vane."""
    sheet, stone = front.sheet, stonework(front.sheet)
    left, right, top = TOWER
    middle, half = (left + right) / 2, (right - left) / 2
    slate = ramp(
        noise(np.floor(sheet.x / 0.03 + np.floor(sheet.y / 0.03) % 2 * 0.5) * 2.1, np.floor(sheet.y / 0.03) * 1.7, 56),
        ((-0.7, (0.20, 0.27, 0.29)), (0.7, (0.42, 0.50, 0.49))),
    )
    cone = np.abs(sheet.x - middle) - (sheet.y - 0.10) * (half + 0.06) / (top - 0.10)
    ridge = 0.10 - 0.22 * np.abs(sheet.x - middle) - 0.012 * (sheet.y / 0.03 % 1)
    front.lay(sheet.cover(np.maximum(cone, sheet.y - top)), ridge, slate)
    front.lay(front.box(middle - 0.006, 0.01, middle + 0.006, 0.12), 0.1, (0.25, 0.22, 0.2))
    front.lay(sheet.cover(np.hypot(sheet.x - middle, sheet.y - 0.045) - 0.022), 0.1, (0.95, 0.74, 0.32))
    front.lay(front.box(left, top, right, 1.84), 0.10, stucco(sheet))
    for row in range(13):
        for edge in (left, right - (0.11 if row % 2 else 0.075)):
            wide = 0.11 if row % 2 else 0.075
            front.lay(front.box(edge, top + 0.1 * row + 0.006, edge + wide, top + 0.1 * row + 0.094), 0.118, stone)
    for y, out in ((top - 0.02, 0.17), (top + 0.02, 0.14), (0.98, 0.135), (1.40, 0.135), (1.80, 0.15)):
        front.lay(front.box(left - out * 0.4 + 0.03, y, right + out * 0.4 - 0.03, y + 0.03), out, stone)
    for centre in (middle - 0.15, middle, middle + 0.15):
        front.lay(front.arch(centre, 0.068, 0.76, 0.95), 0.12, stone)
        front.lay(front.arch(centre, 0.05, 0.76, 0.95), -0.1, (0.14, 0.11, 0.10))
    clock(front, middle, 1.20, 0.145)
    window(front, middle, 0.085, 1.58, 1.78)


def clock(front: Relief, x: float, y: float, radius: float) -> None:
    """A clock's face at twenty past ten."""
    sheet = front.sheet
    away = np.hypot(sheet.x - x, sheet.y - y)
    front.lay(sheet.cover(away - radius), 0.13, stonework(sheet))
    front.lay(sheet.cover(away - 0.85 * radius), 0.115, (0.93, 0.89, 0.78))
    turn = np.arctan2(sheet.x - x, y - sheet.y) / (2 * np.pi)
    mark = np.abs((turn * 12 + 0.5) % 1 - 0.5) * away * np.pi / 6 - 0.006
    front.lay(sheet.cover(np.maximum(mark, np.abs(away - 0.72 * radius) - 0.014)), 0.117, (0.16, 0.12, 0.10))
    for part, length in ((1 / 3, 0.66), (10.33 / 12, 0.45)):
        east, south = np.sin(2 * np.pi * part), -np.cos(2 * np.pi * part)
        along = (sheet.x - x) * east + (sheet.y - y) * south
        across = np.abs((sheet.x - x) * south - (sheet.y - y) * east)
        hand = np.maximum(np.maximum(-0.02 - along, along - length * radius), across - 0.007)
        front.lay(sheet.cover(hand), 0.122, (0.12, 0.09, 0.08))


def shade_front(front: Relief) -> Plane:
    """The front in the sun, [h, w, 3]: slopes turned to it, shadows thrown, corners that see little sky."""
    pixel = front.sheet.pixel
    height = front.height + 0.0025 * fractal(front.sheet.x * 18, front.sheet.y * 18, 61, 3)
    down, right = np.gradient(height, pixel)
    length = np.sqrt(1 + right**2 + down**2)
    sun = np.array((-0.52, -0.50, 0.69), np.float32)
    facing = np.clip((-right * sun[0] - down * sun[1] + sun[2]) / length, 0, 1)
    open_sky = np.clip(
        1 - 4.5 * (blur(height, 0.035 / pixel) - height) - 1.5 * (blur(height, 0.12 / pixel) - height), 0.25, 1.15
    )
    light = (
        np.array(SKYLIGHT, np.float32) * open_sky[..., None]
        + np.array(SUNLIGHT, np.float32) * (facing * sun_visibility(front, sun))[..., None]
    )
    shown: Plane = front.colour * (light + (1 - light) * front.shine[..., None])
    return shown


def sun_visibility(front: Relief, sun: Plane) -> Plane:
    """How much of the sun reaches each point, [h, w] in [0, 1], by walking towards it over the relief."""
    pixel, free = front.sheet.pixel, np.ones_like(front.height)
    standing = np.where(front.solid > 0.5, front.height, -1)
    for reach in np.arange(1, 60) * max(pixel, 0.0075):
        rows, columns = round(reach * -sun[1] / pixel), round(reach * -sun[0] / pixel)
        over = np.pad(standing, ((rows, 0), (columns, 0)), constant_values=-1)[: free.shape[0], : free.shape[1]]
        free = np.minimum(free, 1 - smooth(0, 0.010 + 0.08 * reach, over - standing - reach * float(sun[2])))
    return free


def square(picture: Plane, sheet: Sheet) -> Plane:
    """Wet paving before the house, which mirrors it."""
    below = np.clip(sheet.y - GROUND, 0, None)
    depth = 1 / (below + 0.16)
    across, along = (sheet.x - 2) * depth * 1.6, depth * 2.4
    slab = np.floor(across + 0.5 * (np.floor(along) % 2)), np.floor(along)
    tone = noise(slab[0] * 3.3, slab[1] * 4.7, 71) + 0.5 * fractal(across * 2, along * 2, 72, 4)
    paving = ramp(tone, ((-0.8, (0.34, 0.29, 0.27)), (0.0, (0.50, 0.44, 0.39)), (0.8, (0.66, 0.59, 0.51))))
    u, v = (across + 0.5 * (np.floor(along) % 2)) % 1, along % 1
    joint = np.minimum(np.minimum(u, 1 - u), np.minimum(v, 1 - v))
    paving = mix(paving, (0.14, 0.12, 0.12), 0.7 * smooth(0.07, 0.02, joint))
    wet = smooth(-0.25, 0.3, fractal(sheet.x * 1.1, depth * 0.9, 73, 4) + 0.15)
    shake = 0.02 * noise(across * 5, along * 5, 74) * below + 0.05 * below * noise(sheet.x * 3, depth * 6, 75)
    rows = np.clip((GROUND - 1.55 * below + shake) / sheet.pixel, 0, picture.shape[0] - 1).astype(np.int64)
    columns = np.clip((sheet.x + shake) / sheet.pixel, 0, picture.shape[1] - 1).astype(np.int64)
    mirrored = mix(paving, picture[rows, columns] * 0.95, 0.12 + 0.55 * wet)
    contact = 1 - 0.5 * np.exp(-below / 0.03)
    return mix(picture, mirrored * contact[..., None], sheet.cover(GROUND - sheet.y))
