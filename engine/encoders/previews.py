"""Previews of a job that goes on: `each step's report => a JPEG, or none yet`.

On a CPU a step waits for its preview, for both want the same cores. A GPU goes on: the picture is copied into pinned
memory beside the next steps, a thread makes a file of it, and that goes up with a later step.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import torch
from torch import Tensor

from engine.ascent.progress import Progress
from engine.canvas.resample import Size
from engine.encoders.still import preview, shrink_for_preview

PAUSE_S = 0.5
"""A preview is made at most this often; nobody sees more through a chat's limits on edits."""


class Previews:
    """The previews of one job."""

    def __init__(self, device: torch.device, pause_s: float = PAUSE_S) -> None:
        """Of pictures on that device."""
        self._pause_s = pause_s
        self._begun: float | None = None
        self._pool = None if device.type == "cpu" else ThreadPoolExecutor(1, "preview")
        self._made: Future[bytes] | None = None

    def take(self, report: Progress) -> bytes:
        """What is to go up with this step: the preview of this one, or an earlier one that is ready; empty for none."""
        if self._pool is None:
            return preview(report.show(), size=report.size) if self._is_due() else b""
        ready = b""
        if self._made is not None and self._made.done():
            ready, self._made = self._made.result(), None
        if self._made is None and self._is_due():
            small = shrink_for_preview(report.show(), size=report.size)
            self._made = self._pool.submit(_encode, copy_to_host(small), report.size)
        return ready

    def close(self) -> None:
        """The job has ended: nobody wants what is not ready."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)

    def _is_due(self) -> bool:
        now = time.monotonic()
        if self._begun is not None and now - self._begun < self._pause_s:
            return False
        self._begun = now
        return True


def copy_to_host(picture: Tensor) -> Callable[[], Tensor]:
    """Begin to copy a picture as it is now; whoever calls the result waits for the copy, on the CPU."""
    if picture.device.type != "cuda":
        copied = picture.detach().to("cpu", copy=True)
        return lambda: copied
    pinned = torch.empty(picture.shape, dtype=picture.dtype, pin_memory=True)
    pinned.copy_(picture, non_blocking=True)
    arrived = torch.cuda.Event()  # type: ignore[no-untyped-call]
    arrived.record()

    def wait() -> Tensor:
        arrived.synchronize()
        return pinned

    return wait


def _encode(wait_for_picture: Callable[[], Tensor], size: Size) -> bytes:
    return preview(wait_for_picture(), size=size)
