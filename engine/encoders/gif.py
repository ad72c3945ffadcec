"""A film as an animation that plays everywhere: `(film, plan) => bytes`.

The colours of a palette serve some frames in a row, by ffmpeg's palettegen (PyAV): colours of single frames would
flicker, and those of a whole film are too few where it changes. How missing colours are mixed of others:
`engine.encoders.dithering`.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import islice

import av
import numpy as np
from av.filter import Graph
from av.video.stream import VideoStream
from numpy.typing import NDArray

from engine.encoders import embed_metadata
from engine.encoders.dithering import DIFFUSION, PATTERN, Pixels, to_indices
from engine.encoders.film import Film, Plan, Spec

MIME = "image/gif"
COLOURS = (256, 128, 64)
"""Tried in this order."""
SEGMENT, LAST = 8, 4
"""Frames that share a palette; of the last ones fewer, as these are left to do when all are there."""
SAMPLES = 3
"""Frames that are looked at to choose one."""
PALETTE_SIDE, PALETTE_STEP = 128, 4
"""Of a frame every 4th pixel of every 4th row is looked at for a palette, or more, so that its sides have 128 of them:
that takes a tenth of the time, and the structural similarity of the result is the same within 0.001."""
BLOCK, SMOOTH, SKY = 8, (0.2, 4.0), 0.1
"""Pixels of a square, between which spreads of its values it is smooth, and from which share of them on it is a sky."""


def encode(film: Film, plan: Plan) -> bytes:
    """The file, shown for ever."""
    return encode_frames(film.frames(plan.size, plan.stride), film.spec(plan, loops=True))


def encode_frames(frames: Iterator[av.VideoFrame], spec: Spec) -> bytes:
    """The file of frames that may still be on their way."""
    plan, rate = spec.plan, spec.rate
    file = io.BytesIO()
    with av.open(file, "w", format="gif", options={"loop": "0"}) as container:
        stream: VideoStream = container.add_stream("gif", rate=rate)
        stream.width, stream.height, stream.pix_fmt = plan.size[1], plan.size[0], "pal8"
        stream.time_base = 1 / rate
        for count, painted in enumerate(_paint_in_segments(frames, spec)):
            painted.pts, painted.time_base = count, 1 / rate
            container.mux(stream.encode(painted))
        container.mux(stream.encode(None))
    return embed_metadata.add_gif_comment(file.getvalue(), spec.imprint)


def _paint_in_segments(frames: Iterator[av.VideoFrame], spec: Spec) -> Iterator[av.VideoFrame]:
    """Frames in colours of palettes, a segment at a time."""
    for length in segment_lengths(spec.count):
        segment = [_to_pixels(frame) for frame in islice(frames, length)]
        if not segment:  # somebody stopped it
            return
        palette = _palette(segment, spec.plan)
        opaque = np.full((COLOURS[0], 4), 255, np.uint8)
        opaque[: len(palette), 1:] = palette
        for indices in to_indices(segment, palette, spec.plan.dither):
            yield av.VideoFrame.from_ndarray((indices, opaque), format="pal8")  # type: ignore[arg-type]  # which it takes


def segment_lengths(count: int) -> Iterator[int]:
    """How many frames share each palette, of so many."""
    while count:
        length = min(count, SEGMENT) if count > SEGMENT or count <= LAST else -(-count // 2)
        yield length
        count -= length


def choose_dither(film: Film) -> str:
    """How missing colours are mixed. Diffused errors cost bytes, so they are for where there are skies.

    By its first segment, so that the file can be made while others are still to come.
    """
    known = min(film.count, SEGMENT)
    samples = islice(film.frames(film.size), 0, known, max(1, known // SAMPLES))
    shares = [
        _smooth_share(np.asarray(frame.to_ndarray(format="gray"), dtype=np.uint8)) for frame in islice(samples, SAMPLES)
    ]
    return DIFFUSION if max(shares) > SKY else PATTERN


def _smooth_share(grey: NDArray[np.uint8]) -> float:
    """The share of a picture that changes, but little: there one colour beside the next makes a band."""
    height, width = (edge // BLOCK * BLOCK for edge in grey.shape)
    blocks = grey[:height, :width].reshape(height // BLOCK, BLOCK, width // BLOCK, BLOCK)
    if not blocks.size:
        return 0.0
    spread = blocks.std((1, 3))
    return float(((spread > SMOOTH[0]) & (spread < SMOOTH[1])).mean())


def _palette(frames: Sequence[Pixels], plan: Plan) -> Pixels:
    """The colours [n, 3] that serve all of these frames best."""
    step = max(1, min(PALETTE_STEP, min(plan.size) // PALETTE_SIDE))
    thinned = [np.ascontiguousarray(frame[::step, ::step]) for frame in frames]
    graph = Graph()
    height, width, _ = thinned[0].shape
    source = graph.add_buffer(width=width, height=height, format=av.VideoFormat("rgb24"), time_base=Fraction(1, 100))
    chosen = graph.add("palettegen", f"max_colors={plan.quality}:reserve_transparent=0:stats_mode=full")
    sink = graph.add("buffersink")
    source.link_to(chosen)
    chosen.link_to(sink)
    graph.configure()
    for frame in thinned:
        source.push(av.VideoFrame.from_ndarray(frame, format="rgb24"))
    source.push(None)
    palette = sink.pull()
    if not isinstance(palette, av.VideoFrame):
        raise TypeError("the filter gave no picture")
    return _to_pixels(palette).reshape(-1, 3)[: plan.quality]


def _to_pixels(frame: av.VideoFrame) -> Pixels:
    return np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8)
