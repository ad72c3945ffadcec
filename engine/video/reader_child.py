"""The process that opens strangers' videos: `python -m engine.video.reader_child QUESTION < FILE > FRAMES`.

Its stdin is the file itself, so it needs no name and no copy of it. No torch, bounded memory and CPU time, sealed
before the first stranger's byte as the pictures' decoder is (`engine.files.decoder_child`). `engine.video.reader` asks
it.
"""

from __future__ import annotations

import gc
import io
import json
import resource
import sys

from engine import errors
from engine.files.decoder_child import confine, seal
from engine.files.tiny_film import tiny_film
from engine.platform import framing
from engine.video import frames

BEGIN_S, FRAME_S = 20, 1
"""CPU time until the first frame, and for each further one."""


def serve() -> None:
    """Answer the question of the command line."""
    asked = json.loads(sys.argv[1])
    wants_sound = asked.pop("sound")
    confine()
    _warm_up()
    seal()
    gc.freeze()
    try:
        (_say_sound if wants_sound else _say_frames)(frames.Question(**asked))
    except errors.Refusal as refusal:
        _say({"refused": type(refusal).__name__, "facts": refusal.facts})
    except MemoryError:
        _say({"refused": "BrokenVideo", "facts": {}})


def _say_frames(asked: frames.Question) -> None:
    _allow_seconds(BEGIN_S)
    opened = frames.open_video(_stdin(), asked)
    width, height = opened.edges
    said = False
    for pixels in opened.frames:
        if not said:
            _say({"width": width, "height": height, "frames": opened.planned})
            said = True
        _say({"pixels": len(pixels)}, pixels)
        _allow_seconds(BEGIN_S if asked.span.most < 2 else FRAME_S)
    _say({"end": True})


def _say_sound(asked: frames.Question) -> None:
    _allow_seconds(BEGIN_S)
    for chunk in frames.sound(_stdin(), asked):
        _say({"sound": len(chunk)}, chunk)
        _allow_seconds(FRAME_S)
    _say({"end": True})


def _stdin() -> io.BufferedReader:
    return io.BufferedReader(io.FileIO(sys.stdin.fileno(), closefd=False))


def _say(header: dict[str, object], blob: bytes = b"") -> None:
    sys.stdout.buffer.write(framing.pack(header, blob))
    sys.stdout.buffer.flush()


def _allow_seconds(seconds: int) -> None:
    """So much more CPU time; then the system ends this process."""
    soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    if soft == resource.RLIM_INFINITY:
        used = resource.getrusage(resource.RUSAGE_SELF)
        soft = int(used.ru_utime + used.ru_stime) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft + seconds, hard))


def _warm_up() -> None:
    """Load what opens files; later it would be too late, as nothing can be opened any more."""
    import encodings.ascii
    import encodings.latin_1  # noqa: F401

    from PIL import GifImagePlugin, Image, WebPImagePlugin  # noqa: F401

    asked = frames.Question(0, 1, 5, 16)
    for kind in ("GIF", "WEBP"):
        out = io.BytesIO()
        tiny = [Image.new("RGB", (2, 2), colour) for colour in ("black", "white")]
        tiny[0].save(out, kind, save_all=True, append_images=tiny[1:], duration=100)
        out.seek(0)
        list(frames.open_video(out, asked).frames)
    film = tiny_film()
    list(frames.open_video(io.BytesIO(film), asked).frames)
    list(frames.sound(io.BytesIO(film), asked))


if __name__ == "__main__":
    serve()
