"""A song for a zoom: `(params, file) => params as long as it lasts, its sound, and how the zoom moves to it`.

PyAV and numpy are imported inside: `pareidolia --help` answers at once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import AudioNeedsMp4, BadOption
from engine.params import Zoom, bounds

if TYPE_CHECKING:
    from engine.audio.sound_file import Samples


@dataclass(frozen=True, slots=True)
class Soundtrack:
    """What is heard with a zoom."""

    params: Zoom
    """With as many frames as the song lasts, or as were asked for."""
    samples: Samples
    pulses: Sequence[float]
    """How far it moves in each frame."""


def mp4_path(out: Path | None, name: str) -> Path:
    """Where it goes: an MP4, for nothing else has sound."""
    return out if out is not None and not out.is_dir() else (out or Path()) / f"{name}.mp4"


def soundtrack(wanted: Zoom, file: Path, out: Path | None, *, whole: bool) -> Soundtrack:
    """A zoom as long as the `whole` song, or of as many frames as were asked for.

    Raises `BadAudio`, `AudioNeedsMp4`, and `BadOption` for what does not go with a song.
    """
    from engine.audio.beats import find_beats, pulses
    from engine.audio.sound_file import read_sound

    if wanted.motion == "boomerang":
        raise BadOption(option="motion", problem="cannot be boomerang with a song: on the way back it is out of step")
    if out is not None and out.suffix and out.suffix.lower() != ".mp4":
        raise AudioNeedsMp4(file=out)
    samples = read_sound(file)
    if whole:
        limits = bounds(Zoom, "frames")
        frames = math.ceil(samples.seconds * wanted.fps)
        wanted = wanted.model_copy(update={"frames": int(min(max(frames, limits["ge"]), limits["le"]))})
    beats = find_beats(samples.mono(), samples.rate)
    return Soundtrack(wanted, samples, pulses(beats, wanted.fps, wanted.frames))
