"""From params to a file: `(params, clean PNGs, runtime) => progress ..., then the encoded result`.

What the worker does for a job and the command line does in its own process.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import IO, Any

import torch
from torch import Tensor

from engine import encoders, recipes
from engine.ascent.progress import Frame, Progress
from engine.canvas.motion import MovingPicture
from engine.change_meter import ChangeMeter
from engine.encoders.encoder import Encoded
from engine.encoders.pixel_bytes import to_tensor
from engine.notes import Note
from engine.params import AnyParams, PastDream, Video, Zoom
from engine.runtime import Runtime
from engine.video import reader
from engine.video.optical_flow import dense_flow


def render(
    params: AnyParams, png: bytes | None, runtime: Runtime, limit_bytes: int | None = None,
    others: Mapping[str, bytes] | None = None, kind: encoders.Kind | None = None,
    before: Sequence[PastDream] = (), omitted: int = 0, sound: encoders.Sound | None = None,
    pulses: Sequence[float] = (), video: IO[bytes] | None = None,
) -> Generator[Progress | Encoded, bool | None, None]:  # fmt: skip
    """Yield progress, and last the file. `send(True)` keeps: the latest picture becomes the result.

    `png` is a clean picture from the decoder, None for noise; `others` are further ones by name; `kind` is what the
    file is to be, None for the usual; `before` are the dreams of which the picture was made, without the `omitted`
    oldest ones; `sound` goes with an MP4, and `pulses` say how far a zoom moves in each frame; `video` is
    the file, as somebody sent it, of which a video is made. Closing the generator stops the work at its next step.
    """
    source = None if png is None else to_tensor(png)
    further = {name: to_tensor(data) for name, data in (others or {}).items()}
    meter = ChangeMeter(params, source)
    said = encoders.Provenance(tuple(further), tuple(before), omitted)
    with contextlib.ExitStack() as opened:
        moving = None
        if isinstance(params, Video) and video:  # the sound first: one reads the file at a time
            sound = _sound(params, video) if (kind or params.format) == "mp4" else None
            moving = opened.enter_context(_moving(params, video, meter))
        encoding = encoders.open_encoder(params, limit_bytes, said, kind, sound)
        encoder = opened.enter_context(contextlib.closing(encoding))
        reports = recipes.run(params, source, runtime, further, pulses, moving)
        framed = False
        given_up: Note | None = None
        facts: Mapping[str, Any] = {}
        last: Tensor | None = None
        for report in reports:
            if isinstance(report, Frame):
                encoder.add(report.picture, report.frames)
                framed, facts, last = True, report.facts or facts, report.picture
                meter.add(report.index, report.picture)
                continue
            given_up = report.note
            if (yield report):
                if not framed:
                    encoder.add(kept := report.full_size())
                    meter.add(0, kept)
                    facts = {"stopped": report.step}
                break
        made = encoder.finish()
        notes = (*filter(None, (given_up,)), *made.notes)
        yield replace(made, facts={**facts, **meter.facts}, notes=notes, ending=_ending(params, last))


@contextlib.contextmanager
def _moving(params: Video, file: IO[bytes], meter: ChangeMeter) -> Iterator[MovingPicture]:
    """The frames of a stranger's video. Raises the `Refusal`s of videos."""
    with reader.open_clip(file, _part_of(params)) as clip:
        shape = (clip.height, clip.width, 3)
        frames = (
            torch.frombuffer(bytearray(one), dtype=torch.uint8).view(shape).permute(2, 0, 1).float().div(255)
            for one in clip.frames
        )
        yield MovingPicture(meter.watch(frames), clip.planned, dense_flow())


def _sound(params: Video, file: IO[bytes]) -> encoders.Sound | None:
    samples = reader.read_sound(file, _part_of(params))
    return encoders.Sound(reader.SOUND_RATE, samples) if samples else None


def _part_of(params: Video) -> reader.Wanted:
    return reader.Wanted(params.start, params.seconds, params.fps, params.size)


def _ending(params: AnyParams, last: Tensor | None) -> Encoded | None:
    """The picture from which a zoom can go on: whatever comes back to its beginning does not."""
    if last is None or not isinstance(params, Zoom) or params.motion != "once":
        return None
    return encoders.encode(last, "webp")
