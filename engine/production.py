"""From params to a file: `(params, clean PNG, studio) => progress ..., then the encoded result`.

What the worker does for a job and the command line does in its own process.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator

from torch import Tensor
from torch.nn import functional

from engine import encoders, recipes
from engine.ascent.report import Frame, Progress
from engine.encoders.encoded import Encoded
from engine.encoders.raster import tensor
from engine.jobs.params import Dream, Zoom
from engine.studio import Studio


def produce(
    params: Dream | Zoom, png: bytes | None, studio: Studio, limit_bytes: int | None = None
) -> Generator[Progress | Encoded, bool | None, None]:
    """Yield progress, and last the file. `send(True)` keeps: the latest picture becomes the result.

    `png` is a clean picture from the decoder, None for noise. Closing the generator stops the work at its next step.
    """
    source = None if png is None else tensor(png)
    with contextlib.closing(encoders.open_encoder(params, limit_bytes)) as encoder:
        reports = recipes.run(params, source, studio)
        framed = False
        for report in reports:
            if isinstance(report, Frame):
                encoder.add(report.picture)
                framed = True
            elif (yield report):
                if not framed:
                    encoder.add(_enlarged(report))
                break
        yield encoder.finish()


def _enlarged(report: Progress) -> Tensor:
    """The canvas so far at the result's size: an early octave is smaller than what was asked for."""
    return functional.interpolate(report.picture[None], report.size, mode="bicubic", antialias=True)[0].clamp(0, 1)
