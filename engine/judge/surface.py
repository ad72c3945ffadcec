"""What a default dream does to the surface of a picture, whatever grows in it: `Exam => Found`."""

from __future__ import annotations

from typing import Final

from torch import Tensor

from engine.gallery.sources import KINDS
from engine.judge.bounds import Figure
from engine.judge.examination import Exam, PartResult
from engine.judge.measures import PERIODS, changed_share, rim_ratio, weave_peaks
from engine.params import Dream, make

WEAVE_KINDS: Final = ("clear sky", "cumulus", "drawing on white", "text on dark")
"""Kinds with wide quiet areas, where a weave would be seen."""
MEASURED_BY: Final = "grey drawing"
CHANGE_KINDS: Final = ("drawing on white", "drawing on black", "stars")
"""Kinds that must change at least half as much as the drawing on grey does."""
RIM_KINDS: Final = (MEASURED_BY, *CHANGE_KINDS, "clear sky", "cumulus", "landscape")
"""Kinds without a thing in their middle, where a dream has no reason to keep off the rim."""


def measure_weave(exam: Exam) -> PartResult:
    """The peaks of the change at the strides' frequencies."""
    found = {kind: weave_peaks(exam.maker.source(kind), default_dream(exam, kind)) for kind in WEAVE_KINDS}
    rows = [[kind, *(f"{peaks[period]:.2f}" for period in PERIODS)] for kind, peaks in found.items()]
    most = max(max(peaks.values()) for peaks in found.values())
    return PartResult([Figure("weave", most)], ("kind", *(f"{period} px" for period in PERIODS)), rows)


def measure_change(exam: Exam) -> PartResult:
    """How much of flat pictures changes, and whether the rim does as the inside."""
    pairs = {kind: (exam.maker.source(kind), default_dream(exam, kind)) for kind in RIM_KINDS}
    shares = {kind: changed_share(*pair) for kind, pair in pairs.items()}
    rims = {kind: rim_ratio(*pair) for kind, pair in pairs.items()}
    grey = shares[MEASURED_BY]
    rows = [[kind, f"{100 * shares[kind]:.1f} %", f"{rims[kind]:.2f}"] for kind in RIM_KINDS]
    fewest = min(shares[kind] for kind in CHANGE_KINDS) / grey if grey else 0.0
    figures = [Figure("changed", fewest), Figure("rim", max(rims.values()))]
    return PartResult(figures, ("kind", "changed", "rim over inside"), rows)


def dream_every_kind(exam: Exam) -> PartResult:
    """Every kind, dreamed by default: nothing is measured, people look."""
    for kind in exam.limit(list(KINDS)):
        default_dream(exam, kind, "kinds")
    return PartResult([])


def default_dream(exam: Exam, kind: str, part: str = "surface") -> Tensor:
    """A default dream of a kind of picture; made once."""
    params = make(Dream, exam.catalog, **exam.maker.options_for(Dream, size=exam.maker.side, seed=exam.seed))
    return exam.maker.picture(part, kind, params, exam.maker.source(kind))
