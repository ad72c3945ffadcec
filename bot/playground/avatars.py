"""Portraits for the people of the stand-in: `(scene, size) => picture`, drawn here, 512 pixels square.

A dream needs something to hold on to, so every scene has gradients, edges and a fine grain. The same
scene is always the same picture: chance comes from seeded generators only.

Longer than most files: each scene is a function, drawn by the brushes above them.
"""

from __future__ import annotations

import io
import math
import random
from collections.abc import Callable, Sequence
from functools import cache

from PIL import Image, ImageChops, ImageDraw, ImageFilter

SIDE = 512  # pixels of a finished portrait
BIG = 2 * SIDE  # pixels while drawing; halving it smooths every edge
SCENES = ("spiral", "hills", "cat", "owl")  # the bot, Sam, Ada, Mod

Colour = tuple[int, int, int]
Points = list[tuple[float, float]]


@cache
def draw(scene: str, size: int) -> Image.Image:
    """Return a scene as RGB, `size` pixels square."""
    picture = grain(PAINTERS[scene](), sum(map(ord, scene)))
    return picture.resize((size, size), Image.Resampling.LANCZOS)


@cache
def encode_scene(scene: str, size: int, kind: str) -> bytes:
    """Return a scene as a file of `kind` ("PNG", "WEBP", "JPEG"), `size` pixels square."""
    out = io.BytesIO()
    draw(scene, size).save(out, kind, quality=92)
    return out.getvalue()


