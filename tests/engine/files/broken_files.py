"""Files that people send and libraries stumble over: `picture => bytes`, made here so that nothing has to be kept."""

from __future__ import annotations

import io
import re
import struct
import zlib
from collections.abc import Iterator, Sequence

from PIL import Image

PNG = b"\x89PNG\r\n\x1a\n"
FORMATS_OF_ANIMATIONS = ("GIF", "WEBP", "PNG", "AVIF")


def photo(size: tuple[int, int] = (300, 200)) -> Image.Image:
    """Something with edges and gradients, the same every time, nowhere plain."""
    across = Image.linear_gradient("L").resize(size)
    down = Image.linear_gradient("L").rotate(90).resize(size)
    rings = Image.radial_gradient("L").resize(size)
    stripes = Image.effect_mandelbrot(size, (-2, -1.2, 0.8, 1.2), 60)
    return Image.merge("RGB", (across, Image.blend(down, stripes, 0.5), rings))


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def animated(kind: str, frames: Sequence[Image.Image]) -> bytes:
    options = {"lossless": True} if kind == "WEBP" else {}
    return saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=80, loop=0, **options)


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def with_chunk(png: bytes, extra: bytes) -> bytes:
    """A PNG with one more chunk before its pixels."""
    at = len(PNG) + 25
    return png[:at] + extra + png[at:]


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def with_segments(jpeg: bytes, *segments: bytes) -> bytes:
    """A JPEG with more segments at its beginning."""
    return jpeg[:2] + b"".join(segments) + jpeg[2:]


def scans(jpeg: bytes) -> Iterator[bytes]:
    """The scans of a JPEG, each with its header."""
    at = jpeg.index(b"\xff\xda")
    while at >= 0:
        end = re.compile(rb"\xff[^\x00\xd0-\xd7]").search(jpeg, at + 2)
        assert end is not None
        yield jpeg[at : end.start()]
        at = jpeg.find(b"\xff\xda", end.start())


def with_scans(count: int, size: tuple[int, int] = (96, 64)) -> bytes:
    """A progressive JPEG of so many scans: its last one again and again."""
    jpeg = saved(photo(size), "JPEG", progressive=True, quality=60)
    own = [*scans(jpeg)]
    return jpeg[:-2] + own[-1] * (count - len(own)) + jpeg[-2:]
