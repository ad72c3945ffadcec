"""Results as files: `(params, limit) => Encoder`.

encoded     what a file is, and the port to make one
raster      tensors as rows of bytes
sheet       several still pictures: one file of all, and one of each
still       PNG, JPEG, WebP, and quick previews
webp        animations
gif         animations for where nothing else plays
fit         making it fit the upload limit
imprinting  saying in a file how it was made
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from engine.encoders.encoder import Encoded, Encoder
from engine.encoders.gif import Gif
from engine.encoders.sheet import Sheet
from engine.encoders.still import Still, encode, preview
from engine.encoders.webp import AnimatedWebp
from engine.files import generation_metadata
from engine.params import Animate, AnyParams, Concept, Dream, Morph, PastDream, Zoom, is_animated

__all__ = ["Encoded", "Encoder", "Kind", "Provenance", "encode", "open_encoder", "preview"]
Kind = Literal["png", "jpeg", "webp", "gif"]


class Provenance(NamedTuple):
    """What a file says of how it was made, beside its params."""

    others: tuple[str, ...] = ()
    """Further pictures that were used."""
    before: tuple[PastDream, ...] = ()
    """The dreams of which its picture was made ..."""
    omitted: int = 0
    """... and how many there were before those."""


PLAIN = Provenance()
"""Of a picture that somebody brought."""


def open_encoder(
    params: AnyParams, limit_bytes: int | None = None, origin: Provenance = PLAIN, kind: Kind = "png"
) -> Encoder:
    """The encoder for what a recipe makes: a still picture of a kind, or an animation: a WebP, or a GIF.

    Its file says how it was made. Several variations are a sheet.
    """
    said = generation_metadata.write(params, *origin)
    if isinstance(params, Zoom | Animate | Morph) and is_animated(params):
        return (Gif if kind == "gif" else AnimatedWebp)(params.fps, limit_bytes, said)
    if isinstance(params, Concept | Dream) and params.variations > 1 and kind != "gif":
        each = [generation_metadata.write(params.variation(at), *origin) for at in range(params.variations)]
        return Sheet(kind, limit_bytes, said, each)
    return Gif(1, limit_bytes, said) if kind == "gif" else Still(kind, limit_bytes, said)