def blend(first: Colour, second: Colour, share: float) -> Colour:
    """Return a colour between two; `share` in 0..1 is the second's."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def gradient(colours: Sequence[Colour]) -> Image.Image:
    """Return a vertical gradient through the colours, top to bottom."""
    strip = Image.new("RGB", (1, len(colours)))
    strip.putdata(list(colours))
    return strip.resize((BIG, BIG), Image.Resampling.BICUBIC)


def clouds(seed: int, cells: int = 4, octaves: int = 5, stretch: int = 1) -> Image.Image:
    """Return fractal noise, mode L: coarse cells first, each octave twice as fine and half as strong."""
    chance = random.Random(seed)
    total = Image.new("L", (BIG, BIG), 128)
    for octave in range(octaves):
        wide, high = cells * 2**octave, cells * stretch * 2**octave
        layer = Image.frombytes("L", (wide, high), chance.randbytes(wide * high))
        layer = layer.resize((BIG, BIG), Image.Resampling.BICUBIC)
        total = Image.blend(total, layer, 0.5 / (octave / 2 + 1))
    return total


def grain(picture: Image.Image, seed: int) -> Image.Image:
    """Return the picture with a soft texture over it."""
    coarse = clouds(seed, cells=16, octaves=5)
    fine = Image.frombytes("L", (SIDE, SIDE), random.Random(seed + 1).randbytes(SIDE * SIDE)).resize((BIG, BIG))
    texture = Image.blend(coarse, fine, 0.22)
    return Image.blend(picture, ImageChops.soft_light(picture, Image.merge("RGB", [texture] * 3)), 0.75)


def glow(picture: Image.Image, centre: tuple[float, float], radius: float, colour: Colour) -> None:
    """Add light around a point."""
    halo = Image.new("RGB", picture.size)
    x, y = centre
    ImageDraw.Draw(halo).ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
    picture.paste(ImageChops.screen(picture, halo.filter(ImageFilter.GaussianBlur(radius * 0.6))))


def disc(pen: ImageDraw.ImageDraw, centre: tuple[float, float], radius: float, colour: Colour) -> None:
    """Draw a filled circle."""
    x, y = centre
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)


def hairs(pen: ImageDraw.ImageDraw, seed: int, area: tuple[float, float, float, float], ink: Sequence[Colour]) -> None:
    """Draw short strokes inside the ellipse (x, y, rx, ry), pointing away from its middle, like fur."""
    chance = random.Random(seed)
    x, y, rx, ry = area
    for _ in range(2600):
        angle, reach = chance.uniform(0, math.tau), math.sqrt(chance.random())
        dx, dy = math.cos(angle), math.sin(angle)
        start = (x + dx * rx * reach, y + dy * ry * reach)
        length = chance.uniform(10, 34)
        end = (start[0] + dx * length, start[1] + dy * length + chance.uniform(0, 8))
        pen.line((*start, *end), fill=chance.choice(ink), width=chance.choice((2, 2, 3)))


def ridge(seed: int, base: float, height: float) -> Points:
    """Return a line of hills from left to right: a sum of four waves around `base`."""
    chance = random.Random(seed)
    waves = [(chance.uniform(0.6, 1.4) * 2**n, chance.uniform(0, math.tau), height / 1.8**n) for n in range(4)]
    points: Points = []
    for step in range(129):
        turn = math.tau * step / 128
        points.append(
            (BIG * step / 128, base - sum(size * math.sin(rate * turn + shift) for rate, shift, size in waves))
        )
    return points


def hill(picture: Image.Image, seed: int, base: float, height: float, colours: tuple[Colour, Colour]) -> Points:
    """Paint one row of hills with a grassy texture; return its ridge."""
    line = ridge(seed, base, height)
    mask = Image.new("L", (BIG, BIG))
    ImageDraw.Draw(mask).polygon([*line, (BIG, BIG), (0, BIG)], fill=255)
    light, dark = colours
    shading = clouds(seed + 40, cells=6, octaves=6, stretch=3)
    grass = Image.composite(Image.new("RGB", (BIG, BIG), light), Image.new("RGB", (BIG, BIG), dark), shading)
    picture.paste(grass, mask=mask)
    return line


def trees(picture: Image.Image, seed: int, line: Points, ink: Colour, size: float) -> None:
    """Plant firs along a ridge."""
    chance = random.Random(seed)
    pen = ImageDraw.Draw(picture)
    for x, y in chance.sample(line, 26):
        tall = size * chance.uniform(0.6, 1.3)
        for tier in range(3):
            top, half = y - tall + tier * tall * 0.25, tall * (0.14 + 0.07 * tier)
            colour = blend(ink, (20, 30, 50), chance.uniform(0, 0.5))
            pen.polygon([(x, top), (x - half, top + tall * 0.45), (x + half, top + tall * 0.45)], fill=colour)


def paint_hills() -> Image.Image:
    """Hills with firs under an evening sky, a sun, and a lake that holds its light."""
    picture = gradient([(44, 36, 96), (112, 60, 132), (226, 108, 116), (252, 178, 104), (255, 222, 150)])
    veil = clouds(5, cells=3, octaves=5, stretch=4).point(lambda value: max(0, value - 122) * 5)
    picture.paste(Image.new("RGB", (BIG, BIG), (255, 214, 196)), mask=veil.point(lambda value: min(150, value)))
    glow(picture, (620, 470), 190, (255, 176, 96))
    disc(ImageDraw.Draw(picture), (620, 470), 92, (255, 244, 206))
    rows = (
        (11, 560.0, 60.0, ((140, 96, 150), (110, 78, 140))),
        (12, 640.0, 54.0, ((110, 116, 138), (72, 80, 120))),
        (13, 730.0, 46.0, ((112, 148, 96), (44, 88, 84))),
    )
    for seed, base, height, colours in rows:
        line = hill(picture, seed, base, height, colours)
        trees(picture, seed, line, blend(colours[1], (10, 30, 40), 0.5), 40 + (base - 560) * 0.4)
    paint_lake(picture)
    line = hill(picture, 15, 960, 34, ((150, 168, 74), (40, 84, 50)))
    trees(picture, 16, line, (24, 58, 48), 130)
    return picture


def paint_lake(picture: Image.Image) -> None:
    """Mirror the sky into a lake in the lower half, with ripples."""
    mirrored = picture.crop((0, 380, BIG, 800)).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    water = Image.blend(mirrored.resize((BIG, 320)), Image.new("RGB", (BIG, 320), (40, 70, 130)), 0.35)
    pen = ImageDraw.Draw(water)
    chance = random.Random(8)
    for _ in range(420):
        x, y = chance.uniform(0, BIG), chance.uniform(0, 320) ** 1.02
        wide = 8 + y * chance.uniform(0.1, 0.3)
        tone = chance.choice(((255, 220, 170), (90, 110, 170), (60, 60, 120)))
        pen.line((x - wide, y, x + wide, y), fill=tone, width=2)
    shore = Image.new("L", (BIG, 320))
    ImageDraw.Draw(shore).ellipse((90, 10, BIG - 60, 420), fill=255)
    picture.paste(water, (0, 740), shore.filter(ImageFilter.GaussianBlur(3)))


def eye(picture: Image.Image, centre: tuple[float, float], radius: float, tones: Sequence[Colour], slit: float) -> None:
    """Draw an eye: a dark rim, an iris of rays in `tones`, a pupil `slit` times as wide as high, a spark."""
    pen = ImageDraw.Draw(picture)
    x, y = centre
    disc(pen, centre, radius * 1.1, (24, 18, 26))
    disc(pen, centre, radius, tones[0])
    chance = random.Random(round(x + y))
    for ray in range(150):
        angle = math.tau * ray / 150 + chance.uniform(-0.02, 0.02)
        inner, outer = radius * chance.uniform(0.3, 0.5), radius * chance.uniform(0.75, 0.98)
        ends = [(x + math.cos(angle) * one, y + math.sin(angle) * one) for one in (inner, outer)]
        pen.line(ends, fill=chance.choice(tones), width=4)
    high = radius * 0.68
    pen.ellipse((x - high * slit, y - high, x + high * slit, y + high), fill=(12, 8, 16))
    disc(pen, (x - radius * 0.3, y - radius * 0.34), radius * 0.2, (255, 252, 246))
    disc(pen, (x + radius * 0.28, y + radius * 0.36), radius * 0.09, (230, 236, 255))


def paint_cat() -> Image.Image:
    """A ginger cat on a blue-green evening, looking straight at you."""
    picture = gradient([(24, 70, 96), (38, 122, 128), (120, 176, 140), (232, 206, 140)])
    leaves(picture)
    pen = ImageDraw.Draw(picture)
    ginger, rust, cream = (232, 142, 62), (168, 82, 36), (255, 226, 180)
    pen.ellipse((180, 700, 844, 1400), fill=rust)
    hairs(pen, 1, (512, 960, 320, 220), (ginger, rust, (206, 112, 48), cream))
    for side in (-1, 1):
        tip, inner, outer = 512 + side * 300, 512 + side * 90, 512 + side * 345
        pen.polygon([(tip, 110), (inner, 360), (outer, 520)], fill=rust)
        pen.polygon([(tip - side * 12, 190), (inner + side * 60, 380), (outer - side * 50, 480)], fill=(240, 160, 150))
    pen.ellipse((160, 300, 864, 900), fill=ginger)
    hairs(pen, 2, (512, 600, 340, 285), (ginger, (246, 170, 90), (206, 112, 48), (250, 190, 120)))
    stripes(pen, rust)
    pen.ellipse((360, 640, 520, 800), fill=cream)
    pen.ellipse((504, 640, 664, 800), fill=cream)
    for x in (350, 674):
        eye(picture, (x, 560), 84, ((126, 190, 84), (210, 226, 104), (66, 132, 72), (240, 214, 90)), 0.34)
    muzzle(pen)
    return picture


def leaves(picture: Image.Image) -> None:
    """Scatter blurred leaves over the background."""
    pen = ImageDraw.Draw(picture)
    chance = random.Random(21)
    for _ in range(90):
        x, y, size = chance.uniform(0, BIG), chance.uniform(0, BIG), chance.uniform(30, 90)
        tone = chance.choice(((30, 104, 92), (74, 150, 110), (190, 196, 116), (26, 78, 96)))
        pen.chord((x - size, y - size, x + size, y + size), chance.uniform(0, 180), chance.uniform(200, 360), fill=tone)
    picture.paste(picture.filter(ImageFilter.GaussianBlur(7)))


def stripes(pen: ImageDraw.ImageDraw, ink: Colour) -> None:
    """Draw a tabby's stripes on forehead and cheeks."""
    for offset in (-90, -45, 0, 45, 90):
        pen.polygon([(512 + offset - 13, 318), (512 + offset + 13, 318), (512 + offset * 0.6, 470)], fill=ink)
    for side in (-1, 1):
        for row in range(4):
            y = 610 + row * 52
            pen.polygon([(512 + side * 345, y - 14), (512 + side * 345, y + 14), (512 + side * 215, y + 18)], fill=ink)


