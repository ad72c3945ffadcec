"""The process that opens strangers' bytes: `python -m engine.files.decoder_child`, asked on stdin, answering on stdout.

No torch, bounded memory and CPU time, kept warm. Before the first stranger's byte it gives up every right that it can
do without (`seal`): from then on it can open no file, no socket and no process. `engine.files.decoder` asks it.
"""

from __future__ import annotations

import contextlib
import dataclasses
import gc
import io
import os
import resource
import signal
import sys
from collections.abc import Callable
from typing import Any

from engine import errors
from engine.files import sanitizer
from engine.platform import framing

MEMORY = 1536 * 2**20
"""Address space: enough for two copies of the largest picture allowed."""
GRACE_S = 1.0
"""Between being asked to end, which is heard between two steps of a library, and the end."""
ALARM_INTERVAL_S = 0.02
NOBODY = 65534
"""The user that a child of root becomes."""
NICE = "--nice"


Answer = Callable[[dict[str, Any], bytes], framing.Frame]
"""What a sealed process says to a question and its bytes."""


class TooSlow(BaseException):
    """This picture took its CPU time. No library may catch it as an error of the file."""


def serve() -> None:
    """Answer questions until stdin closes."""
    serve_sealed(warm_up, _run_question)


def serve_sealed(prepare: Callable[[], None], answer: Answer) -> None:
    """Answer questions until stdin closes, each in its CPU time; what needs a file is loaded by `prepare`."""
    if NICE in sys.argv:
        os.nice(10)
    confine()
    prepare()
    seal()
    gc.freeze()
    _say({"ready": True})
    while frame := framing.read(sys.stdin.buffer):
        _say(*_run_in_time(answer, *frame))
        del frame
        gc.collect()  # by itself it counts objects, and a picture in a cycle is one


def _say(header: dict[str, Any], blob: bytes = b"") -> None:
    sys.stdout.buffer.write(framing.pack(header, blob))
    sys.stdout.buffer.flush()


def confine() -> None:
    """Bound what this process can use up: memory for good, files not a byte."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGPROF, _raise_too_slow)


def seal() -> None:
    """Give up what decoding does not need: root, new processes and threads, and every new descriptor.

    Without descriptors nothing can be opened: no file, no socket, no pipe. It needs no privilege, on any Unix. Only
    root could take the limits back, so a child of root becomes nobody first (which fails in some containers: there the
    limits still hold for everything that does not ask to lift them).
    """
    with contextlib.suppress(OSError):  # what libraries think of a stranger's file is no log of ours
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    if os.geteuid() == 0:
        with contextlib.suppress(OSError):
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def warm_up() -> None:
    """Load the allowed formats and nothing else; later it would be too late, as nothing can be opened any more."""
    import encodings.ascii
    import encodings.latin_1
    import encodings.utf_16  # noqa: F401

    from PIL import (  # noqa: F401
        AvifImagePlugin,
        Image,
        ImageCms,
        ImageStat,
        MpoImagePlugin,
        TiffImagePlugin,
        WebPImagePlugin,
    )

    AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # more would need threads, which `seal` forbids
    out = io.BytesIO()
    Image.new("RGB", (2, 2)).save(out, "PNG")
    sanitizer.clean(out.getvalue(), 2, 1.0)


def _raise_too_slow(_signal: int, _frame: object) -> None:
    if signal.getitimer(signal.ITIMER_PROF)[0] > 0:  # else it is an alarm of a picture that is answered already
        raise TooSlow


def _run_in_time(answer: Answer, asked: dict[str, Any], data: bytes) -> framing.Frame:
    """The answer, or that its CPU time was not enough; where a library does not listen, the system ends the process."""
    began = cpu_time_s()
    try:
        _limit_cpu_time(asked["seconds"])
        try:
            header, blob = answer(asked, data)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
    except TooSlow:
        return {"slow": True}, b""
    return {**header, "seconds": cpu_time_s() - began}, blob


def cpu_time_s() -> float:
    """Seconds that this process has used."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _limit_cpu_time(seconds: float) -> None:
    until = int(cpu_time_s() + seconds + GRACE_S) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.getrlimit(resource.RLIMIT_CPU)[1]))
    signal.setitimer(signal.ITIMER_PROF, seconds, ALARM_INTERVAL_S)


def _run_question(asked: dict[str, Any], data: bytes) -> framing.Frame:
    try:
        if "imprint" in asked:
            text = sanitizer.read_imprint(data, asked["megapixels"])
            return {"imprint": len(text)}, text
        made = sanitizer.clean(data, asked["size"], asked["megapixels"], last=asked.get("last", False))
    except errors.Refusal as refusal:
        return {"refused": type(refusal).__name__, "facts": refusal.facts}, b""
    except MemoryError:
        return {"refused": "DecoderDied", "facts": {}}, b""
    width, height = made.size
    known = dataclasses.asdict(made.fingerprint)
    return {"width": width, "height": height, "frame": made.frame, "frames": made.frames, "known": known}, made.png


if __name__ == "__main__":
    serve()
