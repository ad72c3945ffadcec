"""What the reader's child does with a file: `(file, question) => frames as bytes, or sound`, or a `Refusal`.

GIF and WebP are opened by Pillow, whose frames are whole pictures; MP4 and MOV by PyAV, with the decoders of
`FILM_CODECS` and no others. Pixels are bounded from the header, before anything is decoded.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, BinaryIO, Final, NamedTuple

import av
import numpy as np
from av.audio.resampler import AudioResampler
from av.container import InputContainer
from PIL import Image

from engine import errors
from engine.files import picture_size
from engine.files.file_formats import FILM_CODECS
from engine.video.frame_times import Span, TimedFrame, at_constant_rate
from engine.video.picture_length import length_s, shown_s

PICTURE_FORMATS: Final = ("GIF", "WEBP")
MEGAPIXELS: Final = 36.0
"""Of a frame: 8K."""
SOUND_RATE: Final = 44_100
SOUND_CHUNK: Final = 2**18
"""Bytes of sound that are handed out at once."""
Edges = tuple[int, int]
"""Width and height."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is wanted of a file."""

    start: float
    """Seconds after its beginning."""
    seconds: float
    fps: float
    size: int
    """Long side of a frame, in pixels."""

    @property
    def span(self) -> Span:
        """Its frames."""
        return Span(self.start, self.fps, max(1, round(self.seconds * self.fps)))


class Opened(NamedTuple):
    """A video of which nothing is decoded yet."""

    edges: Edges
    """Of its frames as they are handed out."""
    planned: int
    """How many frames its header lets expect; how many there are is known at the end."""
    frames: Iterator[bytes]
    """RGB, row by row."""


def open_video(file: BinaryIO, asked: Question) -> Opened:
    """Raises a `Refusal`, also while its frames are taken."""
    head = file.read(16)
    file.seek(0)
    if head[:4] == b"GIF8" or head[:4] + head[8:12] == b"RIFFWEBP":
        return _open_pictures(file, asked)
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free"):
        return _open_film(file, asked)
    raise errors.NotAVideo


def sound(file: BinaryIO, asked: Question) -> Iterator[bytes]:
    """Two channels, 16 bit, for as long as asked; nothing of what has no sound, or none that can be heard."""
    if file.read(8)[4:] not in (b"ftyp", b"moov", b"mdat", b"wide", b"free"):
        return
    file.seek(0)
    most = round(asked.seconds * SOUND_RATE) * 4
    try:
        with _container(file) as container:
            for chunk in _samples(container, asked.start):
                yield chunk[:most]
                most -= len(chunk)
                if most <= 0:
                    return
    except (av.FFmpegError, errors.Refusal, ValueError, MemoryError):
        return


def _samples(container: InputContainer, start: float) -> Iterator[bytes]:
    streams = container.streams.audio
    if not streams:
        return
    resampler = AudioResampler("s16", "stereo", SOUND_RATE)
    streams[0].codec_context.thread_count = 1
    if start > 0:
        container.seek(round(start * av.time_base))
    late, held = start, bytearray()
    for frame in container.decode(streams[0]):
        if frame.time is not None and frame.time + frame.samples / max(1, frame.sample_rate) <= late:
            continue
        frame.pts = None
        for part in resampler.resample(frame):
            held += part.to_ndarray().tobytes()
        if len(held) >= SOUND_CHUNK:
            yield bytes(held)
            held.clear()
    for part in resampler.resample(None):
        held += part.to_ndarray().tobytes()
    yield bytes(held)


def _fit(width: int, height: int, size: int) -> Edges:
    """Raises `VideoTooLarge` and `ExtremeShape`."""
    if width < 1 or height < 1:
        raise errors.BrokenVideo
    if width * height > MEGAPIXELS * 1e6:
        raise errors.VideoTooLarge(width=width, height=height, limit=round(MEGAPIXELS))
    if ratio := picture_size.excess_ratio((width, height)):
        raise errors.ExtremeShape(ratio=round(ratio), limit=picture_size.LONGEST)
    return picture_size.fit((width, height), size, step=2)


def _tell_apart(frames: Iterator[TimedFrame[Any]], asked: Question, render: Callable[[Any], bytes]) -> Iterator[bytes]:
    """Frames at a constant rate. Raises `StillVideo` for one alone, `EmptyVideo` for none, `VideoEnded` where they end
    before the start, and `BrokenVideo` for the first that cannot be had."""
    seen, given = _Count(), 0
    rendered: tuple[Any, bytes] | None = None
    for frame in at_constant_rate(seen.over(_until_damaged(frames)), asked.span):
        if seen.count == 1 and seen.ended:
            raise errors.StillVideo
        if rendered is None or rendered[0] is not frame:
            rendered = (frame, render(frame))
        given += 1
        yield rendered[1]
    if given == 0:
        raise errors.VideoEnded(start=f"{asked.start:g}") if seen.count else errors.EmptyVideo()


class _Count:
    """How many frames a file had so far."""

    def __init__(self) -> None:
        self.count = 0
        self.ended = False

    def over(self, frames: Iterator[TimedFrame[Any]]) -> Iterator[TimedFrame[Any]]:
        for frame in frames:
            self.count += 1
            yield frame
        self.ended = True


