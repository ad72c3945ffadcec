"""A dream's result and what it was made of, opened: `row => picture, or frames`.

A still is opened by the decoder as every picture is; what moves by the sealed child of `engine.video.reader`.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from bot.exports import export_files
from bot.exports.export_files import ExportFile
from bot.exports.export_kinds import ExportKind
from bot.exports.point_of_interest import choose_box
from engine.params import AnimatedParams, Zoom
from engine.queue.job import JobRow
from engine.video.reader import Wanted, open_clip, spool

READ_FPS = 12.0
READ_S = 10.0
"""Of what moves; more is too large for any kind."""
MOST_FRAMES = 60
LARGEST_READ = 480
"""Pixels of the long side of a frame: enough for a sticker cut out of it."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What an export is made of."""

    frames: Sequence[Image.Image]
    """One, where it does not move."""
    fps: float = READ_FPS
    before: Image.Image | None = None
    """What the dream was made of, where it is known and shows the same."""
    middle: bool = False
    """It goes into its middle, as zooms do."""


def moves(row: JobRow) -> bool:
    """Whether a result is a film."""
    return isinstance(row.job.params, AnimatedParams)


def open_png(data: bytes) -> Image.Image:
    """A picture that the decoder made."""
    with Image.open(io.BytesIO(data), formats=("PNG",)) as opened:
        return opened.convert("RGB")


def open_still(png: bytes, before: bytes | None) -> Opened:
    """A picture, with what it was made of, as the decoder made both."""
    return Opened([open_png(png)], before=open_png(before) if before else None)


def open_film(row: JobRow, data: bytes) -> Opened:
    """The frames of a film; it waits for the child. Raises the `Refusal`s of videos."""
    with spool(data) as file, open_clip(file, Wanted(0.0, READ_S, READ_FPS, LARGEST_READ)) as clip:
        edges = (clip.width, clip.height)
        found = [Image.frombytes("RGB", edges, pixels) for pixels in clip.frames]
    stride = -(-len(found) // MOST_FRAMES)
    return Opened(
        found[::stride], READ_FPS / stride, found[0] if len(found) > 1 else None, isinstance(row.job.params, Zoom)
    )


def make(opened: Opened, kind: ExportKind) -> ExportFile:
    """A file of a kind. Of what moves and is not to move, the last frame."""
    last = opened.frames[-1]
    box = choose_box(last, opened.before, kind.aspect, least=kind.least, middle=opened.middle)
    if len(opened.frames) > 1 and kind.moves:
        moving = export_files.make_moving(opened.frames, opened.fps, box, kind)
        return moving or export_files.make_still(last, box, kind, stopped=True)
    return export_files.make_still(last, box, kind)