def muzzle(pen: ImageDraw.ImageDraw) -> None:
    """Draw nose, mouth and whiskers."""
    pen.polygon([(466, 640), (558, 640), (512, 700)], fill=(224, 110, 116))
    pen.line((512, 700, 512, 738), fill=(110, 50, 50), width=7)
    pen.arc((424, 676, 514, 766), 20, 170, fill=(110, 50, 50), width=7)
    pen.arc((510, 676, 600, 766), 10, 160, fill=(110, 50, 50), width=7)
    for side in (-1, 1):
        for row in range(4):
            start, end = (512 + side * 90, 706 + row * 16), (512 + side * 420, 640 + row * 62)
            pen.line((*start, *end), fill=(255, 248, 232), width=4)


def paint_owl() -> Image.Image:
    """An owl on a branch before a large moon."""
    picture = gradient([(12, 18, 54), (28, 46, 104), (66, 84, 150), (128, 120, 176)])
    stars(picture, 140)
    glow(picture, (700, 330), 250, (120, 130, 170))
    moon = Image.composite(
        Image.new("RGB", (BIG, BIG), (252, 244, 214)), Image.new("RGB", (BIG, BIG), (206, 196, 180)), clouds(3, cells=6)
    )
    mask = Image.new("L", (BIG, BIG))
    ImageDraw.Draw(mask).ellipse((480, 110, 920, 550), fill=255)
    picture.paste(moon, mask=mask)
    pen = ImageDraw.Draw(picture)
    pen.line((0, 930, BIG, 860), fill=(56, 36, 38), width=64)
    for side in (-1, 1):
        pen.polygon([(512 + side * 250, 130), (512 + side * 60, 330), (512 + side * 235, 400)], fill=(96, 62, 48))
    pen.ellipse((212, 240, 812, 940), fill=(122, 82, 58))
    feathers(pen)
    for side in (-1, 1):
        disc(pen, (512 + side * 132, 420), 150, (226, 196, 150))
        hairs_around(pen, (512 + side * 132, 420), 146)
    for x in (380, 644):
        eye(picture, (x, 420), 92, ((240, 160, 40), (255, 206, 84), (206, 106, 24), (250, 184, 60)), 0.85)
    pen.polygon([(470, 470), (554, 470), (512, 590)], fill=(244, 184, 84))
    pen.polygon([(512, 470), (554, 470), (512, 590)], fill=(206, 138, 52))
    return picture


