"""A few frames of what moves: `bytes of an animation or a film => frames, spread evenly`, or a `Refusal`.

A film's frames are squares, whatever its shape.

Only a sealed child does this (`engine.files.nsfw_scorer_child`): what is opened here are strangers' bytes as they came.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from engine import errors
from engine.files import file_formats, mp4_boxes, sanitizer

if TYPE_CHECKING:
    from av.container import InputContainer
    from PIL import Image


def samples(
    data: bytes, count: int, size: int, megapixels: float, is_late: Callable[[], bool]
) -> Iterator[Image.Image]:
    """At most so many frames, RGB, about `size` large, in their order; none of a picture that stands still.

    Stops where the file is damaged, and where `is_late` says so. Raises a `Refusal` for what cannot be opened, or has
    too many pixels.
    """
    if mp4_boxes.is_mp4(data):
        yield from _of_film(data, count, size, megapixels, is_late)
    else:
        yield from _of_animation(data, count, size, megapixels, is_late)


def _of_animation(
    data: bytes, count: int, size: int, megapixels: float, is_late: Callable[[], bool]
) -> Iterator[Image.Image]:
    """Frames of a GIF are drawn one over another: all up to the last sample are loaded."""
    with sanitizer.open_picture(data, megapixels) as opened:
        frames = sanitizer.count_frames(opened, megapixels)
        wanted = spread(frames, count) if frames > 1 else []
        for index in range(max(wanted, default=-1) + 1):
            if is_late() or not _can_load(opened, index):
                return
            if index in wanted:
                yield sanitizer.upright_rgb(opened, size)


def spread(frames: int, count: int) -> list[int]:
    """The indexes of at most so many frames, the first and the last among them."""
    if frames <= count:
        return [*range(frames)]
    return sorted({round(at * (frames - 1) / max(1, count - 1)) for at in range(count)})


def _can_load(opened: Image.Image, index: int) -> bool:
    """Whether there is such a frame; a file may be cut short."""
    try:
        opened.seek(index)
        opened.load()
    except MemoryError:
        raise
    except Exception:  # Pillow raises anything at all on damaged files
        return False
    return True


def _of_film(
    data: bytes, count: int, size: int, megapixels: float, is_late: Callable[[], bool]
) -> Iterator[Image.Image]:
    """The frames with which a film can be entered that are nearest to even steps."""
    import av

    try:
        container = av.open(io.BytesIO(data), "r", format="mp4", options={"codec_whitelist": file_formats.FILM_CODECS})
    except (av.FFmpegError, ValueError):
        raise errors.BrokenPicture from None
    with container:
        _check_film(container, megapixels)
        seconds = (container.duration or 0) / av.time_base
        for at in range(count if seconds else 1):
            frame = None if is_late() else _frame_at(container, at * seconds / count, size)
            if frame is None:
                return
            yield frame


def _check_film(container: InputContainer, megapixels: float) -> None:
    if not container.streams.video:
        raise errors.BrokenPicture
    context = container.streams.video[0].codec_context
    if context.width * context.height > megapixels * 1e6:
        raise errors.TooManyPixels(megapixels=context.width * context.height // 10**6, limit=round(megapixels))
    context.thread_count = 1  # more would need threads, which the seal forbids


def _frame_at(container: InputContainer, seconds: float, size: int) -> Image.Image | None:
    import av
    from PIL import Image

    try:
        container.seek(round(seconds * av.time_base))
        frame = next(container.decode(container.streams.video[0]), None)
        small = frame.reformat(size, size, "rgb24", interpolation="AREA", threads=1) if frame else None
    except (av.FFmpegError, ValueError):  # it is cut short or damaged here
        return None
    return Image.fromarray(small.to_ndarray()) if small else None
