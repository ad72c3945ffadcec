"""Strangers' videos before they are dreamed: `bytes => first frame, and how many frames there will be`.

The bytes are opened by the sealed child of `engine.video.reader`, never here. The first frame then goes through the
decoder as every picture does.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from PIL import Image

from engine.errors import BrokenVideo
from engine.files.quick_png import quick_png
from engine.params import Video
from engine.video.reader import Wanted, open_clip, spool

AT_ONCE = 2
"""Children that may run at the same time: each may take a core for some seconds."""


@dataclass(frozen=True, slots=True)
class FirstFrame:
    """What a video begins with."""

    png: bytes
    planned: int
    """How many frames its file lets expect from there on, of those that were asked for."""


SAMPLES = (1 / 3, 2 / 3)
"""Where else a video is looked at, as shares of what is dreamed of it."""


class VideoOpener:
    """Opens a few at once; the others wait."""

    def __init__(self) -> None:
        self._room = asyncio.Semaphore(AT_ONCE)

    async def open(self, data: bytes, params: Video) -> FirstFrame:
        """The first frame that these params ask for. Raises the `Refusal`s of videos."""
        wanted = Wanted(params.start, params.seconds, params.fps, params.size)
        async with self._room:
            return await asyncio.to_thread(first_frame, data, wanted)

    async def samples(self, data: bytes, params: Video, planned: int) -> list[bytes]:
        """PNGs of further frames, of so many that are dreamed. Raises the `Refusal`s of videos."""
        times = {params.start + int(share * planned) / params.fps for share in SAMPLES} - {params.start}
        return [(await self.open(data, params.model_copy(update={"start": time}))).png for time in sorted(times)]


def first_frame(data: bytes, wanted: Wanted) -> FirstFrame:
    """It waits for the child. Raises the `Refusal`s of videos."""
    with spool(data) as file, open_clip(file, wanted) as clip:
        pixels = next(clip.frames, None)
        if pixels is None:
            raise BrokenVideo
        return FirstFrame(quick_png(Image.frombytes("RGB", (clip.width, clip.height), pixels)), clip.planned)
