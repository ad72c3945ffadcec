"""Results as files: `(params, limit) => Encoder`.

encoded     what a file is, and the port to make one
raster      tensors as rows of bytes
sheet       several still pictures: one file of all, and one of each
still       PNG, JPEG, WebP, and quick previews
previews    when those of a running job are made, and go up
animation   films that fit, by webp, gif and mp4
film        their frames, until the last one is known
encoded_ahead  the file of these, made meanwhile
dithering   frames in few colours
flashes     what flashes too often is dimmed
upload_limit  making it fit the upload limit
embed_metadata  saying in a file how it was made
"""

from __future__ import annotations

from typing import Literal, NamedTuple, cast

from engine.encoders.animation import FORMATS, Animation, AnimationKind
from engine.encoders.encoder import Encoded, Encoder
from engine.encoders.film import Sound
from engine.encoders.sheet import Sheet
from engine.encoders.still import Still, encode, preview
from engine.files import generation_metadata
from engine.params import (
    AnimatedParams,
    AnyParams,
    Concept,
    Dream,
    PastDream,
    Poster,
    is_animated,
)

__all__ = ["Encoded", "Encoder", "Kind", "Provenance", "Sound", "encode", "open_encoder", "preview"]
Kind = Literal["png", "jpeg", "webp", "gif", "mp4"]


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
    params: AnyParams, limit_bytes: int | None = None, origin: Provenance = PLAIN, kind: Kind | None = None,
    sound: Sound | None = None,
) -> Encoder:  # fmt: skip
    """The encoder for what a recipe makes: a still picture of a kind, by default a PNG, or an animation, by default of
    the `format` in its params. `sound` goes with an MP4.

    Its file says how it was made, and as which kind of animation. Several variations are a sheet.
    """
    said = generation_metadata.write(params, *origin)
    if isinstance(params, AnimatedParams) and is_animated(params):
        films = {one: generation_metadata.write(_of_format(params, one), *origin) for one in FORMATS}
        return Animation(_animation_kind(params, kind), params.fps, limit_bytes, films, sound)
    if kind == "mp4" or kind == "gif":
        return Animation(kind, 1, limit_bytes, dict.fromkeys(FORMATS, said))
    if isinstance(params, Concept | Dream) and params.variations > 1:
        each = [generation_metadata.write(params.variation(at), *origin) for at in range(params.variations)]
        return Sheet(kind or "png", limit_bytes, said, each)
    return Still(kind or "png", limit_bytes, said, params.dpi if isinstance(params, Poster) else 0)


def _animation_kind(params: AnimatedParams, kind: Kind | None) -> AnimationKind:
    """As a file's name says; where that says nothing of animations, as was asked for."""
    return kind if kind in ("webp", "gif", "mp4") else params.format


def _of_format(params: AnimatedParams, kind: AnimationKind) -> AnyParams:
    """The params of the same film as such a file."""
    return cast("AnyParams", params.model_copy(update={"format": kind}))
