"""Frames on disk, as an encoder wants them: `pictures => frames at any size and stride`.

They wait there until the last one is known, so memory stays flat however long the film is. What flashes too often is
dimmed on the way (`engine.encoders.flashes`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from os import SEEK_END

import av
import numpy as np
from torch import Tensor

from engine.canvas.pillow_image import to_pillow
from engine.canvas.resample import Size
from engine.encoders.flashes import Bytes, FlashLimiter
from engine.files import picture_size
from engine.notes import Note

LARGE = 2**25
"""Bytes of frames that are held in memory before they go to the disk."""


@dataclass(frozen=True, slots=True)
class Sound:
    """What is heard with a film, from its first frame on."""

    rate: int
    """Samples a second of each channel."""
    samples: bytes
    """Two channels, one sample of each after the other, 16 bit, little-endian."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One way to encode a film."""

    size: Size
    quality: int
    """What it means is the format's: colours, or how much is kept."""
    stride: int = 1
    """Every how many-th frame is kept."""
    dither: str = ""
    """How colours that are missing are mixed of others, where they are."""
    notes: tuple[Note, ...] = ()
    """What is given up by it."""


@dataclass(frozen=True, slots=True)
class Spec:
    """What an encoder must know of a film beside its frames."""

    plan: Plan
    rate: Fraction
    """Frames a second."""
    count: int
    """How many frames there will be."""
    imprint: str = ""
    sound: Sound | None = None


class Film:
    """Frames of one size, one after another."""

    def __init__(self, fps: float, sound: Sound | None = None) -> None:
        self.sound = sound
        self.count = 0
        self._fps = fps
        self._limiter = FlashLimiter(fps)
        # Closed by close(): it must outlive this call.
        self._file = tempfile.SpooledTemporaryFile(LARGE)  # noqa: SIM115
        self._size: Size | None = None

    @property
    def size(self) -> Size:
        """Raises `ValueError` if there is no frame."""
        if self._size is None:
            raise ValueError("no picture was added; add one before finish()")
        return self._size

    @property
    def dimmed(self) -> int:
        """How many frames flashed too often and were dimmed."""
        return self._limiter.dimmed

    def rate(self, stride: int = 1, *, loops: bool) -> Fraction:
        """Frames shown per second. One that is shown for ever may have to be slower, so as not to flash."""
        stretch = self._limiter.loop_stretch() if loops else 1.0
        return Fraction(self._fps / stretch).limit_denominator(1000) / stride

    def spec(self, plan: Plan, *, loops: bool, imprint: str = "") -> Spec:
        """What there is to know of a way to encode it; `imprint` goes into the file."""
        count = len(range(0, self.count, plan.stride))
        return Spec(plan, self.rate(plan.stride, loops=loops), count, imprint, self.sound)

    def add(self, picture: Tensor) -> av.VideoFrame:
        """Take the next frame, [3, h, w] in [0, 1], and return it as it is shown.

        Raises `ValueError` if its size is not that of the first.
        """
        pixels = to_bytes(picture)
        size: Size = (pixels.shape[0], pixels.shape[1])
        self._size = self._size or size
        if self._size != size:
            raise ValueError(f"a frame is {size[0]} x {size[1]}, the first was {self._size}")
        shown = self._limiter.limit(pixels)
        self._file.seek(0, SEEK_END)
        self._file.write(shown.tobytes())
        self.count += 1
        return _to_frame(shown, self.count - 1)

    def frames(self, size: Size, stride: int = 1) -> Iterator[av.VideoFrame]:
        """Every `stride`-th frame as RGB, of that size."""
        height, width = self.size
        for count, index in enumerate(range(0, self.count, stride)):
            self._file.seek(index * height * width * 3)
            pixels = np.frombuffer(self._file.read(height * width * 3), np.uint8).reshape(height, width, 3)
            frame = _to_frame(pixels, count)
            if size != (height, width):
                frame = frame.reformat(size[1], size[0], interpolation="LANCZOS")
                frame.pts, frame.time_base = count, Fraction(1, 100)
            yield frame

    def close(self) -> None:
        """Let go of the temporary file."""
        self._file.close()

    def shrunk(self, share: float) -> Size:
        """Its size, `share` times as large."""
        full = self.size
        return picture_size.fit(full, max(2, round(max(full) * share)), strips_by_area=False)


def _to_frame(pixels: Bytes, count: int) -> av.VideoFrame:
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
    frame.pts, frame.time_base = count, Fraction(1, 100)
    return frame


def to_bytes(picture: Tensor) -> Bytes:
    """[3, h, w] in [0, 1] => [h, w, 3]."""
    return np.asarray(to_pillow(picture))
