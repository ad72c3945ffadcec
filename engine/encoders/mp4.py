"""A film as an MP4, which everything plays, with sound: `(film, plan) => bytes`; or frame by frame into a file.

H.264 in 4:2:0, by x264 where PyAV's wheel brings it, else by what it brings; the index stands before the pictures, so
that it plays while it is downloaded. How it was made stands in the comment (`engine.encoders.embed_metadata`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Final

import av
import numpy as np
from av.audio.stream import AudioStream
from av.video.reformatter import ColorRange, Colorspace
from av.video.stream import VideoStream

from engine.canvas.resample import Size
from engine.encoders.film import Film, Plan, Sound, Spec
from engine.encoders.flashes import Bytes

MIME: Final = "video/mp4"
QUALITIES: Final = (18, 23, 28)
"""x264's rate factors: the lower, the closer. Tried in this order."""
CODECS: Final = ("libx264", "libopenh264", "h264", "mpeg4")
"""The first of these that there is."""
OPTIONS: Final = {"preset": "slow", "tune": "ssim", "threads": "1", "rc-lookahead": "8", "bf": "2"}
"""Of x264. With more threads than one, the same pictures are not the same bytes. Frames that it looks ahead at are left
to do after the last one: of 50, as it would, a whole short film. With 8, 4 % fewer bytes have 0.001 less of similarity.
With three frames in a row that are foretold from both sides, as it would, it reads memory that nobody has written where
a film of five ends, and the same film is not the same bytes; two cost none.
"""
BITS_PER_PIXEL: Final = 0.6
"""What encoders take that know no rate factor."""
SOUND_RATE: Final = 128_000
"""Bits a second of AAC."""
SOUND_CHUNK: Final = 1024
"""Samples of a channel that are encoded at once."""
BT709, BT601, LIMITED = 1, 6, 1
"""Of ffmpeg's numbers for colours: the primaries and the curve of sRGB's relatives, the matrix whose luma is closest to
what eyes lose last, and luma from 16 to 235. Without these, players guess."""


def encode(film: Film, plan: Plan) -> bytes:
    """The file."""
    return encode_frames(film.frames(plan.size, plan.stride), film.spec(plan, loops=False))


def encode_frames(frames: Iterable[av.VideoFrame], spec: Spec) -> bytes:
    """The file of frames that may still be on their way."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "film.mp4")
        with Mp4Writer(path, spec.plan.size, spec.rate, spec.plan.quality, spec.imprint, spec.sound) as writer:
            for frame in frames:
                writer.add(frame)
        return path.read_bytes()


def even(size: Size) -> Size:
    """4:2:0 has one colour for four pixels, so that both edges are even."""
    return size[0] + size[0] % 2, size[1] + size[1] % 2


class Mp4Writer:
    """A film that is written as it comes: memory does not grow with it."""

    def __init__(
        self, path: Path, size: Size, rate: Fraction, quality: int, imprint: str = "", sound: Sound | None = None
    ) -> None:
        """`size` is that of the frames, `rate` frames a second."""
        self._size, self._rate, self._count = even(size), rate, 0
        # the index can only be moved to the front of a file that has a name
        self._container = av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"})
        if imprint:
            self._container.metadata["comment"] = imprint
        self._stream = self._video_stream(quality)
        self._sound = sound
        self._sound_stream: AudioStream | None = None
        if sound is not None:
            self._sound_stream = self._container.add_stream("aac", rate=sound.rate, layout="stereo")
            self._sound_stream.bit_rate = SOUND_RATE

    def __enter__(self) -> Mp4Writer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._finish()
        self._container.close()

    def add(self, frame: av.VideoFrame) -> None:
        """The next frame, in RGB."""
        drawn = _pad_to_even(frame, self._size).reformat(
            format="yuv420p", dst_colorspace=Colorspace.ITU601, dst_color_range=ColorRange.MPEG
        )
        drawn.pts, drawn.time_base = self._count, 1 / self._rate
        self._container.mux(self._stream.encode(drawn))
        self._count += 1

    def _video_stream(self, quality: int) -> VideoStream:
        codec = available_codec()
        options = {**OPTIONS, "crf": str(quality)} if codec == "libx264" else {}
        stream = self._container.add_stream(codec, rate=self._rate, options=options)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = self._size[1], self._size[0], "yuv420p"
        if not options:
            stream.bit_rate = round(BITS_PER_PIXEL * self._size[0] * self._size[1] * self._rate)
        context = stream.codec_context
        context.color_primaries = context.color_trc = BT709
        context.colorspace, context.color_range = BT601, LIMITED
        return stream

    def _finish(self) -> None:
        self._container.mux(self._stream.encode(None))
        if self._sound is None or self._sound_stream is None:
            return
        for chunk in _sound_frames(self._sound, self._count / self._rate):
            self._container.mux(self._sound_stream.encode(chunk))
        self._container.mux(self._sound_stream.encode(None))


def available_codec() -> str:
    """The encoder of PyAV's wheel that is used."""
    return next(name for name in CODECS if name in av.codecs_available and _encodes(name))


def _encodes(name: str) -> bool:
    try:
        return bool(av.codec.Codec(name, "w"))
    except av.codec.codec.UnknownCodecError:
        return False


def _pad_to_even(frame: av.VideoFrame, size: Size) -> av.VideoFrame:
    """The frame with its last row and column once more, where it has an odd number of them."""
    if (frame.height, frame.width) == size:
        return frame
    pixels = np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8)
    below, beside = size[0] - frame.height, size[1] - frame.width
    padded: Bytes = np.pad(pixels, ((0, below), (0, beside), (0, 0)), "edge")
    return av.VideoFrame.from_ndarray(padded, format="rgb24")


def _sound_frames(sound: Sound, seconds: Fraction) -> Iterator[av.AudioFrame]:
    """The sound for as long as there are pictures."""
    samples = np.frombuffer(sound.samples[: len(sound.samples) // 4 * 4], "<i2")[: 2 * round(seconds * sound.rate)]
    for start in range(0, len(samples), 2 * SOUND_CHUNK):
        chunk = samples[start : start + 2 * SOUND_CHUNK].reshape(1, -1).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(chunk, format="s16", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = sound.rate, start // 2, Fraction(1, sound.rate)
        yield frame
