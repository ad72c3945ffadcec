"""A child for the supervisor's tests: does to order what a worker could do, without torch. `seed` is the order.

Its arguments are a folder for notes, and how many jobs it takes at once (one, if that is not said).
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections import deque
from pathlib import Path
from typing import Any

from engine.platform import framing

FINE, CRASH, CRASH_ONCE, DEAF, FAIL, SLOW, CRASH_LATE = range(7)
RESULT = {"blob": "0" * 64, "mime": "image/png", "width": 1, "height": 1, "size": 1}


class Inbox:
    """What has come for a lane. (A script beside the folder `queue` cannot have the module of that name.)"""

    def __init__(self) -> None:
        self._come: deque[dict[str, Any]] = deque()
        self._count = threading.Semaphore(0)

    def put(self, header: dict[str, Any]) -> None:
        self._come.append(header)
        self._count.release()

    def get(self) -> dict[str, Any]:
        self._count.acquire()
        return self._come.popleft()


def main() -> None:
    out, scratch, lanes = sys.stdout.buffer, sys.argv[1], int((sys.argv[2:] or ["1"])[0])
    inboxes = [Inbox() for _ in range(lanes)]
    writing = threading.Lock()

    def write(**header: object) -> None:
        with writing:
            out.write(framing.pack(header))
            out.flush()

    def serve(header: dict[str, Any]) -> None:
        def send(**report: object) -> None:
            write(**report, lane=lane)

        lane = header["lane"]
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
            while "id" in (answer := inboxes[lane].get()):
                serve(answer)
            if word := answer["word"]:
                break
            time.sleep(0.01)
        if word in ("stop", "lost"):
            send(report="stopped")
        else:
            send(report="done", result={**RESULT, "notes": [{"name": word, "facts": {}}]})

    def serve_all(inbox: Inbox) -> None:
        while True:
            serve(inbox.get())

    for inbox in inboxes:
        threading.Thread(target=serve_all, args=(inbox,), daemon=True).start()
    write(report="ready", jobs=lanes)
    while frame := framing.read(sys.stdin.buffer):
        inboxes[frame[0]["lane"]].put(frame[0])
    os._exit(0)


if __name__ == "__main__":
    main()
