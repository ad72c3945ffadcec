"""A film as an animation that plays everywhere: `(film, plan) => bytes`.

The colours of a palette serve some frames in a row, by ffmpeg's palettegen and paletteuse (PyAV): colours of single
frames would flicker, and those of a whole film are too few where it changes. Missing colours are mixed in one of
two ways: a faint pattern is closest to what is rich in detail and is packed well; diffused errors leave no bands in a
sky.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import islice

import av
import numpy as np
from av.filter import Graph
from av.filter.context import FilterContext
from av.video.stream import VideoStream
from numpy.typing import NDArray

from engine.canvas.resample import Size
from engine.encoders import embed_metadata
from engine.encoders.film import Film, Plan, Spec

MIME = "image/gif"
COLOURS = (256, 128, 64)
"""Tried in this order."""
SEGMENT = 8
"""Frames that share a palette; so many at most are left to do after the last one."""
PATTERN, DIFFUSION, PLAIN = "dither=bayer:bayer_scale=5", "dither=floyd_steinberg", "dither=none"
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
        for count, painted in enumerate(_paint_in_segments(frames, plan)):
            painted.pts, painted.time_base = count, 1 / rate
            container.mux(stream.encode(painted))
        container.mux(stream.encode(None))
    return embed_metadata.add_gif_comment(file.getvalue(), spec.imprint)


def _paint_in_segments(frames: Iterator[av.VideoFrame], plan: Plan) -> Iterator[av.VideoFrame]:
    """Frames in colours of palettes, a segment at a time."""
    while segment := list(islice(frames, SEGMENT)):
        palette = _palette(segment, plan)
        yield from _paint(segment, palette, plan.size, plan.dither or PLAIN)


def choose_dither(film: Film) -> str:
    """How missing colours are mixed. Diffused errors cost bytes, so they are for where there are skies."""
    samples = film.frames(film.size, max(1, film.count // SAMPLES))
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


def _palette(frames: Iterable[av.VideoFrame], plan: Plan) -> av.VideoFrame:
    """The colours that serve all of these frames best."""
    step = max(1, min(PALETTE_STEP, min(plan.size) // PALETTE_SIDE))
    graph = Graph()
    source = _source(graph, (-(-plan.size[0] // step), -(-plan.size[1] // step)))
    chosen = graph.add("palettegen", f"max_colors={plan.quality}:reserve_transparent=0:stats_mode=full")
    sink = graph.add("buffersink")
    source.link_to(chosen)
    chosen.link_to(sink)
    graph.configure()
    for frame in frames:
        source.push(_thin_out(frame, step))
    source.push(None)
    return _pull_frame(sink)


def _thin_out(frame: av.VideoFrame, step: int) -> av.VideoFrame:
    pixels = np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8)
    return av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels[::step, ::step]), format="rgb24")


def _paint(frames: Iterable[av.VideoFrame], palette: av.VideoFrame, size: Size, dither: str) -> Iterator[av.VideoFrame]:
    """Frames in the colours of one palette."""
    graph = Graph()
    source, colours = _source(graph, size), _source(graph, (palette.height, palette.width), "rgb32")
    painter = graph.add("paletteuse", dither)
    sink = graph.add("buffersink")
    source.link_to(painter, 0, 0)
    colours.link_to(painter, 0, 1)
    painter.link_to(sink)
    graph.configure()
    colours.push(palette)
    colours.push(None)
    for frame in frames:
        source.push(frame)
        yield _pull_frame(sink)


def _source(graph: Graph, size: Size, pixels: str = "rgb24") -> FilterContext:
    return graph.add_buffer(width=size[1], height=size[0], format=av.VideoFormat(pixels), time_base=Fraction(1, 100))


def _pull_frame(sink: FilterContext) -> av.VideoFrame:
    frame = sink.pull()
    if not isinstance(frame, av.VideoFrame):
        raise TypeError("the filter gave no picture")
    return frame
