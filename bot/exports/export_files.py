"""Pictures as files of a kind: `(picture or frames, kind) => bytes that Discord takes`.

Only pictures of ours come here: what people sent was opened elsewhere. A picture is a PNG. What moves is a GIF, which
everything plays; where it would be too large it has fewer colours, then fewer frames, and where that is no film any
more it stands still.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageDraw, ImageFilter

from bot.exports.export_kinds import LONGEST_S, ExportKind
from bot.exports.point_of_interest import Box

CLOSER: Final = 4
"""So many times larger a mask is drawn, for smooth corners."""
SHARPER: Final = ImageFilter.UnsharpMask(0.8, 60, 2)
"""What a picture loses of its edges by being made much smaller."""
SHRUNK: Final = 1.5
COLOURS: Final = (128, 64, 32)
"""Tried in this order; one more is for the corners."""
SAMPLES: Final = 4
"""Frames by which the bytes of all are foreseen."""
LEAST_FPS: Final = 6.0
LEAST_FRAMES: Final = 4
"""Slower, or with fewer, it is no film any more."""
FASTEST: Final = 2.0
"""So many times faster it may be shown, to have fewer frames."""
CLEAR: Final = 128
"""Alpha, of 255, from which on a point is seen in a GIF."""
FADE_COLOURS: Final = (256, 128, 64)


@dataclass(frozen=True, slots=True)
class ExportFile:
    """What was made."""

    data: bytes
    kind: ExportKind
    width: int
    height: int
    moves: bool = False
    stopped: bool = False
    """It stands still although its dream moves: moving, it would be too large."""
    enlarged: float = 1.0
    """How many times as large as it was dreamed."""

    @property
    def name(self) -> str:
        """Of the file: "emoji.gif"."""
        return f"{self.kind.name}.{'gif' if self.moves else 'png'}"


def make_still(picture: Image.Image, box: Box, kind: ExportKind, *, stopped: bool = False) -> ExportFile:
    """A PNG of what is in a box."""
    drawn = _with_mask(_resize(picture, box, kind), kind)
    data = next(data for data in _pngs(drawn) if len(data) <= kind.most_bytes)
    factor = drawn.width / (box[2] - box[0])
    return ExportFile(data, kind, *drawn.size, stopped=stopped, enlarged=factor)


def make_moving(frames: Sequence[Image.Image], fps: float, box: Box, kind: ExportKind) -> ExportFile | None:
    """A GIF of frames; None where it would be too large however it is made."""
    drawn = [_with_mask(_resize(one, box, kind), kind) for one in frames]
    fps = max(fps, len(drawn) / LONGEST_S)
    sizes = {colours: _frame_bytes(drawn, colours) for colours in COLOURS}
    for stride, colours in _plans(len(drawn), fps):
        kept = drawn[::stride]
        if len(kept) * sizes[colours] > kind.most_bytes:  # that is known before all of it is made
            continue
        data = _gif(kept, max(fps / stride, LEAST_FPS), colours)
        if len(data) <= kind.most_bytes:
            return ExportFile(data, kind, *drawn[0].size, moves=True, enlarged=kind.width / (box[2] - box[0]))
    return None


def _frame_bytes(frames: Sequence[Image.Image], colours: int) -> float:
    """What a frame takes, by some of them."""
    some = frames[:: max(1, len(frames) // SAMPLES)][:SAMPLES]
    return len(_gif(some, LEAST_FPS, colours)) / len(some) if len(some) > 1 else 0.0


def _plans(count: int, fps: float) -> Iterator[tuple[int, int]]:
    """Every how many-th frame, and how many colours, the best first; fewer frames are shown faster, where else they
    would stutter."""
    for stride in range(1, max(1, int(FASTEST * fps / LEAST_FPS)) + 1):
        if count // stride >= LEAST_FRAMES:
            yield from ((stride, colours) for colours in COLOURS)


def _resize(picture: Image.Image, box: Box, kind: ExportKind) -> Image.Image:
    side = min(kind.width, box[2] - box[0]) if not kind.enlarged else kind.width
    wanted = (side, round(side / kind.aspect))
    inner = (wanted[0] - 2 * kind.rim, wanted[1] - 2 * kind.rim)
    small = picture.convert("RGB").resize(inner, Image.Resampling.LANCZOS, box=box)
    if box[2] - box[0] > SHRUNK * side:
        small = small.filter(SHARPER)
    if not kind.rim:
        return small
    page = Image.new("RGB", wanted, "white")
    page.paste(small, (kind.rim, kind.rim), _corners(inner, kind.round * wanted[0] - kind.rim))
    return page


def _with_mask(drawn: Image.Image, kind: ExportKind) -> Image.Image:
    if not kind.round:
        return drawn
    drawn = drawn.copy()
    drawn.putalpha(_corners(drawn.size, kind.round * drawn.width))
    return drawn


def _corners(size: tuple[int, int], radius: float) -> Image.Image:
    """What is seen of a picture with round corners, smooth."""
    large = Image.new("L", (size[0] * CLOSER, size[1] * CLOSER), 0)
    edge = (0, 0, large.width - 1, large.height - 1)
    ImageDraw.Draw(large).rounded_rectangle(edge, round(radius * CLOSER), fill=255)
    return large.resize(size, Image.Resampling.BOX)


def _pngs(drawn: Image.Image) -> Iterator[bytes]:
    """As it is, then in fewer colours."""
    yield _png(drawn)
    for colours in FADE_COLOURS:
        yield _png(drawn.quantize(colours, method=Image.Quantize.FASTOCTREE))


def _png(drawn: Image.Image) -> bytes:
    out = io.BytesIO()
    drawn.save(out, "PNG", optimize=True)
    return out.getvalue()


def _gif(frames: Sequence[Image.Image], fps: float, colours: int) -> bytes:
    painted = [_paint(one, colours) for one in frames]
    out, clear = io.BytesIO(), colours
    seen: dict[str, int] = {"transparency": clear, "disposal": 2} if frames[0].mode == "RGBA" else {}
    painted[0].save(
        out, "GIF", save_all=True, append_images=painted[1:], duration=round(1000 / fps), loop=0, optimize=False, **seen
    )
    return out.getvalue()


def _paint(frame: Image.Image, colours: int) -> Image.Image:
    """A frame in so many colours, and one more where nothing is seen."""
    flat = frame.convert("RGB").quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    if frame.mode == "RGBA":
        flat.paste(colours, mask=frame.getchannel("A").point(lambda alpha: 255 * (alpha < CLEAR)))
    return flat
