"""Where an MP4 ends: `bytes => PNG of its last frame`, by the sealed child of `engine.video.reader`.

A GIF and an animated WebP are pictures, whose last frame the pictures' decoder finds.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from engine.errors import BrokenVideo
from engine.files.quick_png import quick_png
from engine.video.reader import Wanted, open_clip, spool

FPS: Final = 25.0
"""As many as a film of ours can have, so that none is left out."""
LONGEST_S: Final = 86_400.0
TAIL_S: Final = 1.0
"""What is read before the end: a frame of ours stands for a quarter of a second at most."""


def last_frame(data: bytes, size: int) -> bytes:
    """The last frame of an MP4, its long side `size` pixels; it waits for the child. Raises the `Refusal`s of videos.

    The file is asked first how long it is, so that a long one is not decoded as a whole.
    """
    with spool(data) as file:
        with open_clip(file, Wanted(0.0, LONGEST_S, FPS, size)) as clip:
            start = max(0.0, clip.planned / FPS - TAIL_S)
        with open_clip(file, Wanted(start, 2 * TAIL_S, FPS, size)) as clip:
            frames = deque(clip.frames, maxlen=1)
    if not frames:
        raise BrokenVideo
    from PIL import Image

    return quick_png(Image.frombytes("RGB", (clip.width, clip.height), frames[0]))
