"""How long animations take, and a print by its size: `Exam => Found`. Warm, once each; minutes, so only by name."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import Final

from torch import Tensor
from torch.nn.functional import interpolate

from engine import recipes
from engine.ascent.progress import Progress
from engine.canvas.motion import MovingPicture
from engine.judge.bounds import Figure
from engine.judge.examination import Exam, PartResult
from engine.judge.timing import WARM_UP_SIDE, measure_waits
from engine.params import AnyParams, Dream, Morph, Poster, Upscale, Video, make
from engine.video.optical_flow import dense_flow

FRAMES: Final = 48
SUBJECTS: Final = "banana > castle > dogs"
VIDEO_SIDE: Final = 384
PAN: Final = 3
"""Pixels that the camera moves with each frame of the video."""
PRINT, PICTURE = 4096, 512
"""Sides of what is compared: how long a megapixel of detail takes."""


def moving_recipes(exam: Exam) -> PartResult:
    """A morph, a video, and the pace of a poster beside that of a small picture."""
    _drain(exam, make(Dream, exam.catalog, **exam.maker.options_for(Dream, size=WARM_UP_SIDE)), _square(exam, PICTURE))
    figures, rows = [], []
    for name, measure in (("morph", _morph), ("video", _video), ("print pace", _print_pace)):
        before = os.getloadavg()[0]
        figures.append(Figure(name, measure(exam)))
        rows.append([name, f"{figures[-1].value:.2f}", f"{before:.1f} -> {os.getloadavg()[0]:.1f}"])
    return PartResult(figures, ("what", "seconds, or ratio", "load average"), rows)


def _morph(exam: Exam) -> float:
    params = make(Morph, exam.catalog, **exam.maker.options_for(Morph, subject=SUBJECTS, frames=FRAMES, size=256))
    return _drain(exam, params, None)


def _video(exam: Exam) -> float:
    options = {"size": VIDEO_SIDE, "seconds": FRAMES / 12, "fps": 12}
    params = make(Video, exam.catalog, **exam.maker.options_for(Video, **options))
    return _drain(exam, params, None, MovingPicture(_camera_pan(exam), FRAMES, dense_flow()))


def _print_pace(exam: Exam) -> float:
    """Seconds per megapixel-iteration of a poster's largest size over those of a picture made larger."""
    small = make(Upscale, exam.catalog, **exam.maker.options_for(Upscale, size=PICTURE))
    pace = _drain(exam, small, _square(exam, PICTURE // 2)) / small.work()
    poster = make(Poster, exam.catalog, **exam.maker.options_for(Poster, size=PRINT))
    last = poster.phases()[-1]
    steps = sum(phase.steps for phase in poster.phases())
    begun, end = 0.0, 0.0
    for report in recipes.run(poster, _square(exam, PICTURE), exam.maker.runtime):
        end = time.perf_counter()
        if isinstance(report, Progress) and report.step == steps - last.steps:
            begun = end
    return (end - begun) / last.work / pace


def _drain(exam: Exam, params: AnyParams, source: Tensor | None, clip: MovingPicture | None = None) -> float:
    """Seconds of a recipe, with its previews."""
    exam.maker.tell(f"timed: {params.recipe}")
    begun = time.perf_counter()
    return measure_waits(recipes.run(params, source, exam.maker.runtime, moving=clip), begun).end


def _square(exam: Exam, side: int) -> Tensor:
    """A photograph of that size, [3, side, side]."""
    return interpolate(exam.maker.source("pet")[None], (side, side), mode="bicubic", antialias=True)[0].clamp(0, 1)


def _camera_pan(exam: Exam) -> Iterator[Tensor]:
    """The photograph through a window that moves."""
    whole = _square(exam, VIDEO_SIDE + FRAMES * PAN)
    for at in range(0, FRAMES * PAN, PAN):
        yield whole[:, at : at + VIDEO_SIDE, at : at + VIDEO_SIDE]
