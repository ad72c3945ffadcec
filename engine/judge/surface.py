"""What a default dream does to the surface of a picture, whatever grows in it: `Exam => Found`."""

from __future__ import annotations

from typing import Final

from torch import Tensor

from engine.gallery.sources import KINDS
from engine.judge.bounds import Figure
from engine.judge.examination import Exam, Found
from engine.judge.measures import PERIODS, changed, rim_ratio, weave
from engine.params import Dream, make

WOVEN: Final = ("clear sky", "cumulus", "drawing on white", "text on dark")
"""Kinds with wide quiet areas, where a weave would be seen."""
MEASURED_BY: Final = "grey drawing"
HELD: Final = ("drawing on white", "drawing on black", "stars")
"""Kinds that must change at least half as much as the drawing on grey does."""
RIMS: Final = (MEASURED_BY, *HELD, "clear sky", "cumulus", "landscape")
"""Kinds without a thing in their middle, where a dream has no reason to keep off the rim."""


def weaving(exam: Exam) -> Found:
    """The peaks of the change at the strides' frequencies."""
    found = {kind: weave(exam.bench.source(kind), dreamed(exam, kind)) for kind in WOVEN}
    rows = [[kind, *(f"{peaks[period]:.2f}" for period in PERIODS)] for kind, peaks in found.items()]
    most = max(max(peaks.values()) for peaks in found.values())
    return Found([Figure("weave", most)], ("kind", *(f"{period} px" for period in PERIODS)), rows)


def changing(exam: Exam) -> Found:
    """How much of flat pictures changes, and whether the rim does as the inside."""
    pairs = {kind: (exam.bench.source(kind), dreamed(exam, kind)) for kind in RIMS}
    shares = {kind: changed(*pair) for kind, pair in pairs.items()}
    rims = {kind: rim_ratio(*pair) for kind, pair in pairs.items()}
    grey = shares[MEASURED_BY]
    rows = [[kind, f"{100 * shares[kind]:.1f} %", f"{rims[kind]:.2f}"] for kind in RIMS]
    fewest = min(shares[kind] for kind in HELD) / grey if grey else 0.0
    figures = [Figure("changed", fewest), Figure("rim", max(rims.values()))]
    return Found(figures, ("kind", "changed", "rim over inside"), rows)


def looking(exam: Exam) -> Found:
    """Every kind, dreamed by default: nothing is measured, people look."""
    for kind in exam.fewer(list(KINDS)):
        dreamed(exam, kind, "kinds")
    return Found([])


def dreamed(exam: Exam, kind: str, part: str = "surface") -> Tensor:
    """A default dream of a kind of picture; made once."""
    params = make(Dream, **exam.bench.asked(Dream, size=exam.bench.side, seed=exam.seed))
    return exam.bench.picture(part, kind, params, exam.bench.source(kind))
