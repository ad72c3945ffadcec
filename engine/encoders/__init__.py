"""Results as files: `(params, limit) => Encoder`.

encoded     what a file is, and the port to make one
raster      tensors as rows of bytes
still       PNG, JPEG, WebP, and quick previews
gif         animations
fit         making it fit the upload limit
imprinting  saying in a file how it was made
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.encoders.encoded import Encoded, Encoder
from engine.encoders.gif import Gif
from engine.encoders.still import Still, encode, preview
from engine.jobs import imprint
from engine.jobs.params import AnyParams, Zoom

__all__ = ["Encoded", "Encoder", "encode", "open_encoder", "preview"]


def open_encoder(params: AnyParams, limit_bytes: int | None = None, others: Iterable[str] = ()) -> Encoder:
    """The encoder for what a recipe makes: a still picture, or an animation. Its file says how it was made; `others`
    names further pictures that were used."""
    said = imprint.write(params, others)
    if isinstance(params, Zoom):
        return Gif(params.fps, limit_bytes, said)
    return Still("png", limit_bytes, said)
