"""Pictures as an animation that plays in the chat: `(pictures, fps, limit) => Encoded`.

One palette for all frames (ffmpeg's palettegen and paletteuse, by PyAV): colours of single frames would flicker. Frames
wait in a temporary file until the last one is known, so memory stays flat however long the film is.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
from av.filter import Graph
from av.filter.context import FilterContext
from av.video.stream import VideoStream
from torch import Tensor

from engine.canvas.pillow_image import to_pillow
from engine.canvas.resample import Size
from engine.encoders import embed_metadata
from engine.encoders.encoder import Encoded
from engine.encoders.upload_limit import SHRINKS, fewer_colours_note, fewer_frames_note, first_that_fits, smaller_note
from engine.files import picture_size
from engine.notes import Note

LARGE = 2**25
"""Bytes of frames that are held in memory before they go to the disk."""


class Gif:
    """An encoder of endless animations."""

    def __init__(self, fps: int, limit_bytes: int | None = None, imprint: str = "") -> None:
        self._fps = fps
        self._limit = limit_bytes
        self._imprint = imprint
        # Closed by close(): it must outlive this call.
        self._file = tempfile.SpooledTemporaryFile(LARGE)  # noqa: SIM115
        self._size: Size | None = None
        self._frames = 0

    def add(self, picture: Tensor) -> None:
        """Take the next frame, [3, h, w] in [0, 1]. Raises `ValueError` if its size is not that of the first."""
        drawn = to_pillow(picture)
        self._size = self._size or (drawn.height, drawn.width)
        if self._size != (drawn.height, drawn.width):
            raise ValueError(f"a frame is {drawn.height} x {drawn.width}, the first was {self._size}")
        self._file.write(drawn.tobytes())
        self._frames += 1

    def finish(self) -> Encoded:
        """The animation. Raises `ValueError` if no picture was added."""
        if self._size is None:
            raise ValueError("no picture was added; add one before finish()")
        try:
            return first_that_fits((self._encode(plan) for plan in self._plans(self._size)), self._limit)
        finally:
            self.close()

    def close(self) -> None:
        """Let go of the temporary file."""
        self._file.close()

    def _plans(self, full: Size) -> Iterator[_Plan]:
        """Ways to encode the film, the best first."""
        yield _Plan(full, 256, 1)
        for colours in (128, 64):
            yield _Plan(full, colours, 1, (fewer_colours_note(colours),))
        for shrink in SHRINKS[:3]:
            size = picture_size.fit(full, max(2, round(max(full) * shrink)), strips_by_area=False)
            yield _Plan(size, 128, 1, (smaller_note(size[1], size[0]),))
        for stride in (2, 4):
            kept = len(range(0, self._frames, stride))
            half = picture_size.fit(full, max(2, max(full) // 2), strips_by_area=False)
            yield _Plan(half, 64, stride, (fewer_frames_note(kept, self._frames),))

    def _encode(self, plan: _Plan) -> Encoded:
        palette = _palette(self._read(plan), plan)
        film = _mux(self._read(plan), palette, plan, Fraction(self._fps, plan.stride))
        data = embed_metadata.add_gif_comment(film, self._imprint)
        return Encoded(data, "image/gif", plan.size[1], plan.size[0], plan.notes)

    def _read(self, plan: _Plan) -> Iterator[av.VideoFrame]:
        """The frames of the temporary file, at the size and stride of a plan."""
        height, width = self._size or (0, 0)
        for count, index in enumerate(range(0, self._frames, plan.stride)):
            self._file.seek(index * height * width * 3)
            pixels = np.frombuffer(self._file.read(height * width * 3), np.uint8).reshape(height, width, 3)
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            if plan.size != (height, width):
                frame = frame.reformat(plan.size[1], plan.size[0], interpolation="LANCZOS")
            frame.pts, frame.time_base = count, Fraction(1, 100)
            yield frame


@dataclass(frozen=True, slots=True)
class _Plan:
    size: Size
    colours: int
    stride: int
    """Every how many-th frame is kept."""
    notes: tuple[Note, ...] = ()


def _palette(frames: Iterator[av.VideoFrame], plan: _Plan) -> av.VideoFrame:
    """The colours that serve all frames best."""
    graph = Graph()
    source = _source(graph, plan.size)
    chosen = graph.add("palettegen", f"max_colors={plan.colours}:reserve_transparent=0:stats_mode=full")
    sink = graph.add("buffersink")
    source.link_to(chosen)
    chosen.link_to(sink)
    graph.configure()
    for frame in frames:
        source.push(frame)
    source.push(None)
    return _pull_frame(sink)


def _mux(frames: Iterator[av.VideoFrame], palette: av.VideoFrame, plan: _Plan, rate: Fraction) -> bytes:
    """The file: every frame in the palette's colours, shown for ever."""
    _graph, source, sink = _palette_graph(palette, plan)
    file = io.BytesIO()
    with av.open(file, "w", format="gif", options={"loop": "0"}) as container:
        stream: VideoStream = container.add_stream("gif", rate=rate)
        stream.width, stream.height, stream.pix_fmt = plan.size[1], plan.size[0], "pal8"
        stream.time_base = 1 / rate
        for count, frame in enumerate(frames):
            source.push(frame)
            painted = _pull_frame(sink)
            painted.pts, painted.time_base = count, 1 / rate
            container.mux(stream.encode(painted))
        container.mux(stream.encode(None))
    return file.getvalue()


def _palette_graph(palette: av.VideoFrame, plan: _Plan) -> tuple[Graph, FilterContext, FilterContext]:
    """A graph that turns frames into palette colours. Ordered dithering stands still where the picture does."""
    graph = Graph()
    source, colours = _source(graph, plan.size), _source(graph, (palette.height, palette.width), "rgb32")
    painter = graph.add("paletteuse", "dither=bayer:bayer_scale=4")
    sink = graph.add("buffersink")
    source.link_to(painter, 0, 0)
    colours.link_to(painter, 0, 1)
    painter.link_to(sink)
    graph.configure()
    colours.push(palette)
    colours.push(None)
    return graph, source, sink


def _source(graph: Graph, size: Size, pixels: str = "rgb24") -> FilterContext:
    return graph.add_buffer(width=size[1], height=size[0], format=av.VideoFormat(pixels), time_base=Fraction(1, 100))


def _pull_frame(sink: FilterContext) -> av.VideoFrame:
    frame = sink.pull()
    if not isinstance(frame, av.VideoFrame):
        raise TypeError("the filter gave no picture")
    return frame
