"""What a user can ask for: `(params, source, runtime, further pictures) => iterator of reports`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from torch import Tensor

from engine.ascent.progress import Frame, Progress
from engine.canvas.motion import MovingPicture
from engine.errors import PictureGone
from engine.params import Animate, AnyParams, Channel, Concept, Dream, Morph, Poster, See, Style, Upscale, Video, Zoom
from engine.recipes.animate import animate
from engine.recipes.channel import channel
from engine.recipes.concept import concept
from engine.recipes.dream import dream
from engine.recipes.morph import morph
from engine.recipes.poster import poster
from engine.recipes.see import see
from engine.recipes.style import style
from engine.recipes.upscale import upscale
from engine.recipes.video import video
from engine.recipes.zoom import zoom
from engine.runtime import Runtime


def run(
    params: AnyParams,
    source: Tensor | None,
    runtime: Runtime,
    others: Mapping[str, Tensor] | None = None,
    pulses: Sequence[float] = (),
    moving: MovingPicture | None = None,
) -> Iterator[Progress | Frame]:
    """The recipe of these params; the source is [3, h, w] in [0, 1], or None for noise, and so are other pictures.

    `pulses` say how far a zoom moves in each frame, to a beat; `moving` is what a video is made of.

    Raises `UnknownNetwork`, `NetworkMissing`, `UnknownLayer` or `UnknownChannel` at its first step.
    """
    match params:
        case Zoom():
            return zoom(params, source, runtime, pulses)
        case Concept():
            return concept(params, source, runtime)
        case Channel():
            return channel(params, source, runtime)
        case Morph():
            return morph(params, source, runtime)
        case Animate():
            return animate(params, source, runtime, others, partial(_run_in, runtime))
        case Upscale():
            return upscale(params, source, runtime)
        case Poster():
            return poster(params, source, runtime, partial(_dream_in, runtime))
        case See():
            return see(params, source, runtime)
        case Style():
            return style(params, source, runtime, others, partial(_run_in, runtime))
        case Video():
            if moving is None:
                raise PictureGone
            return video(params, moving, runtime, partial(_dream_in, runtime))
        case Dream():
            return dream(params, source, runtime, others)


def _run_in(
    runtime: Runtime, params: AnyParams, source: Tensor | None, others: Mapping[str, Tensor]
) -> Iterator[Progress | Frame]:
    return run(params, source, runtime, others)


def _dream_in(runtime: Runtime, params: Dream, source: Tensor | None) -> Iterator[Progress | Frame]:
    return dream(params, source, runtime)
