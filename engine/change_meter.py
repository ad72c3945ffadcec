"""How much of a job's picture was changed: `(params, source, frames as they are made) => a fact of the result`.

Measured where a frame shows the same view as its source: the pictures of a dream, a style, or a concept out of a
picture, the first frame of a zoom, and frames of a video now and then. Not measured is what has no source (concepts and
channels out of nothing, morphs), what shows a page (`see`), and what is made of our own dreams and is to be like them
(an upscale, a poster's sizes, an animation from the first picture on, a zoom that goes on).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any, Final

from torch import Tensor

from engine.canvas.changed_share import changed_share
from engine.canvas.resample import resize, resize_long_side
from engine.params import AnyParams, Concept, Dream, Style, Video, Zoom

EVERY: Final = 25
"""Of the frames of a video, each so many-th is compared."""
SLACK: Final = 2
"""Pixels that a recipe may round a side up by; what is larger is a sheet of several."""
HELD: Final = 8
"""Frames of a video that are held: a recipe looks ahead a little."""


class ChangeMeter:
    """Compares what is made with what it is made of."""

    def __init__(self, params: AnyParams, source: Tensor | None) -> None:
        """`source` is [3, h, w] in [0, 1], or None."""
        self._params = params
        self._source = source if _is_comparable(params) else None
        self._held: deque[tuple[int, Tensor]] = deque(maxlen=HELD)
        self._shares: list[float] = []

    def watch(self, frames: Iterator[Tensor]) -> Iterator[Tensor]:
        """The frames of a video, of which some are held for a while."""
        for index, frame in enumerate(frames):
            if index % EVERY == 0:
                self._held.append((index, frame))
            yield frame

    def add(self, index: int, picture: Tensor) -> None:
        """A frame [3, h, w] was made, the `index`-th. Of a sheet that is not finished, its first picture counts."""
        source = self._source_of(index)
        if source is None:
            return
        height, width = (side + SLACK for side in source.shape[1:])
        made = picture.detach().cpu()
        if made.shape[1] > height or made.shape[2] > width:
            made = made[:, : source.shape[1], : source.shape[2]]
        self._shares.append(changed_share(made, resize(source, (made.shape[1], made.shape[2]))))

    @property
    def facts(self) -> dict[str, Any]:
        """The share that changed: of several pictures the least, of a video the mean; empty where none was measured."""
        if not self._shares:
            return {}
        whole = sum(self._shares) / len(self._shares) if isinstance(self._params, Video) else min(self._shares)
        return {"changed": round(whole, 4)}

    def _source_of(self, index: int) -> Tensor | None:
        if isinstance(self._params, Video):
            return next((frame for at, frame in self._held if at == index), None)
        if self._source is None or (isinstance(self._params, Zoom) and index):
            return None
        return resize_long_side(self._source, self._params.size)


def _is_comparable(params: AnyParams) -> bool:
    return isinstance(params, Dream | Style | Concept) or (isinstance(params, Zoom) and not params.continued)
