"""What people post that is no photograph: `(width) => picture [h, w, 3]`. A chat, words on dark, a logo, an ink drawing
on other grounds. Flat areas and thin lines: little for a dream to hold on to.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from engine.gallery.drawing import drawing
from engine.gallery.landscape import landscape
from engine.paintings.procedural_painting import Plane

FINE: Final = (2048, 1536)
"""Pages are drawn at this size, 512 pixels to a sheet unit, and made smaller."""
DARK, SIDE, FIELD, PALE, DIM = "#313338", "#2b2d31", "#383a40", "#dbdee1", "#949ba4"
TALK: Final = (
    ("Juno", "#e0a45e", "20:14", ("found this lake on the way home,", "nobody there but me and two herons")),
    ("", "", "", ()),
    ("Sam", "#6fb58a", "20:15", ("that mountain has a face. no, two faces",)),
    ("Okapi", "#c77fb4", "20:17", ("dream it! dream it! I bet on dogs", "the reflection will be dogs as well")),
)
"""Who says what; an empty one is the picture that the first one sent."""
CHANNELS: Final = ("welcome", "photos", "dreams", "music", "recipes", "off-topic")
POEM: Final = (
    "Look at a cloud for long enough",
    "and it will look at you.",
    "First comes an eye, and then a snout,",
    "a tower or a shoe;",
    "",
    "and when the wind has blown it out",
    "you keep it in your head,",
    "and see it in the wallpaper",
    "above your narrow bed.",
)


def chat(width: int) -> Plane:
    """A screenshot of people talking about a picture."""
    page = Image.new("RGB", FINE, DARK)
    pen = ImageDraw.Draw(page)
    pen.rectangle((0, 0, 470, FINE[1]), fill=SIDE)
    write(pen, (50, 40), "Night owls", PALE, 54)
    for number, name in enumerate(CHANNELS):
        top = 170 + 92 * number
        if name == "photos":
            pen.rounded_rectangle((24, top - 16, 446, top + 64), 14, fill="#404249")
        write(pen, (52, top), f"#  {name}", PALE if name == "photos" else DIM, 42)
    write(pen, (540, 40), "#  photos", PALE, 50)
    pen.line((470, 128, FINE[0], 128), fill="#26272b", width=4)
    draw_messages(page, pen)
    pen.rounded_rectangle((530, 1392, 1990, 1496), 24, fill=FIELD)
    write(pen, (580, 1418), "Message #photos", DIM, 44)
    return downscale(page, width)


def draw_messages(page: Image.Image, pen: ImageDraw.ImageDraw) -> None:
    """What is said, from the top down, and the picture."""
    top = 170
    for name, colour, at, lines in TALK:
        if not name:
            shown = Image.fromarray((landscape(640) * 255).astype(np.uint8)).resize(
                (780, 585), Image.Resampling.LANCZOS
            )
            page.paste(shown, (680, top - 10))
            top += 620
            continue
        pen.ellipse((550, top, 650, top + 100), fill=colour)
        write(pen, (583 if name != "Okapi" else 579, top + 18), name[0], "#ffffff", 58)
        write(pen, (680, top - 4), name, colour, 46)
        write(pen, (700 + 27 * len(name), top + 8), at, DIM, 32)
        for number, line in enumerate(lines):
            write(pen, (680, top + 56 + 56 * number), line, PALE, 44)
        top += 92 + 58 * len(lines)


def verse(width: int) -> Plane:
    """Light words on a dark ground."""
    page = Image.new("RGB", FINE, "#14161c")
    pen = ImageDraw.Draw(page)
    for number, line in enumerate(POEM):
        write(pen, (240, 200 + 124 * number), line, "#e9e2d0", 88)
    pen.line((160, 210, 160, 1300), fill="#7c4a3f", width=6)
    return downscale(page, width)


def logo(width: int) -> Plane:
    """A mark as companies have one: a moth that is an eye, in two flat colours on white, and its name."""
    page = Image.new("RGB", FINE, "#ffffff")
    pen = ImageDraw.Draw(page)
    middle, top = FINE[0] / 2, 570.0
    for side in (-1, 1):
        wing = [(middle, top - 120), (middle + side * 250, top - 420), (middle + side * 640, top - 400),
                (middle + side * 560, top - 20), (middle + side * 260, top + 90)]  # fmt: skip
        lower = [(middle, top + 40), (middle + side * 300, top + 60), (middle + side * 460, top + 230),
                 (middle + side * 250, top + 420), (middle + side * 60, top + 240)]  # fmt: skip
        pen.polygon(round_corners(lower), fill="#e2704a")
        pen.polygon(round_corners(wing), fill="#2c3e6b")
        ring(pen, (middle + side * 370, top - 210), (118, "#ffffff"), (84, "#e2704a"), (42, "#2c3e6b"))
    pen.rounded_rectangle((middle - 34, top - 220, middle + 34, top + 330), 34, fill="#1b2745")
    font = ImageFont.load_default(190)
    pen.text((middle, 1240), "pareidolia", fill="#1b2745", font=font, anchor="mm")
    return downscale(page, width)


def on_white(width: int) -> Plane:
    """The ink drawing as it is scanned or made on a screen: the paper is white, all of it."""
    drawn = drawing(width)
    white: Plane = np.clip(drawn / (0.97 * np.median(drawn, (0, 1))), 0, 1).astype(np.float32)
    return white


def on_black(width: int) -> Plane:
    """The same the other way round."""
    return 1 - on_white(width)


def on_grey(width: int) -> Plane:
    """The same on middle grey, half as strong."""
    return 0.5 * on_white(width)


def round_corners(corners: Sequence[tuple[float, float]], rounds: int = 4) -> list[tuple[float, float]]:
    """A shape without its corners (Chaikin 1974)."""
    points = np.asarray(corners)
    for _ in range(rounds):
        after = np.roll(points, -1, 0)
        points = np.stack([0.75 * points + 0.25 * after, 0.25 * points + 0.75 * after], 1).reshape(-1, 2)
    return [(float(x), float(y)) for x, y in points]


def ring(pen: ImageDraw.ImageDraw, at: tuple[float, float], *discs: tuple[float, str]) -> None:
    """Discs over each other: radius and colour."""
    for radius, colour in discs:
        pen.ellipse((at[0] - radius, at[1] - radius, at[0] + radius, at[1] + radius), fill=colour)


def write(pen: ImageDraw.ImageDraw, at: tuple[float, float], text: str, colour: str, letters: int) -> None:
    """A line of text, by its upper left corner."""
    pen.text(at, text, fill=colour, font=ImageFont.load_default(letters))


def downscale(page: Image.Image, width: int) -> Plane:
    """A page as a picture `width` pixels wide."""
    shown = page.resize((width, round(width * 3 / 4)), Image.Resampling.LANCZOS)
    return np.asarray(shown, np.float32) / 255
