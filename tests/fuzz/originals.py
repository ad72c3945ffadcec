"""Real files of every format on the decoder's list, in all their kinds: `() => name => bytes`. All of them small."""

from __future__ import annotations

import io
from functools import cache
from typing import Any

from PIL import Image, PngImagePlugin

from engine.files import generation_metadata
from engine.params import Dream
from tests.engine.files.icc_profiles import cyan_is_red, red_is_blue

SIZE = (31, 22)
"""Odd and of several JPEG blocks, so that every edge case of a codec's last row and column is there."""
MODES: dict[str, tuple[str, ...]] = {
    "PNG": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"),
    "JPEG": ("L", "RGB", "CMYK"),
    "WEBP": ("RGB", "RGBA"),
    "GIF": ("L", "P"),
    "AVIF": ("RGB", "RGBA"),
    "BMP": ("1", "L", "P", "RGB", "RGBA"),
    "TIFF": ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "LAB", "I;16", "I", "F", "YCbCr"),
}
EXTRAS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("JPEG", "RGB", {"progressive": True, "quality": 40, "subsampling": 0}),
    ("JPEG", "RGB", {"restart_marker_rows": 1, "optimize": True}),
    ("WEBP", "RGBA", {"lossless": True}),
    ("GIF", "P", {"interlace": 0, "transparency": 3}),
    *(("TIFF", "RGB", {"compression": kind}) for kind in ("tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg")),
    ("TIFF", "1", {"compression": "group4"}),
    ("TIFF", "RGB", {"big_tiff": True}),
)
ANIMATED = ("PNG", "WEBP", "GIF", "AVIF", "TIFF", "MPO")


@cache
def originals() -> dict[str, bytes]:
    """All of them by name: `"PNG RGBA"`."""
    made = {f"{kind} {mode}": _saved(_picture(mode), kind) for kind, modes in MODES.items() for mode in modes}
    for number, (kind, mode, options) in enumerate(EXTRAS):
        made[f"{kind} {mode} {number}"] = _saved(_picture(mode), kind, **options)
    for kind in ANIMATED:
        frames = [_picture("RGB").rotate(40 * turn) for turn in range(3)]
        made[f"{kind} animated"] = _saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=40, loop=0)
    for kind in ("PNG", "JPEG", "WEBP", "AVIF", "TIFF"):
        made[f"{kind} with metadata"] = _saved(_picture("RGB"), kind, icc_profile=red_is_blue(), exif=_exif())
    made["JPEG printed"] = _saved(_picture("CMYK"), "JPEG", icc_profile=cyan_is_red())
    made["PNG with text"] = _saved(_picture("P"), "PNG", pnginfo=_text(), transparency=b"\0\x80\xff" * 9, dpi=(72, 72))
    return made


@cache
def imprinted() -> dict[str, bytes]:
    """Files of ours that say how they were made, by their kind."""
    said = generation_metadata.write(Dream(layer="high*0.7 + mid:21", seed=4821), ["guide"])
    text, exif = PngImagePlugin.PngInfo(), Image.Exif()
    text.add_text(generation_metadata.KEY, said)
    exif.get_ifd(generation_metadata.EXIF_IFD)[generation_metadata.USER_COMMENT] = (
        generation_metadata.ASCII + said.encode()
    )
    options: dict[str, dict[str, Any]] = {"PNG": {"pnginfo": text}, "JPEG": {"exif": exif}, "WEBP": {"exif": exif}}
    return {kind: _saved(_picture("RGB"), kind, **options.get(kind, {"comment": said})) for kind in (*options, "GIF")}


def _picture(mode: str) -> Image.Image:
    """Noise, a ramp and a flat part: every way a codec has of storing pixels."""
    grey = Image.linear_gradient("L").resize(SIZE)
    grey.paste(Image.effect_noise((12, 12), 90), (0, 0))
    grey.paste(0, (20, 10, 31, 22))
    if mode in ("I;16", "I", "F"):
        return grey.convert("I").point(lambda value: value * 257 + 0).convert(mode)
    colour = Image.merge("RGB", (grey, grey.rotate(180), grey.point(lambda value: 255 - value)))
    if mode == "LAB":
        return Image.merge("LAB", colour.split())
    if mode in ("RGBA", "LA"):
        colour.putalpha(grey)
    return colour.convert(mode)


def _exif() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "a place that nobody may know"
    exif.get_ifd(0x8825)[1] = "N"
    return exif


def _text() -> PngImagePlugin.PngInfo:
    text = PngImagePlugin.PngInfo()
    text.add_text("comment", "words " * 20, zip=True)
    text.add_itxt("more", "wörter", zip=True)
    return text


def _saved(picture: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()
