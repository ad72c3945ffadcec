"""The sizes of a dream, small to large: `(size, octaves, ratio) => sizes`."""

from __future__ import annotations

from engine.canvas.resample import Size


def octave_sizes(size: Size, octaves: int, ratio: float, smallest: int = 32) -> list[Size]:
    """`octaves` sizes up to `size`, each `ratio` times as large as the one before it.

    No side gets shorter than `smallest`; octaves that would be the same size as the next one are left out.
    """
    found: list[Size] = []
    for k in reversed(range(octaves)):
        height, width = (max(min(edge, smallest), round(edge / ratio**k)) for edge in size)
        if (height, width) not in found:
            found.append((height, width))
    return found
