"""What must hold, and what was found: `Figure(name, value) => a line for the terminal`. See docs/pictures.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

Unit = Literal["share", "ratio", "seconds"]


@dataclass(frozen=True)
class Bound:
    """What is promised, in words, and the value that is reached or (`at_most`) not exceeded."""

    about: str
    value: float
    unit: Unit = "share"
    at_most: bool = False


BOUNDS: Final = {
    "concept first": Bound("class pictures that the judge names", 0.80),
    "concept in five": Bound("class pictures within its five likeliest", 0.92),
    "subject raised": Bound("subjects likelier on 4 of 5 photographs", 0.95),
    "subject first": Bound("subjects in photographs that the judge names", 0.70),
    "subject in five": Bound("subjects in photographs within its five likeliest", 0.85),
    "weave": Bound("the strides' highest peak over its neighbours", 3.0, "ratio", at_most=True),
    "changed": Bound("changed pixels, of those on middle grey, the fewest", 0.5),
    "rim": Bound("the rim's change over the inside's, the most", 1.5, "ratio", at_most=True),
    "seeds of layers": Bound("correlation of what two seeds change, layers", 0.25, "ratio", at_most=True),
    "seeds of subjects": Bound("correlation of what two seeds change, subjects", 0.25, "ratio", at_most=True),
    "seeds of concepts": Bound("correlation of what two seeds imagine", 0.25, "ratio", at_most=True),
    "first preview": Bound("the first preview of a dream, 512 px", 0.8, "seconds", at_most=True),
    "between previews": Bound("the longest wait for another one", 1.0, "seconds", at_most=True),
    "dream": Bound("a default dream, 512 px", 6.0, "seconds", at_most=True),
    "subject": Bound("a subject in a photograph, 512 px", 10.0, "seconds", at_most=True),
    "concept": Bound("a concept, 320 px", 10.0, "seconds", at_most=True),
    "style": Bound("a picture in a painting's style, 512 px", 40.0, "seconds", at_most=True),
    "see": Bound("a page of see", 3.0, "seconds", at_most=True),
    "zoom": Bound("a zoom of 30 frames, 384 px", 25.0, "seconds", at_most=True),
    "morph": Bound("a morph of three subjects, 48 frames of 256 px", 90.0, "seconds", at_most=True),
    "video": Bound("a video of 48 frames, 384 px", 120.0, "seconds", at_most=True),
    "print pace": Bound("a megapixel-iteration at 4096 px over one at 512 px", 1.25, "ratio", at_most=True),
    "reference": Bound("photographs labelled as the reference does", 1.0),
}


@dataclass(frozen=True)
class Figure:
    """A value beside its bound."""

    name: str
    value: float

    @property
    def bound(self) -> Bound:
        """What it is held to."""
        return BOUNDS[self.name]

    @property
    def ok(self) -> bool:
        """Whether it holds."""
        return self.value <= self.bound.value if self.bound.at_most else self.value >= self.bound.value

    @property
    def line(self) -> str:
        """The verdict: what, how much, the bound, and whether it holds."""
        sign, word = "<=" if self.bound.at_most else ">=", "ok" if self.ok else "SHORT"
        value, bound = format_value(self.value, self.bound.unit), format_value(self.bound.value, self.bound.unit)
        return f"{word:<5} {self.bound.about:<52} {value:>8}  {sign} {bound}"


def format_value(value: float, unit: Unit) -> str:
    """A value as people write it: "82.0 %", "2.41", "5.3 s"."""
    return {"share": f"{100 * value:.1f} %", "ratio": f"{value:.2f}", "seconds": f"{value:.1f} s"}[unit]


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Rows under heads, in columns that fit; the first column begins at the left, the others end at the right."""
    lines = [heads, *rows]
    first, *others = (max(len(line[at]) for line in lines) for at in range(len(heads)))
    return "\n".join("  ".join([line[0].ljust(first), *map(str.rjust, line[1:], others)]) for line in lines)
