"""Small videos of a moving square, made here."""

from __future__ import annotations

import io
from collections.abc import Sequence
from fractions import Fraction

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Picture = NDArray[np.uint8]


def squares(count: int = 8, width: int = 64, height: int = 48, pace: int = 3) -> list[Picture]:
    """Pictures of a textured square that moves over a textured ground."""
    chance = np.random.default_rng(3)
    ground = np.kron(chance.integers(40, 120, (height // 4, width // 4, 3)), np.ones((4, 4, 1))).astype(np.uint8)
    square = np.kron(chance.integers(120, 250, (6, 6, 3)), np.ones((4, 4, 1))).astype(np.uint8)
    made = []
    for at in range(count):
        picture = ground.copy()
        picture[12:36, 4 + pace * at : 28 + pace * at] = square[:, : max(0, width - 4 - pace * at)]
        made.append(picture)
    return made


def mp4(
    pictures: Sequence[Picture], rate: int = 8, *, sound: bool = False, times: Sequence[int] | None = None
) -> bytes:
    """As an MP4, `times` in hundredths of a second."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=100 if times else rate, options={"crf": "10", "bf": "0"})
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        if times:
            stream.codec_context.time_base = Fraction(1, 100)
        heard = container.add_stream("aac", rate=44_100, layout="stereo") if sound else None
        for at, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            if times:
                frame.pts, frame.time_base = times[at], Fraction(1, 100)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if heard is not None:
            tone = np.repeat(np.sin(np.arange(44_100 * len(pictures) // rate) / 16) * 8000, 2).astype(np.int16)
            frame_of_sound = av.AudioFrame.from_ndarray(tone.reshape(1, -1), format="s16", layout="stereo")
            frame_of_sound.sample_rate = 44_100
            for part in (frame_of_sound, None):
                container.mux(heard.encode(part))
    return out.getvalue()


def pillow(pictures: Sequence[Picture], kind: str = "GIF", milliseconds: int = 125) -> bytes:
    """As a GIF or a WebP."""
    first, *others = map(Image.fromarray, pictures)
    out = io.BytesIO()
    first.save(out, kind, save_all=True, append_images=others, duration=milliseconds, loop=0)
    return out.getvalue()


def without_frames() -> bytes:
    """An MP4 whose track of pictures holds none: every table of its frames says that it is empty."""
    data = bytearray(mp4(squares()))
    for box, before in ((b"stts", 8), (b"stss", 8), (b"stsc", 8), (b"stsz", 12), (b"stco", 8)):
        at = data.index(box) + before
        data[at : at + 4] = bytes(4)
    return bytes(data)


def only_sound() -> bytes:
    """An MP4 in which there is nothing to be seen."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("aac", rate=44_100, layout="stereo")
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 8192), np.int16), format="s16", layout="stereo")
        silence.sample_rate = 44_100
        for part in (silence, None):
            container.mux(stream.encode(part))
    return out.getvalue()
