"""Frames that are dreamed as they are looked at, and a little ahead: `(endless frames) => frame by number`.

A thread dreams. It rests while nobody asks for more, so that a page that is paused or closed costs nothing.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator

AHEAD = 3
"""Frames that are dreamed before anybody asks for them."""
KEPT = 24
"""Frames that are held for who comes later; whoever is further behind goes on with the oldest of them."""
ASK_S = 5.0
"""How long one question waits for its frame."""


class DreamedAhead:
    """Numbered frames; the first is 0."""

    def __init__(self, frames: Iterator[bytes]) -> None:
        """`frames` are files; they are taken in a thread of its own."""
        self._frames = frames
        self._made: OrderedDict[int, bytes] = OrderedDict()
        self._wanted, self._count = 0, 0
        self._change = threading.Condition()
        self._over = False
        self.error: Exception | None = None
        """What ended it, if anything did."""
        self._thread = threading.Thread(target=self._dream, daemon=True)

    def start(self) -> None:
        """Begin to dream."""
        self._thread.start()

    def close(self) -> None:
        """Stop after the frame that is being dreamed; waits for it."""
        with self._change:
            self._over = True
            self._change.notify_all()
        if self._thread.is_alive():
            self._thread.join()

    def get(self, number: int, seconds: float = ASK_S) -> tuple[int, bytes] | None:
        """A frame with its number, or the oldest that is still there; None if it is not dreamed in that time.

        Blocks. Raises what ended the dreaming.
        """
        with self._change:
            self._wanted = max(self._wanted, min(number, self._count + AHEAD))
            self._change.notify_all()
            self._change.wait_for(lambda: self._count > number or self._over, seconds)
            if self.error is not None:
                raise self.error
            if self._count <= number:
                return None
            found = max(number, next(iter(self._made)))
            return found, self._made[found]

    def _dream(self) -> None:
        try:
            for data in self._frames:
                if not self._keep(data):
                    return
        except Exception as error:
            self.error = error
        finally:
            with self._change:
                self._over = True
                self._change.notify_all()

    def _keep(self, data: bytes) -> bool:
        """Hold a frame, and wait until more are wanted; whether to go on."""
        with self._change:
            self._made[self._count] = data
            self._count += 1
            if len(self._made) > KEPT:
                self._made.popitem(last=False)
            self._change.notify_all()
            self._change.wait_for(lambda: self._over or self._count <= self._wanted + AHEAD)
            return not self._over
