"""The gallery's films: `(params, runtime) => pictures`, one after another."""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image
from torch import Tensor

from engine import recipes
from engine.ascent.progress import Frame
from engine.canvas.motion import MovingPicture
from engine.canvas.pillow_image import to_pillow
from engine.gallery.sources import source
from engine.params import AnyParams, Video
from engine.runtime import Runtime
from engine.video.optical_flow import dense_flow

Tell = Callable[[str], None]
VIDEO_KIND, VIDEO_PAN = "pet", 0.4
"""Over which photograph the video's camera moves, and how far, as a share of what it sees."""


def film(
    name: str,
    params: AnyParams,
    begins: Tensor | None,
    runtime: Runtime,
    tell: Tell,
    moving: MovingPicture | None = None,
) -> list[Tensor]:
    """Every frame of a recipe, [3, h, w] in [0, 1]."""
    frames = []
    for report in recipes.run(params, begins, runtime, moving=moving):
        if isinstance(report, Frame):
            tell(f"{name} {report.index + 1}/{report.frames}")
            frames.append(report.picture)
    return frames


def dreamed_pan(params: Video, runtime: Runtime, tell: Tell) -> list[Image.Image]:
    """A camera that moves over a photograph, dreamed."""
    sources = pan(source(VIDEO_KIND, round(params.size * (1 + VIDEO_PAN))), params.size, params.frames)
    moving = MovingPicture(iter(sources), params.frames, dense_flow())
    return [to_pillow(picture) for picture in film("video", params, None, runtime, tell, moving)]


def pan(wide: Tensor, width: int, count: int) -> list[Tensor]:
    """Views of a picture [3, h, w] that are so wide and 4:3, from its left to its right."""
    height = width * 3 // 4
    top = (wide.shape[1] - height) // 2
    ways = [round((wide.shape[2] - width) * at / max(1, count - 1)) for at in range(count)]
    return [wide[:, top : top + height, left : left + width].contiguous() for left in ways]
