"""How long an animated picture lasts, by what its file says: `GIF or WebP => seconds`, without decoding a pixel."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO, Final

from engine.video.frame_times import LONGEST_S, USUAL_S

LEAST_S: Final = 0.02
"""What wants to be shown shorter than this is shown as browsers do, for `USUAL_S`."""
EXTENSION, CONTROL, IMAGE = 0x21, 0xF9, 0x2C
"""What blocks of a GIF begin with."""


def length_s(file: BinaryIO) -> float:
    """Seconds from its first frame to the end of its last one; 0 where nobody can tell. The file is at its beginning
    again."""
    file.seek(0)
    gif = file.read(4) == b"GIF8"
    try:
        return sum(map(shown_s, _gif_times(file) if gif else _webp_times(file)))
    except (IndexError, struct.error):  # it is cut short
        return 0.0
    finally:
        file.seek(0)


def shown_s(seconds: float) -> float:
    """How long a frame stands that is to stand so long."""
    return seconds if LEAST_S <= seconds <= LONGEST_S else USUAL_S


def _gif_times(file: BinaryIO) -> Iterator[float]:
    """What each picture of a GIF says. Raises IndexError where it is cut short."""
    file.seek(10)
    _skip_palette(file, behind=2)
    hundredths = 0
    while (kind := file.read(1)[0]) in (EXTENSION, IMAGE):
        if kind == IMAGE:
            yield hundredths / 100
            hundredths = 0
            file.seek(8, 1)
            _skip_palette(file)
            file.seek(1, 1)
        elif file.read(1)[0] == CONTROL:
            hundredths = struct.unpack("<xxHx", file.read(5))[0]
        while length := file.read(1)[0]:
            file.seek(length, 1)


def _skip_palette(file: BinaryIO, behind: int = 0) -> None:
    """Over the colours that a byte of flags says there are, so many bytes behind it."""
    flags = file.read(1)[0]
    file.seek(behind + (3 << (flags & 7) + 1 if flags & 0x80 else 0), 1)


def _webp_times(file: BinaryIO) -> Iterator[float]:
    """What each picture of a WebP says."""
    file.seek(12)
    while len(head := file.read(8)) == 8:
        kind, length = struct.unpack("<4sI", head)
        after = file.tell() + length + length % 2
        if kind == b"ANMF":
            yield int.from_bytes(file.read(16)[12:15], "little") / 1000
        file.seek(after)
