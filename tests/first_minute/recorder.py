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

from PIL import Image
from playwright.async_api import CDPSession, Page

STEP_S: Final = 0.3
"""Of what changes faster than this, the last state is kept."""
STILL_S: Final = 1.2
"""A picture that stands still longer is shown so long."""
END_S: Final = 3.0
QUALITY: Final = 48
WIDTH: Final = 760


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


def save(frames: Iterable[Frame], path: Path, speed: float) -> float:
    """Write an animated WebP, `speed` times as fast as it was; the seconds that it takes."""
    kept = list(thin(frames))
    shown = [min(later.at - one.at, STILL_S) / speed for one, later in pairwise(kept)] + [END_S]
    pictures = [_shrink(frame.jpeg) for frame in kept]
    pictures[0].save(
        path, "WEBP", save_all=True, append_images=pictures[1:], duration=[round(1000 * s) for s in shown],
        loop=0, quality=QUALITY, method=4, minimize_size=True,
    )  # fmt: skip
    return sum(shown)


def _shrink(jpeg: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(jpeg)).convert("RGB")
    return picture.resize((WIDTH, round(picture.height * WIDTH / picture.width)), Image.Resampling.LANCZOS)