def hairs_around(pen: ImageDraw.ImageDraw, centre: tuple[float, float], radius: float) -> None:
    """Draw a ring of fine feathers around an eye."""
    chance = random.Random(4)
    for ray in range(220):
        angle = math.tau * ray / 220
        ends = [
            (centre[0] + math.cos(angle) * one, centre[1] + math.sin(angle) * one) for one in (radius * 0.55, radius)
        ]
        pen.line(ends, fill=chance.choice(((250, 230, 196), (184, 140, 98), (150, 104, 72))), width=3)


def feathers(pen: ImageDraw.ImageDraw) -> None:
    """Lay rows of scalloped feathers over the owl's body, lower rows first."""
    chance = random.Random(9)
    tones = ((214, 176, 128), (166, 118, 80), (240, 214, 170), (134, 90, 62))
    for row in reversed(range(9)):
        y = 520 + row * 42
        half = 285 * math.sqrt(max(0.0, 1 - ((y - 600) / 370) ** 2))
        x = 512 - half + (row % 2) * 26
        while x < 512 + half - 20:
            tone = chance.choice(tones)
            pen.ellipse((x - 4, y - 40, x + 56, y + 44), fill=blend(tone, (60, 40, 34), 0.45))
            pen.ellipse((x, y - 40, x + 52, y + 34), fill=tone)
            pen.line((x + 26, y - 20, x + 26, y + 28), fill=(96, 64, 46), width=4)
            x += 52


