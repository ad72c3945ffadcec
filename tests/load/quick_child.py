"""A child for the supervisor that dreams nothing: `seconds => results of the right kind`, without torch.

It takes as long as it is told, shows previews on the way and stores a small picture of its own for every job, so that
everything but the dreaming happens: blobs, previews, uploads, retention.
"""

from __future__ import annotations

import io
import sys
import time
import zlib
from collections.abc import Callable

from PIL import Image

from bot.requests.submission import noise
from engine import logs
from engine.platform import framing
from engine.queue.blob_stores import open_blobs
from engine.settings import load

STEPS = 3
SIDE = 128
Send = Callable[..., None]


def main() -> None:
    """Serve jobs until the parent goes away."""
    settings = load()
    logs.start(settings, "worker")
    blobs, pause, out = open_blobs(settings), float(sys.argv[1]) / STEPS, sys.stdout.buffer

    def send(blob: bytes = b"", **header: object) -> None:
        out.write(framing.pack(header, blob))
        out.flush()

    shown = preview()
    send(report="ready", device="none")
    while frame := framing.read(sys.stdin.buffer):
        word = work(send, pause, shown)
        if word is None:
            return
        if word in ("stop", "lost"):
            send(report="stopped")
            continue
        picture = noise(SIDE, zlib.crc32(frame[0]["id"].encode()))
        result = {"blob": blobs.put(picture), "mime": "image/png", "width": SIDE, "height": SIDE, "size": len(picture)}
        send(report="done", result=result)


def preview() -> bytes:
    """A small JPEG."""
    out = io.BytesIO()
    Image.radial_gradient("L").resize((SIDE, SIDE)).save(out, "JPEG")
    return out.getvalue()


def work(send: Send, pause: float, shown: bytes) -> str | None:
    """Take the time of one job; the supervisor's word, None if it is gone."""
    for step in range(STEPS):
        time.sleep(pause)
        send(shown if step == 1 else b"", report="progress", step=step + 1, steps=STEPS)
        answer = framing.read(sys.stdin.buffer)
        if answer is None:
            return None
        if answer[0]["word"]:
            return str(answer[0]["word"])
    return ""


if __name__ == "__main__":
    main()