def _until_damaged(frames: Iterator[TimedFrame[Any]]) -> Iterator[TimedFrame[Any]]:
    """What can be had of a film that is cut short. Raises `BrokenVideo` where that is nothing."""
    first = True
    try:
        for frame in frames:
            yield frame
            first = False
    except (MemoryError, errors.Refusal):
        raise
    except Exception:  # Pillow and PyAV raise anything at all on damaged files
        if first:
            raise errors.BrokenVideo from None


# films


def _container(file: BinaryIO) -> InputContainer:
    """Raises `BrokenVideo`."""
    try:
        return av.open(file, "r", format="mp4", options={"codec_whitelist": FILM_CODECS})
    except (av.FFmpegError, ValueError):
        raise errors.BrokenVideo from None


def _open_film(file: BinaryIO, asked: Question) -> Opened:
    container = _container(file)
    if not container.streams.video:
        raise errors.EmptyVideo
    stream = container.streams.video[0]
    context = stream.codec_context
    if context is None:
        raise errors.BrokenVideo
    context.thread_count = 1  # more would need threads, which the seal forbids
    first, frames = _peek(_film_frames(container, asked.start))
    turned = first is not None and first.frame.rotation % 180 != 0
    shape = (first.frame.width, first.frame.height) if first else (context.width, context.height)
    _fit(context.width, context.height, asked.size)
    edges = _fit(shape[turned], shape[not turned], asked.size)

    def render(frame: av.VideoFrame) -> bytes:
        return _pixels(frame, edges, turned=turned)

    return Opened(edges, _expected_count(_film_seconds(container), asked), _tell_apart(frames, asked, render))


def _peek(frames: Iterator[TimedFrame[Any]]) -> tuple[TimedFrame[Any] | None, Iterator[TimedFrame[Any]]]:
    """The first one, and all of them. Raises `BrokenVideo` for one that cannot be had."""
    first = next(_until_damaged(frames), None)

    def all_frames() -> Iterator[TimedFrame[Any]]:
        if first is not None:
            yield first
        yield from frames

    return first, all_frames()


def _film_frames(container: InputContainer, start: float) -> Iterator[TimedFrame[av.VideoFrame]]:
    stream = container.streams.video[0]
    _fit(stream.codec_context.width, stream.codec_context.height, 128)
    began = float((stream.start_time or 0) * (stream.time_base or 0))
    length = float(1 / stream.average_rate) if stream.average_rate else 0.0
    if start > 0:
        container.seek(round((began + start) * av.time_base))
    for frame in container.decode(stream):
        if frame.width * frame.height > MEGAPIXELS * 1e6:  # it may change in the middle
            raise errors.VideoTooLarge(width=frame.width, height=frame.height, limit=round(MEGAPIXELS))
        yield TimedFrame(None if frame.time is None else frame.time - began, length, frame)


def _film_seconds(container: InputContainer) -> float:
    """By its track, or by its frames where those take longer than that says; 0 where nobody can tell."""
    stream = container.streams.video[0]
    by_frames = float(stream.frames / stream.average_rate) if stream.average_rate else 0.0
    if stream.duration and stream.time_base:
        return max(by_frames, float(stream.duration * stream.time_base))
    return by_frames or float(Fraction(container.duration or 0, av.time_base))


def _expected_count(seconds: float, asked: Question) -> int:
    """How many frames are to be expected of a file that says how long it is."""
    most = asked.span.most
    return min(most, math.ceil((seconds - asked.start) * asked.fps - 1e-6)) if seconds > asked.start else most


def _pixels(frame: av.VideoFrame, edges: Edges, *, turned: bool) -> bytes:
    width, height = edges[::-1] if turned else edges
    small = frame.reformat(width, height, "rgb24", interpolation="AREA", threads=1)
    pixels = np.asarray(small.to_ndarray())
    return np.ascontiguousarray(np.rot90(pixels, frame.rotation // 90 % 4)).tobytes()


# pictures that move


def _open_pictures(file: BinaryIO, asked: Question) -> Opened:
    planned = _expected_count(length_s(file), asked)
    Image.MAX_IMAGE_PIXELS = None  # bounded below, by us, with a sentence
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            opened = Image.open(file, formats=PICTURE_FORMATS)
        except MemoryError:
            raise
        except Exception:
            raise errors.BrokenVideo from None
    edges = _fit(*opened.size, asked.size)
    return Opened(edges, planned, _tell_apart(_picture_frames(opened, edges), asked, bytes))


def _picture_frames(opened: Image.Image, edges: Edges) -> Iterator[TimedFrame[bytes]]:
    clock, index = 0.0, 0
    while True:
        try:
            opened.seek(index)
        except EOFError:
            return
        pixels = _on_white(opened, edges)
        length = shown_s(float(opened.info.get("duration", 0)) / 1000)
        yield TimedFrame(clock, length, pixels)
        clock, index = clock + length, index + 1


def _on_white(opened: Image.Image, edges: Edges) -> bytes:
    picture = opened.convert("RGBA").resize(edges, Image.Resampling.BICUBIC, reducing_gap=2.0)
    return Image.alpha_composite(Image.new("RGBA", edges, "white"), picture).convert("RGB").tobytes()
