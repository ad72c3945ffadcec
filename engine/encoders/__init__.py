"""Results as files: `(params, limit) => Encoder`.

encoded  what a file is, and the port to make one
raster   tensors as rows of bytes
still    PNG, JPEG, WebP, and quick previews
gif      animations
fit      making it fit the upload limit
"""

from __future__ import annotations

from engine.encoders.encoded import Encoded, Encoder
from engine.encoders.gif import Gif
from engine.encoders.still import Still, encode, preview
from engine.jobs.params import AnyParams, Zoom

__all__ = ["Encoded", "Encoder", "encode", "open_encoder", "preview"]


def open_encoder(params: AnyParams, limit_bytes: int | None = None) -> Encoder:
    """The encoder for what a recipe makes: a still picture, or an animation."""
    if isinstance(params, Zoom):
        return Gif(params.fps, limit_bytes)
    return Still("png", limit_bytes)
