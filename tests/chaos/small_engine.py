"""The product with an engine that costs nothing: `python small_engine.py` is the bot, with one word more its engine.

Bot, decoder, supervisor, ledger, blobs and every protocol between them are the real ones; only the recipes are
replaced, by a child that sends reports and a grey picture. A dream of seed n * SLOW takes n seconds,
spread over many steps, so that something can happen meanwhile.
"""

from __future__ import annotations

import json
import os
import struct
import sys
import time
import zlib
from pathlib import Path

from engine import settings
from engine.files.blobs import BlobKey, Blobs
from engine.platform import framing

HERE = Path(__file__)
BOT = (sys.executable, str(HERE))
SUPERVISOR = (*BOT, "engine.supervisor")
STEP_S = 0.02
SLOW = 100_000


def child_of(data_dir: Path) -> tuple[str, ...]:
    """The command of the child."""
    return (*BOT, "child", str(data_dir / "blobs"))


def png(side: int, shade: int) -> bytes:
    """A grey PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress((b"\0" + bytes([shade]) * side) * side)
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def serve(folder: Path) -> None:
    """Jobs on stdin, until it closes."""
    out, blobs = sys.stdout.buffer, Blobs(folder)

    def send(**header: object) -> None:
        try:
            out.write(framing.pack(header))
            out.flush()
        except BrokenPipeError:  # the supervisor was killed
            os._exit(0)

    send(report="ready")
    while frame := framing.read(sys.stdin.buffer):
        header = frame[0]
        seed = int(json.loads(header["params"])["seed"])
        if header["picture"] and blobs.get(BlobKey(header["picture"])) is None:
            send(report="failed", error="PictureGone", facts={})
            continue
        steps, word = (int(seed / SLOW / STEP_S) if seed >= SLOW else 3), ""
        for step in range(steps):
            send(report="progress", step=step + 1, steps=steps)
            told = framing.read(sys.stdin.buffer)
            if told is None:
                return
            if word := told[0]["word"]:
                break
            time.sleep(STEP_S)
        if word in ("stop", "lost"):
            send(report="stopped")
            continue
        data = png(128, seed % 256)
        try:
            result = {"blob": blobs.put(data), "mime": "image/png", "width": 128, "height": 128, "size": len(data)}
        except OSError:
            send(report="failed", error="NotKept", facts={})
            continue
        send(report="done", result=result)


def main(words: list[str]) -> int:
    """Be what the words say."""
    if words[:1] == ["child"]:
        serve(Path(words[1]))
        return 0
    if words == ["engine.supervisor"]:
        from engine import supervisor

        supervisor.Supervisor.__init__.__defaults__ = (child_of(settings.load().data_dir),)
        return supervisor.main()
    from bot import __main__ as bot
    from bot.operations import engine_process

    patience = engine_process.RestartTimes()
    engine_process.EngineProcess.__init__.__defaults__ = (SUPERVISOR, patience)
    return bot.main(words)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