def stars(picture: Image.Image, count: int) -> None:
    """Scatter stars."""
    pen = ImageDraw.Draw(picture)
    chance = random.Random(2)
    for _ in range(count):
        place = chance.uniform(0, BIG), chance.uniform(0, BIG)
        disc(
            pen, place, chance.choice((2, 3, 3, 5)), chance.choice(((255, 255, 240), (190, 210, 255), (255, 214, 190)))
        )


def paint_spiral() -> Image.Image:
    """An eye in a spiral of feathers and towers: the bot."""
    picture = gradient([(40, 16, 84), (110, 30, 130), (206, 66, 120), (250, 150, 96)])
    pen = ImageDraw.Draw(picture)
    chance = random.Random(77)
    palette = ((255, 196, 92), (244, 104, 96), (150, 60, 160), (64, 90, 190), (60, 186, 180), (250, 236, 190))
    for step in reversed(range(900)):
        turn = step * 0.11
        reach = 150 + step * 0.62
        x, y = 512 + math.cos(turn) * reach, 512 + math.sin(turn) * reach
        size = 14 + step * 0.045
        tone = palette[int(turn / math.tau * 2 + chance.random() * 1.4) % len(palette)]
        disc(pen, (x, y), size, blend(tone, (20, 10, 50), 0.45))
        disc(pen, (x - size * 0.15, y - size * 0.15), size * 0.78, tone)
        disc(pen, (x - size * 0.3, y - size * 0.3), size * 0.26, blend(tone, (255, 255, 255), 0.6))
    glow(picture, (512, 512), 190, (90, 70, 60))
    eye(picture, (512, 512), 168, ((54, 150, 170), (120, 220, 200), (34, 92, 150), (250, 214, 120)), 0.8)
    return picture


def paint_planet() -> Image.Image:
    """A banded planet with a ring and a small moon."""
    picture = gradient([(8, 8, 34), (22, 18, 62), (52, 26, 84), (20, 16, 52)])
    stars(picture, 260)
    bands = gradient([(96, 60, 110), (230, 160, 120), (250, 214, 160), (196, 104, 96), (240, 186, 140), (110, 70, 120)])
    weather = clouds(31, cells=2, octaves=6, stretch=6)
    bands = ImageChops.soft_light(bands, Image.merge("RGB", [weather] * 3))
    glow(picture, (512, 540), 330, (60, 40, 70))
    ring = ImageDraw.Draw(picture)
    ring.arc((60, 400, 964, 690), 0, 360, fill=(206, 180, 150), width=46)
    ball = Image.new("L", (BIG, BIG))
    ImageDraw.Draw(ball).ellipse((232, 260, 792, 820), fill=255)
    picture.paste(bands, mask=ball)
    for radius, tone in ((0, (206, 180, 150)), (18, (150, 120, 120)), (34, (236, 214, 180))):
        ring.arc((60 + radius, 400 + radius, 964 - radius, 690 - radius), 0, 180, fill=tone, width=14)
    disc(ring, (820, 210), 62, (190, 196, 214))
    disc(ring, (800, 196), 14, (140, 146, 170))
    disc(ring, (840, 228), 20, (150, 156, 180))
    return picture


def paint_plain() -> Image.Image:
    """A head and shoulders without features, for those who have no portrait."""
    picture = gradient([(120, 128, 146), (94, 102, 124)])
    pen = ImageDraw.Draw(picture)
    disc(pen, (512, 420), 170, (206, 210, 222))
    pen.ellipse((200, 660, 824, 1300), fill=(206, 210, 222))
    return picture


PAINTERS: dict[str, Callable[[], Image.Image]] = {
    "hills": paint_hills,
    "cat": paint_cat,
    "owl": paint_owl,
    "spiral": paint_spiral,
    "planet": paint_planet,
    "plain": paint_plain,
}
