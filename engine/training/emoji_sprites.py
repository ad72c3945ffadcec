"""Emoji art -> one archive of RGBA sprites, in four drawing styles.

    noto     Noto Color Emoji, a font that Pillow draws (font OFL 1.1, art Apache-2.0)
    fluent   Fluent Emoji 3D, one WebP per code point (MIT)
    flat     Fluent Emoji Flat, one SVG per code point (MIT): the same designs without light and shade
    twemoji  Twemoji, one SVG per code point (CC BY 4.0): kept apart as the style that is never trained on

The art itself is installed by the system's and npm's packages and is never part of this repository.
"""

import gzip
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import torch
from PIL import Image, ImageDraw, ImageFont
from safetensors.torch import load, save
from torch import Tensor

from engine.training.classes import emoji

SIDE: Final = 112
TRAINED_STYLES: Final = ("noto", "fluent", "flat")
STYLES: Final = (*TRAINED_STYLES, "twemoji")
FONT_SIZE: Final = 109  # the only size at which the font holds bitmaps: 136 x 128 pixels


@dataclass(frozen=True)
class Sprites:
    """Art by style, [classes, 4, SIDE, SIDE] uint8 with straight alpha, and the label of each class."""

    labels: list[str]
    art: dict[str, Tensor]


def square(picture: Image.Image) -> Tensor:
    """Crop to what is painted, centre in a square, scale: RGBA of any size -> [4, SIDE, SIDE] uint8."""
    picture = picture.crop(picture.getbbox())
    side = max(picture.size)
    frame = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    frame.paste(picture, ((side - picture.width) // 2, (side - picture.height) // 2))
    scaled = frame.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    return torch.frombuffer(bytearray(scaled.tobytes()), dtype=torch.uint8).view(SIDE, SIDE, 4).permute(2, 0, 1)


def code_point_file(folder: Path, character: str, ending: str) -> Path | None:
    """The file of one emoji; some packages add the variation selector to its name."""
    names = (f"{ord(character):x}.{ending}", f"{ord(character):x}-fe0f.{ending}")
    return next((folder / name for name in names if (folder / name).is_file()), None)


def draw_noto(font: ImageFont.FreeTypeFont, character: str) -> Tensor | None:
    """One glyph of a colour font, or None where the font has none."""
    picture = Image.new("RGBA", (136, 128), (0, 0, 0, 0))
    ImageDraw.Draw(picture).text((0, 0), character, font=font, embedded_color=True)
    return square(picture) if picture.getbbox() else None


def draw_fluent(folder: Path, character: str) -> Tensor | None:
    """One WebP render, or None where there is none."""
    file = code_point_file(folder, character, "webp")
    if file is None:
        return None
    with Image.open(file, formats=["WEBP"]) as picture:
        return square(picture.convert("RGBA"))


def draw_vector(folder: Path, character: str) -> Tensor | None:
    """One SVG, drawn by resvg, or None where there is none."""
    import resvg_py

    file = code_point_file(folder, character, "svg")
    if file is None:
        return None
    png = bytes(resvg_py.svg_to_bytes(svg_path=str(file), width=136, height=136))
    with Image.open(io.BytesIO(png), formats=["PNG"]) as picture:
        return square(picture.convert("RGBA"))


def gather(painters: Sequence[Callable[[str], Tensor | None]]) -> Sprites:
    """Paint every emoji in every style; an emoji that one style lacks is left out of all, so that rows agree."""
    rows: dict[str, list[Tensor]] = {}
    for label, character in emoji().items():
        drawn = [painted for painter in painters if (painted := painter(character)) is not None]
        if len(drawn) == len(painters):
            rows[label] = drawn
    columns = zip(*rows.values(), strict=True)
    return Sprites(list(rows), {style: torch.stack(art) for style, art in zip(STYLES, columns, strict=False)})


def render(out: Path, font: Path, fluent: Path, flat: Path, twemoji: Path) -> Sprites:
    """Draw all styles and write the archive, packed (53 MB of pixels in 15 MB): it travels to machines without art."""
    face = ImageFont.truetype(str(font), FONT_SIZE)
    sprites = gather(
        [
            lambda character: draw_noto(face, character),
            lambda character: draw_fluent(fluent, character),
            lambda character: draw_vector(flat, character),
            lambda character: draw_vector(twemoji, character),
        ]
    )
    write(sprites, out)
    return sprites


def write(sprites: Sprites, path: Path) -> None:
    """Write an archive: safetensors inside gzip, without a date, so that the same art gives the same bytes."""
    tensors = {style: art.contiguous() for style, art in sprites.art.items()}
    path.write_bytes(gzip.compress(save(tensors, {"labels": json.dumps(sprites.labels)}), 6, mtime=0))


def read(path: Path) -> Sprites:
    """Open an archive written by `write`."""
    packed = gzip.decompress(path.read_bytes())
    labels: list[str] = json.loads(
        json.loads(packed[8 : 8 + int.from_bytes(packed[:8], "little")])["__metadata__"]["labels"]
    )
    return Sprites(labels, load(packed))
