"""How long people wait: `Exam => Found`. Warm, once each; the load average stands beside, and it decides a lot."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from engine import recipes
from engine.ascent.progress import Progress, Report
from engine.judge.bounds import Figure
from engine.judge.examination import Exam, PartResult
from engine.params import AnyParams, Concept, Dream, See, Style, Zoom, make

SUBJECT: Final = "goldfish"
TIMED: Final[dict[str, tuple[type[AnyParams], str | None, dict[str, Any]]]] = {
    "dream": (Dream, "pet", {"size": 512}),
    "subject": (Dream, "pet", {"size": 512, "subject": SUBJECT}),
    "concept": (Concept, None, {"size": 320, "subject": SUBJECT}),
    "style": (Style, "pet", {"size": 512, "painting": "swirls"}),
    "see": (See, "pet", {}),
    "zoom": (Zoom, "pet", {"size": 384, "frames": 30}),
}
"""By figure: the recipe, what it begins with, and what is asked of it."""
WARM_UP_SIDE: Final = 128
"""Pixels of the dream that is not timed: it loads the network, and torch gets its kernels ready."""


@dataclass(frozen=True)
class Waits:
    """Seconds from the order: of each preview, and of the end."""

    previews: list[float]
    end: float

    @property
    def longest(self) -> float:
        """The longest wait for something new, after the first preview; none is a wait for the end."""
        return max((later - earlier for earlier, later in pairwise([*self.previews, self.end])), default=self.end)


def speed(exam: Exam) -> PartResult:
    """Every recipe once."""
    _time_recipe(exam, "warm", Dream, "pet", {"size": WARM_UP_SIDE})
    waits, rows = {}, []
    for name, (kind, source, options) in TIMED.items():
        before = os.getloadavg()[0]
        waits[name] = _time_recipe(exam, name, kind, source, options)
        load = f"{before:.1f} -> {os.getloadavg()[0]:.1f}"
        first = f"{waits[name].previews[0]:.2f} s" if waits[name].previews else "none"
        rows.append([name, first, f"{waits[name].longest:.2f} s", f"{waits[name].end:.1f} s", load])
    dream = waits["dream"]
    figures = [
        Figure("first preview", dream.previews[0] if dream.previews else dream.end),
        Figure("between previews", dream.longest),
        *(Figure(name, waits[name].end) for name in TIMED),
    ]
    return PartResult(figures, ("recipe", "first preview", "longest wait", "all of it", "load average"), rows)


def _time_recipe(exam: Exam, name: str, kind: type[AnyParams], source: str | None, options: dict[str, Any]) -> Waits:
    exam.maker.tell(f"timed: {name}")
    params = make(kind, exam.catalog, **exam.maker.options_for(kind, seed=exam.seed, **options))
    picture = exam.maker.source(source) if source else None
    begun = time.perf_counter()
    return measure_waits(recipes.run(params, picture, exam.maker.runtime), begun)


def measure_waits(reports: Iterator[Report], begun: float) -> Waits:
    """Run a recipe and look at what it shows at most every half second, as people are sent previews."""
    previews: list[float] = []
    for report in reports:
        now = time.perf_counter() - begun
        if isinstance(report, Progress) and (not previews or now - previews[-1] >= 0.5):
            report.show()
            previews.append(time.perf_counter() - begun)
    return Waits(previews, time.perf_counter() - begun)
