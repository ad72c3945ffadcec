"""What a user can ask for: `(params, source, studio) => iterator of reports`."""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor

from engine.ascent.report import Frame, Progress
from engine.jobs.params import Dream, Zoom
from engine.recipes.dream import dream
from engine.recipes.zoom import zoom
from engine.studio import Studio


def run(params: Dream | Zoom, source: Tensor | None, studio: Studio) -> Iterator[Progress | Frame]:
    """The recipe of these params; the source is [3, h, w] in [0, 1], or None for noise.

    Raises `UnknownNetwork`, `NetworkMissing` or `UnknownLayer` at its first step.
    """
    if isinstance(params, Zoom):
        return zoom(params, source, studio)
    return dream(params, source, studio)
