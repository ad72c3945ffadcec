"""A film as an animated WebP: `(film, plan) => bytes`.

All colours, and fewer bytes than a GIF. A zoom of 30 frames of 480 x 320 pixels, is 1.25 MB at quality 90, with a
structural similarity of 0.98 to what was dreamed, 0.61 MB and 0.95 at quality 75; as a GIF 3.16 MB and 0.93. Discord
plays one that is uploaded.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

import av
from PIL import Image

from engine.encoders import embed_metadata
from engine.encoders.film import Film, Plan, Spec

MIME = "image/webp"
QUALITIES = (90, 80, 70)
"""Tried in this order."""


def encode(film: Film, plan: Plan) -> bytes:
    """The file, shown for ever."""
    return encode_frames(film.frames(plan.size, plan.stride), film.spec(plan, loops=True))


def encode_frames(frames: Iterator[av.VideoFrame], spec: Spec) -> bytes:
    """The file of frames that may still be on their way. Raises `StopIteration` if fewer come than were announced."""
    file = io.BytesIO()
    FrameSequence(frames, spec.count).save(
        file, "webp", save_all=True, duration=round(1000 / spec.rate), loop=0, quality=spec.plan.quality, method=4,
        **embed_metadata.save_options("webp", spec.imprint),
    )  # fmt: skip
    return file.getvalue()


class FrameSequence(Image.Image):
    """Frames as Pillow reads pictures that have several: the next one is asked for by `seek`, and none is kept."""

    def __init__(self, frames: Iterator[av.VideoFrame], count: int) -> None:
        super().__init__()
        self._frames, self.n_frames, self._at = frames, count, -1
        self.seek(0)

    def tell(self) -> int:
        """The first, to which whoever saves it goes back in the end; then the last stays, for there is no way back."""
        return 0

    def seek(self, frame: int) -> None:
        """Go to the next frame."""
        if frame == self._at + 1:
            shown = Image.fromarray(next(self._frames).to_ndarray(format="rgb24"))
            self.im, self._mode, self._size, self._at = shown.im, shown.mode, shown.size, frame
