"""Records a page: `page => frames with their times => animated WebP`.

The browser itself sends a frame whenever the page has changed (`Page.startScreencast` of the DevTools protocol).
"""

from __future__ import annotations

import asyncio
import base64
import io
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from playwright.async_api import CDPSession, Page

STEP_S: Final = 0.6
"""Of what changes faster than this, the last state is kept."""
LARGE_STEP_S: Final = 2.4
"""The same, of what changes much of the page: previews and scrolling, which take most of the bytes."""
LARGE: Final = 0.03
"""Of the page's area: what counts as much."""
STILL_S: Final = 1.2
"""A picture that stands still longer is shown so long."""
END_S: Final = 3.0
QUALITY: Final = 30
WIDTH: Final = 560
BLOCK: Final = 8
"""Pixels: a block stays as it was shown where no value changed by more than `NOISE` of 255, nor all by `SHIFT`."""
NOISE: Final = 28
SHIFT: Final = 1.2

Pixels = NDArray[np.uint8]


class Frame(NamedTuple):
    """What the page looked like from a moment on, in seconds."""

    at: float
    jpeg: bytes


class Recorder:
    """Keeps the frames of a page while it is open."""

    def __init__(self, page: Page) -> None:
        self.frames: list[Frame] = []
        self._page = page
        self._session: CDPSession | None = None
        self._answers: set[asyncio.Task[Any]] = set()

    async def __aenter__(self) -> Self:
        self._session = await self._page.context.new_cdp_session(self._page)
        self._session.on("Page.screencastFrame", self._keep)
        await self._session.send("Page.startScreencast", {"format": "jpeg", "quality": 92})
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._session is not None
        await self._session.send("Page.stopScreencast")
        await asyncio.gather(*self._answers, return_exceptions=True)

    def _keep(self, event: dict[str, Any]) -> None:
        assert self._session is not None
        self.frames.append(Frame(event["metadata"]["timestamp"], base64.b64decode(event["data"])))
        answer = asyncio.create_task(self._session.send("Page.screencastFrameAck", {"sessionId": event["sessionId"]}))
        self._answers.add(answer)
        answer.add_done_callback(self._answers.discard)


def thin(frames: Iterable[Frame]) -> Iterator[Frame]:
    """The last frame of every step."""
    steps: dict[int, Frame] = {}
    for frame in frames:
        steps[int(frame.at / STEP_S)] = frame
    yield from steps.values()


def without_waits(frames: Iterable[Frame]) -> Iterator[Frame]:
    """The same, by a clock that stops where nothing changes for long."""
    at, before = 0.0, None
    for frame in frames:
        at += 0.0 if before is None else min(frame.at - before, STILL_S)
        before = frame.at
        yield Frame(at, frame.jpeg)


def save(frames: Iterable[Frame], path: Path, speed: float) -> float:
    """Write an animated WebP, `speed` times as fast as it was; the seconds that it takes."""
    kept = list(steady(without_waits(thin(frames))))
    shown = [(later - at) / speed for (at, _), (later, _) in pairwise(kept)] + [END_S]
    first, *others = (Image.fromarray(pixels) for _, pixels in kept)
    first.save(
        path, "WEBP", save_all=True, append_images=others, duration=[round(1000 * s) for s in shown],
        loop=0, quality=QUALITY, method=4, minimize_size=True,
    )  # fmt: skip
    return sum(shown)


def steady(frames: Iterable[Frame]) -> Iterator[tuple[float, Pixels]]:
    """What is shown from each moment on: only blocks that really changed do, and large changes only so often.

    A state that nothing soon follows is always shown.
    """
    first, *others = frames
    at, shown = first.at, _shrink(first.jpeg)
    yield at, shown
    for frame, following in zip(others, [*others[1:], None], strict=True):
        pixels = _shrink(frame.jpeg)
        changed = changed_blocks(shown, pixels)
        soon = following is not None and following.at - at < LARGE_STEP_S
        if soon and changed.mean() > LARGE:
            continue
        at, shown = frame.at, np.where(changed[..., None], pixels, shown)
        yield at, shown


def changed_blocks(before: Pixels, after: Pixels) -> NDArray[np.bool_]:
    """[h, w, 3], twice -> [h, w]: whether a pixel lies in a block that changed by more than noise."""
    height, width = before.shape[:2]
    change = np.abs(after.astype(np.float32) - before).max(2)
    change = np.pad(change, ((0, -height % BLOCK), (0, -width % BLOCK)))
    blocks = change.reshape(change.shape[0] // BLOCK, BLOCK, -1, BLOCK)
    changed: NDArray[np.bool_] = (blocks.max((1, 3)) > NOISE) | (blocks.mean((1, 3)) > SHIFT)
    return changed.repeat(BLOCK, 0).repeat(BLOCK, 1)[:height, :width]


def _shrink(jpeg: bytes) -> Pixels:
    picture = Image.open(io.BytesIO(jpeg)).convert("RGB")
    height = round(picture.height * WIDTH / picture.width)
    return np.asarray(picture.resize((WIDTH, height), Image.Resampling.LANCZOS))
