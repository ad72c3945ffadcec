"""One picture as a file: `(picture, kind, limit) => Encoded`."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from PIL import Image
from torch import Tensor
from torch.nn.functional import avg_pool2d

from engine.canvas.pillow_image import to_pillow
from engine.canvas.resample import Size
from engine.encoders import embed_metadata
from engine.encoders.encoder import Encoded
from engine.encoders.upload_limit import SHRINKS, first_that_fits, lossy_note, smaller_note
from engine.files import picture_size
from engine.notes import Note

Kind = Literal["png", "jpeg", "webp"]
QUALITIES = (95, 88, 80, 68)
"""Tried in this order where lossless is too large."""
PREVIEW_SIDE = 512
"""Pixels of a preview's long side."""


def encode(
    picture: Tensor, kind: Kind = "png", limit_bytes: int | None = None, imprint: str = "", dpi: int = 0
) -> Encoded:
    """A file of at most `limit_bytes`; whatever was given up for that stands in its notes. `imprint` goes into it, and
    how many dots an inch it is printed with, where that is known (a WebP has no place for it).

    A PNG becomes a WebP of lower and lower quality, then a smaller one; JPEG and WebP begin with their own kind.
    """
    drawn = to_pillow(picture)
    return first_that_fits((_encode_plan(drawn, plan, imprint, dpi) for plan in _plans(drawn, kind)), limit_bytes)


def preview(picture: Tensor, side: int = PREVIEW_SIDE, size: Size | None = None) -> bytes:
    """A quick JPEG with `side` as its long side, of the aspect of `size` (height, width) if that is given."""
    shown = _preview_size(picture, side, size)
    return _save_bytes(to_pillow(shrink_for_preview(picture, side, size), shown), "jpeg", 80)


def shrink_for_preview(picture: Tensor, side: int = PREVIEW_SIDE, size: Size | None = None) -> Tensor:
    """A picture [3, h, w], less than twice as large as its preview: of a large one, most of the time would go into
    bytes that nobody sees."""
    times = max(picture.shape[1:]) // max(_preview_size(picture, side, size))
    return avg_pool2d(picture[None], times, ceil_mode=True)[0] if times > 1 else picture


def _preview_size(picture: Tensor, side: int, size: Size | None) -> Size:
    return picture_size.fit(size or (picture.shape[1], picture.shape[2]), side, strips_by_area=False)


class Still:
    """An encoder of results that are one picture; the last one added counts."""

    def __init__(self, kind: Kind = "png", limit_bytes: int | None = None, imprint: str = "", dpi: int = 0) -> None:
        self._dpi = dpi
        self._kind: Kind = kind
        self._limit = limit_bytes
        self._imprint = imprint
        self._picture: Tensor | None = None

    def add(self, picture: Tensor, frames: int = 1) -> None:
        """Take the picture, [3, h, w] in [0, 1]."""
        self._picture = picture

    def finish(self) -> Encoded:
        """The file. Raises `ValueError` if no picture was added."""
        if self._picture is None:
            raise ValueError("no picture was added; add one before finish()")
        return encode(self._picture, self._kind, self._limit, self._imprint, self._dpi)

    def close(self) -> None:
        """Nothing is held."""


@dataclass(frozen=True, slots=True)
class _Plan:
    kind: Kind
    quality: int
    size: Size
    notes: tuple[Note, ...] = ()


def _plans(drawn: Image.Image, kind: Kind) -> Iterator[_Plan]:
    """Ways to save a picture, the best first."""
    full = (drawn.height, drawn.width)
    yield _Plan(kind, QUALITIES[0], full)
    lossy: Kind = "webp" if kind == "png" else kind
    for quality in QUALITIES if kind == "png" else QUALITIES[1:]:
        yield _Plan(lossy, quality, full, (lossy_note(lossy),))
    for shrink in SHRINKS:
        size = picture_size.fit(full, max(1, round(max(full) * shrink)), strips_by_area=False)
        yield _Plan(lossy, QUALITIES[2], size, (smaller_note(size[1], size[0]),))


def _encode_plan(drawn: Image.Image, plan: _Plan, imprint: str, dpi: int = 0) -> Encoded:
    height, width = plan.size
    if plan.size != (drawn.height, drawn.width):
        drawn = drawn.resize((width, height), Image.Resampling.LANCZOS)
    data = _save_bytes(drawn, plan.kind, plan.quality, imprint, dpi)
    return Encoded(data, f"image/{plan.kind}", width, height, plan.notes)


def _save_bytes(drawn: Image.Image, kind: Kind, quality: int, imprint: str = "", dpi: int = 0) -> bytes:
    file = io.BytesIO()
    said = embed_metadata.save_options(kind, imprint)
    if dpi and kind != "webp":
        said["dpi"] = (dpi, dpi)
    if kind == "png":
        drawn.save(file, "png", compress_level=6, **said)
    elif kind == "jpeg":
        drawn.save(file, "jpeg", quality=quality, subsampling=0 if quality > 90 else -1, **said)
    else:
        drawn.save(file, "webp", quality=quality, method=4, **said)
    return file.getvalue()
