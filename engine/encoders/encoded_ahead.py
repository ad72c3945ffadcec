"""A file that is made while its frames still come: `(frames one by one) => bytes`, in a thread of its own.

The encoders let go of Python's lock while they work, so that the next frame is dreamed meanwhile, and the file is there
soon after its last frame.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator

import av

WAITING = 4
"""Frames that may wait for the encoder; whoever makes them faster waits for it."""


class EncodedAhead:
    """One file."""

    def __init__(self, encode: Callable[[Iterator[av.VideoFrame]], bytes]) -> None:
        self._frames: queue.Queue[av.VideoFrame | None] = queue.Queue(WAITING)
        self._made: bytes | None = None
        self._wanted = True
        self._thread = threading.Thread(target=self._run, args=(encode,), daemon=True, name="encoder")
        self._thread.start()

    def add(self, frame: av.VideoFrame) -> None:
        """Take the next frame."""
        if self._wanted:
            self._frames.put(frame)

    def finish(self) -> bytes | None:
        """The file of all frames; None where it could not be made, which is found out by making it again."""
        self._end()
        return self._made

    def close(self) -> None:
        """No file is wanted any more; harmless twice, and after `finish`."""
        self._wanted = False
        self._end()

    def _end(self) -> None:
        if self._thread.is_alive():
            self._frames.put(None)
            self._thread.join()

    def _run(self, encode: Callable[[Iterator[av.VideoFrame]], bytes]) -> None:
        frames = iter(self._frames.get, None)
        try:
            made = encode(one for one in frames if self._wanted)
        except Exception:
            made = None
        for _ in frames:  # nobody may wait for an encoder that has failed
            pass
        self._made = made
