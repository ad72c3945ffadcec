"""A file's sound as samples: `path => Samples`, by PyAV, of whatever it can read: MP3, WAV, FLAC, Ogg, M4A, films.

Only for files that the person names who runs the program, on the command line.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import av
import numpy as np
from av.audio.resampler import AudioResampler

from engine.errors import BadAudio

RATE: Final = 44_100
"""Samples a second of each channel."""
LONGEST_S: Final = 1800.0
"""What is heard after half an hour is left out: an hour is 635 MB."""
SHORTEST_S: Final = 0.75


@dataclass(frozen=True, slots=True)
class Samples:
    """Sound in two channels."""

    data: bytes = field(repr=False)
    """One sample of each channel after the other, 16 bit, little-endian."""
    rate: int = RATE

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.data) / 4 / self.rate

    def mono(self) -> np.ndarray:
        """Both channels as one, float32 in [-1, 1]."""
        pairs = np.frombuffer(self.data, "<i2").reshape(-1, 2)
        mixed: np.ndarray = pairs.mean(1, dtype=np.float32) / 2**15
        return mixed


def read_sound(path: Path) -> Samples:
    """The first sound of a file. Raises `BadAudio`."""
    try:
        samples = Samples(_decode(path))
    except OSError as error:  # PyAV's errors are kinds of it, too
        raise BadAudio(file=path, problem=error.strerror or "it is damaged") from None
    except ValueError:
        raise BadAudio(file=path, problem="it is damaged") from None
    if samples.seconds < SHORTEST_S:
        raise BadAudio(file=path, problem=f"it lasts {samples.seconds:.2f} s, too short for a beat")
    return samples


def _decode(path: Path) -> bytes:
    found = bytearray()
    resampler = AudioResampler("s16", "stereo", RATE)
    with av.open(str(path)) as container:
        if not container.streams.audio:
            raise BadAudio(file=path, problem="there is no sound in it")
        for frame in container.decode(container.streams.audio[0]):
            frame.pts = None
            for part in resampler.resample(frame):
                found += part.to_ndarray().tobytes()
            if len(found) > LONGEST_S * RATE * 4:
                return bytes(found[: int(LONGEST_S * RATE) * 4])
    for part in resampler.resample(None):
        found += part.to_ndarray().tobytes()
    return bytes(found)
