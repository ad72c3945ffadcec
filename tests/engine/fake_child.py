"""A child for the supervisor's tests: does to order what a worker could do, without torch. `seed` is the order."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from engine.platform import framing

FINE, CRASH, CRASH_ONCE, DEAF, FAIL, SLOW, CRASH_LATE = range(7)
RESULT = {"blob": "0" * 64, "mime": "image/png", "width": 1, "height": 1, "size": 1}


def main() -> None:
    out, scratch = sys.stdout.buffer, sys.argv[1]

    def send(**header: object) -> None:
        out.write(framing.pack(header))
        out.flush()

    def serve(header: dict[str, Any]) -> None:
        order = json.loads(header["params"])["seed"]
        marker = Path(scratch) / header["id"]
        first = not marker.exists()
        marker.touch()
        if order == CRASH or (order == CRASH_ONCE and first):
            os.kill(os.getpid(), signal.SIGKILL)
        if order == CRASH_LATE:
            send(report="made", at=1, result=RESULT)
            os.kill(os.getpid(), signal.SIGKILL)
        if order == FAIL:
            send(report="failed", error="OutOfMemory", facts={})
            return
        if order == DEAF:
            time.sleep(60)
        steps, word = (1000 if order == SLOW and first else 3), ""
        for step in range(steps):
            send(report="progress", step=step + 1, steps=steps)
            while (answer := framing.read(sys.stdin.buffer)) and "id" in answer[0]:
                serve(answer[0])
            if answer is None:
                os._exit(0)
            if word := answer[0]["word"]:
                break
            time.sleep(0.01)
        if word in ("stop", "lost"):
            send(report="stopped")
        else:
            send(report="done", result={**RESULT, "notes": [{"name": word, "facts": {}}]})

    send(report="ready")
    while frame := framing.read(sys.stdin.buffer):
        serve(frame[0])


if __name__ == "__main__":
    main()
